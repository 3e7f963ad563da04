"""The device that a net answers on."""

import torch

from sts.errors import ConfigError


def pick(name: str) -> torch.device:
    """`cpu`, `cuda`, `cuda:1`; `auto` is CUDA where there is one. ConfigError for a device that this machine lacks."""
    try:
        device = torch.device("cuda" if name == "auto" and torch.cuda.is_available() else name.replace("auto", "cpu"))
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        why = f"{error}".partition("\n")[0]
        raise ConfigError(f"device = {name!r} cannot be used ({why}): give auto, cpu or cuda") from error
    return device
