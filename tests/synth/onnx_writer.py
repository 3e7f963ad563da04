"""Writes tiny ONNX files field by field, so that the tests of networks need no further library."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

INT, INTS = 2, 7
"""Types of an attribute in onnx.proto"""
Side = int | str
"""A size, or the name of one that is open"""


def write(path: Path, nodes: Sequence[bytes], inputs: Sequence[bytes], outputs: Sequence[bytes], *more: bytes) -> str:
    """A model; `more` are the weights."""
    parts = [(1, nodes), (5, more), (11, inputs), (12, outputs)]
    graph = _field(2, "graph") + b"".join(_field(number, part) for number, some in parts for part in some)
    path.write_bytes(_field(1, 8) + _field(7, graph) + _field(8, _field(1, "") + _field(2, 12)))
    return str(path)


def port(name: str, *shape: Side) -> bytes:
    """An input or output of floats."""
    sides = b"".join(_field(1, _field(1 if isinstance(side, int) else 2, side)) for side in shape)
    return _field(1, name) + _field(2, _field(1, _field(1, 1) + _field(2, sides)))


def weights(name: str, values: np.ndarray) -> bytes:
    """Floats."""
    shape = b"".join(_field(1, side) for side in values.shape)
    return shape + _field(2, 1) + _field(8, name) + _field(9, values.astype("<f4").tobytes())


def node(kind: str, inputs: Sequence[str], output: str, **attributes: int | Sequence[int]) -> bytes:
    """One operation."""
    ends = b"".join(_field(1, name) for name in inputs) + _field(2, output)
    return ends + _field(3, output) + _field(4, kind) + b"".join(_attribute(*item) for item in attributes.items())


def _attribute(name: str, value: int | Sequence[int]) -> bytes:
    if isinstance(value, int):
        return _field(5, _field(1, name) + _field(3, value) + _field(20, INT))
    return _field(5, _field(1, name) + b"".join(_field(8, one) for one in value) + _field(20, INTS))


def _field(number: int, value: int | str | bytes) -> bytes:
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    data = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def _varint(number: int) -> bytes:
    low, rest = number & 127, number >> 7
    return bytes([low | 128]) + _varint(rest) if rest else bytes([low])
