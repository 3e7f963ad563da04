"""Settings: frozen dataclass defaults, then a TOML file that says what differs, then options.

The same code turns any frozen dataclass of plain values into canonical JSON and back (the spec of a clip).
"""

import dataclasses
import difflib
import hashlib
import json
import tomllib
import types
import typing
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal, TypeVar, Union

from sts.errors import ConfigError

T = TypeVar("T")


def load(kind: type[T], path: Path | None = None, **overrides: object) -> T:
    """Settings of `kind`; an override of None is one that nobody gave. ConfigError names the file and the key."""
    data = dict(_toml(path)) if path else {}
    data.update({key: value for key, value in overrides.items() if value is not None})
    return from_dict(kind, data, where=str(path) if path else "options")


def from_dict(kind: type[T], data: Mapping[str, Any], where: str = "settings") -> T:
    """A dataclass from plain values; lists become tuples, tables become nested dataclasses, "30000/1001" a Fraction."""
    return typing.cast(T, _dataclass(kind, data, where, ""))


def from_json(kind: type[T], text: str) -> T:
    """The inverse of `to_json`."""
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise ConfigError(f"no JSON of {kind.__name__}: {error}") from error
    return typing.cast(T, _dataclass(kind, data, kind.__name__, ""))


def to_dict(config: Any) -> dict[str, Any]:
    """Plain JSON values, every field of every nested dataclass."""
    return {field.name: _plain(getattr(config, field.name)) for field in dataclasses.fields(config)}


def to_json(config: Any) -> str:
    """Canonical JSON of a dataclass or a plain value: sorted keys, no spaces."""
    return json.dumps(_plain(config), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest(config: Any) -> str:
    """SHA-256 of the canonical JSON."""
    return hashlib.sha256(to_json(config).encode()).hexdigest()


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"cannot read the settings file {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not TOML: {error}") from error


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return to_dict(value)
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return str(value) if isinstance(value, Fraction | Path) else value


def _dataclass(kind: Any, data: Any, where: str, key: str) -> Any:
    if not isinstance(data, Mapping):
        raise _wrong(where, key or kind.__name__, "a table", data)
    fields = {field.name: field for field in dataclasses.fields(kind) if field.init}
    prefix = f"{key}." if key else ""
    for name in data:
        if name not in fields:
            near = difflib.get_close_matches(name, fields, n=1, cutoff=0.5)
            hint = f"did you mean {prefix}{near[0]}?" if near else f"the keys are {', '.join(fields) or 'none'}"
            raise ConfigError(f"{where}: unknown key {prefix}{name}; {hint}")
    for name, field in fields.items():
        if name not in data and field.default is field.default_factory is dataclasses.MISSING:
            raise ConfigError(f"{where}: key {prefix}{name} is missing; it has no default")
    hints = typing.get_type_hints(kind)
    return kind(**{name: _value(hints[name], value, where, prefix + name) for name, value in data.items()})


def _value(kind: Any, value: Any, where: str, key: str) -> Any:
    """The value as `kind`, or ConfigError."""
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if kind is Any or kind is object:
        return value
    if origin in (Union, types.UnionType):
        return _member(args, value, where, key)
    if origin is Literal:
        if value in args and type(value) in {type(arg) for arg in args}:
            return value
        raise _wrong(where, key, "one of " + ", ".join(map(repr, args)), value)
    if origin is tuple:
        return _tuple(args, value, where, key)
    if origin in (dict, Mapping):
        if isinstance(value, Mapping):
            return {name: _value(args[1], item, where, f"{key}.{name}") for name, item in value.items()}
        raise _wrong(where, key, "a table", value)
    if dataclasses.is_dataclass(kind):
        return value if type(value) is kind else _dataclass(kind, value, where, key)
    return _scalar(kind, value, where, key)


def _member(args: tuple[Any, ...], value: Any, where: str, key: str) -> Any:
    """The first member of a union that takes the value."""
    if value is None and type(None) in args:
        return None
    kinds = [arg for arg in args if arg is not type(None)]
    errors = []
    for kind in kinds:
        try:
            return _value(kind, value, where, key)
        except ConfigError as error:
            errors.append(error)
    raise errors[0] if len(errors) == 1 else _wrong(where, key, " or ".join(map(_name, kinds)), value)


def _tuple(args: tuple[Any, ...], value: Any, where: str, key: str) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise _wrong(where, key, "a list", value)
    kinds = args[:1] * len(value) if args[-1] is Ellipsis else args
    if len(kinds) != len(value):
        raise _wrong(where, key, f"a list of {len(kinds)}", value)
    return tuple(
        _value(kind, item, where, f"{key}[{i}]") for i, (kind, item) in enumerate(zip(kinds, value, strict=True))
    )


def _scalar(kind: Any, value: Any, where: str, key: str) -> Any:
    if kind is float and type(value) in (int, float):
        return float(value)
    if kind is Fraction and type(value) in (int, float, str, Fraction):
        try:
            return Fraction(str(value))
        except (ValueError, ZeroDivisionError) as error:
            raise _wrong(where, key, 'a fraction such as "30000/1001"', value) from error
    if kind is Path and isinstance(value, str | Path):
        return Path(value)
    if type(value) is kind:
        return value
    raise _wrong(where, key, _name(kind), value)


def _name(kind: Any) -> str:
    words = {int: "a whole number", float: "a number", str: "a string", bool: "true or false", Path: "a path"}
    return words.get(kind, getattr(kind, "__name__", str(kind)))


def _wrong(where: str, key: str, wanted: str, value: Any) -> ConfigError:
    return ConfigError(f"{where}: {key} must be {wanted}, not {value!r}")
