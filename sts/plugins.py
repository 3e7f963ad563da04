"""A plug-in is named by its import path, `"synth.engines.flow:Flow"`; there is no registry."""

import dataclasses
import importlib
import inspect
from collections.abc import Mapping
from typing import Any, TypeVar

from sts import config
from sts.errors import ConfigError, PluginError

T = TypeVar("T")


def load(name: str, protocol: type[T], /, **options: Any) -> T:
    """An instance of the class at `package.module:Class`; the options of a dataclass are checked like settings."""
    kind = _find(name)
    plugin = _build(kind, name, options)
    if not isinstance(plugin, protocol):
        missing = sorted(m for m in _methods(protocol) if not callable(getattr(kind, m, None)))
        raise PluginError(f"{name} is no {protocol.__name__}: it lacks {', '.join(missing)}; see sts/protocols.py")
    return plugin


def from_table(table: Mapping[str, Any], protocol: type[T]) -> T:
    """An instance from a TOML table such as `{class = "model.hisam.segmenter:HiSam", weights = "..."}`."""
    if not isinstance(table.get("class"), str):
        raise PluginError(f'a plug-in needs class = "package.module:Class", not {dict(table)!r}')
    return load(table["class"], protocol, **{key: value for key, value in table.items() if key != "class"})


def _find(name: str) -> Any:
    module_name, _, class_name = name.partition(":")
    if not module_name or not class_name:
        raise PluginError(f"{name!r} is no import path of a class; write package.module:Class")
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        asked = f"{module_name}.".startswith(f"{error.name}.")
        why = "no such module" if asked else f"it needs the package {error.name}, which is not installed"
        raise PluginError(f"cannot load {name}: {why}") from error
    except (ImportError, ValueError, TypeError) as error:
        raise PluginError(f"cannot load {name}: {error}") from error
    kind = getattr(module, class_name, None)
    if not inspect.isclass(kind):
        there = sorted(n for n, c in vars(module).items() if inspect.isclass(c) and c.__module__ == module_name)
        raise PluginError(f"cannot load {name}: {module_name} has no class {class_name}, only {', '.join(there)}")
    return kind


def _build(kind: type[Any], name: str, options: dict[str, Any]) -> Any:
    if dataclasses.is_dataclass(kind):
        try:
            return config.from_dict(kind, options, where=name)
        except ConfigError as error:
            raise PluginError(str(error)) from error
    signature = inspect.signature(kind)
    try:
        signature.bind(**options)
    except TypeError as error:
        raise PluginError(f"{name}: {error}; its options are {', '.join(signature.parameters) or 'none'}") from error
    return kind(**options)


def _methods(protocol: Any) -> set[str]:
    return {name for name, item in vars(protocol).items() if callable(item) and not name.startswith("_")}
