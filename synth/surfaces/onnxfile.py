"""Networks in ONNX files: what one takes and gives, and its answer to pictures, by OpenCV on the CPU."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import Float32, UInt8

from sts.errors import ConfigError, DataError
from synth.surfaces import onnxproto
from synth.surfaces.onnxproto import Port

Colour = tuple[float, float, float]
"""Red, green, blue"""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnnxFile:
    """A network that takes RGB pictures, 1 x 3 x height x width each."""

    path: str
    sha256: str
    """The file is refused if it is another one when it is opened"""
    mean: Colour
    """Taken off the levels 0 to 255"""
    std: Colour
    """The rest is divided by it"""
    open_size: tuple[int, int]
    """Height and width, px, of a picture where the file leaves them open"""

    @property
    def size(self) -> tuple[int, int]:
        """Height and width, px, at which the network sees a picture."""
        shape = _load(self.path, self.sha256).inputs[0].shape
        height, width = shape[2:] if len(shape) == 4 else (None, None)
        return height or self.open_size[0], width or self.open_size[1]

    def answer(self, *pictures: UInt8[np.ndarray, "_ _ 3"]) -> tuple[Float32[np.ndarray, "..."], ...]:
        """All outputs in the file's order, one picture an input. DataError if OpenCV cannot run it on them."""
        network = _load(self.path, self.sha256)
        if len(network.inputs) != len(pictures):
            raise DataError(f"{self.path} takes {len(network.inputs)} inputs, not {len(pictures)} pictures")
        try:
            for port, picture in zip(network.inputs, pictures, strict=True):
                network.net.setInput(self._blob(picture), port.name)
            answers = network.net.forward([port.name for port in network.outputs])
        except cv2.error as error:
            raise DataError(f"{self.path} does not run on pictures of {self.size} px: {_line(error)}") from error
        return tuple(np.asarray(answer, np.float32) for answer in answers)

    def _blob(self, picture: UInt8[np.ndarray, "_ _ 3"]) -> Float32[np.ndarray, "1 3 h w"]:
        height, width = self.size
        how = cv2.INTER_AREA if width < picture.shape[1] else cv2.INTER_LINEAR
        levels = cv2.resize(picture, (width, height), interpolation=how).astype(np.float32)
        scaled = (levels - np.array(self.mean, np.float32)) / np.array(self.std, np.float32)
        return np.ascontiguousarray(scaled.transpose(2, 0, 1)[None])


def digest(path: str) -> str:
    """SHA-256 of a file that a setting names. ConfigError where there is none."""
    return hashlib.sha256(_read(path)).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Network:
    net: cv2.dnn.Net
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]


@lru_cache(maxsize=4)
def _load(path: str, sha256: str) -> _Network:
    """Once a process: it takes seconds and the memory of the file."""
    data = _read(path)
    if hashlib.sha256(data).hexdigest() != sha256:
        raise ConfigError(f"the network {path} has changed since the run began: start it again")
    try:
        net = cv2.dnn.readNetFromONNX(np.frombuffer(data, np.uint8))
    except cv2.error as error:
        raise DataError(f"{path} is no ONNX network that OpenCV {cv2.__version__} can read: {_line(error)}") from error
    inputs, outputs = onnxproto.ports(data)
    return _Network(net=net, inputs=inputs, outputs=outputs)


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise ConfigError(f"cannot read the network {path}: {error.strerror}; give the path of an ONNX file") from error


def _line(error: cv2.error) -> str:
    """What OpenCV says, which may be several lines marked with >."""
    return " ".join(line.strip("> ") for line in str(error.err).splitlines()).strip()
