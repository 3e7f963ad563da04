"""Reaches into code of others without changing it."""

import ast
import importlib
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any


class StandIn(ModuleType):
    """A library that is imported but not used on our way; whatever is taken from it is an empty class."""

    def __getattr__(self, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        return object


def module(folder: Path, name: str) -> Any:
    """A module below a folder."""
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    return importlib.import_module(name)


def function(path: Path, name: str, given: Mapping[str, Any]) -> Callable[..., Any]:
    """One function of a script that would do its work when imported; `given` are the names it uses."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    tree.body = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name]
    names = dict(given)
    exec(compile(tree, str(path), "exec"), names)
    return names[name]


def stand_in(*names: str) -> None:
    """A stand-in for each library that is not installed."""
    for name in names:
        try:
            importlib.import_module(name)
        except ImportError:
            sys.modules[name] = StandIn(name)
            parent, _, child = name.rpartition(".")
            if parent:
                setattr(sys.modules[parent], child, sys.modules[name])
