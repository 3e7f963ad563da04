"""The inputs and outputs that an ONNX file declares; OpenCV keeps their sizes and order to itself."""

from collections.abc import Iterator
from dataclasses import dataclass

MODEL_GRAPH = 7
GRAPH_INITIALIZER, GRAPH_INPUT, GRAPH_OUTPUT = 5, 11, 12
TENSOR_NAME, VALUE_NAME, VALUE_TYPE = 8, 1, 2
TYPE_TENSOR, TENSOR_SHAPE, SHAPE_DIM, DIM_VALUE = 1, 2, 1, 1
"""Numbers of the fields in onnx.proto"""
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
"""How protobuf stores a field"""
NEGATIVE = 1 << 63
"""Whole numbers from here on are below 0; some exporters write -1 for an open side"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """An input or output of the whole network."""

    name: str
    shape: tuple[int | None, ...]
    """None where the file leaves a side open"""


def ports(model: bytes) -> tuple[tuple[Port, ...], tuple[Port, ...]]:
    """Inputs without the weights, which old files list among them, and outputs, of a file that OpenCV has read."""
    graph = b"".join(_all(memoryview(model), MODEL_GRAPH))
    weights = {_text(weight, TENSOR_NAME) for weight in _all(memoryview(graph), GRAPH_INITIALIZER)}
    inputs, outputs = (tuple(map(_port, _all(memoryview(graph), number))) for number in (GRAPH_INPUT, GRAPH_OUTPUT))
    return tuple(port for port in inputs if port.name not in weights), outputs


def _port(value: memoryview) -> Port:
    shape: list[int | None] = []
    for tensor in _nested(value, VALUE_TYPE, TYPE_TENSOR, TENSOR_SHAPE, SHAPE_DIM):
        sizes = [size for number, size in _fields(tensor) if number == DIM_VALUE and isinstance(size, int)]
        shape.append(sizes[0] if sizes and 0 < sizes[0] < NEGATIVE else None)
    return Port(name=_text(value, VALUE_NAME), shape=tuple(shape))


def _text(message: memoryview, number: int) -> str:
    return b"".join(_all(message, number)).decode()


def _nested(message: memoryview, *path: int) -> Iterator[memoryview]:
    """Messages below a message."""
    for inner in _all(message, path[0]):
        yield from _nested(inner, *path[1:]) if len(path) > 1 else (inner,)


def _all(message: memoryview, wanted: int) -> Iterator[memoryview]:
    """The values of one field of bytes."""
    for number, value in _fields(message):
        if number == wanted and isinstance(value, memoryview):
            yield value


def _fields(message: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Number and value of every field."""
    place = 0
    while place < len(message):
        key, place = _varint(message, place)
        kind = key & 7
        if kind == VARINT:
            value, place = _varint(message, place)
            yield key >> 3, value
        else:
            size, place = _varint(message, place) if kind == BYTES else ({FIXED64: 8, FIXED32: 4}[kind], place)
            yield key >> 3, message[place : place + size]
            place += size


def _varint(message: memoryview, place: int) -> tuple[int, int]:
    """The number that starts at `place`, and where it ends."""
    value, shift = 0, 0
    while True:
        byte = message[place]
        value |= (byte & 127) << shift
        place, shift = place + 1, shift + 7
        if byte < 128:
            return value, place
