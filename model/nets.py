"""A net by the import path of its class."""

from collections.abc import Mapping
from typing import Any, cast

from torch import nn

from model.protocols import Net
from sts import config, plugins
from sts.errors import PluginError


def build(table: Mapping[str, Any]) -> Net:
    """From `{class = "package.module:Class", ...}`, with random weights. PluginError for what is no net."""
    net = plugins.from_table(table, Net)
    if not isinstance(net, nn.Module):
        raise PluginError(f"{table['class']} is no torch.nn.Module")
    return net


def table(net: Net) -> dict[str, Any]:
    """The inverse of `build`, every setting resolved."""
    kind = type(net)
    return {"class": f"{kind.__module__}:{kind.__qualname__}", **config.to_dict(net.config)}


def module(net: Net) -> nn.Module:
    """The same object by its other type; Python has no word for both together."""
    return cast(nn.Module, net)
