"""How near every pixel of a picture is, as a network from a file sees it."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import cv2
import numpy as np
from jaxtyping import Float32, UInt8

from sts.errors import DataError
from synth.surfaces.onnxfile import Colour, OnnxFile, digest

OPEN_SIZE = (448, 448)
"""Height and width, px, where a file takes any: MiDaS wants multiples of 32, Depth Anything of 14"""


@runtime_checkable
class DepthModel(Protocol):
    """Judges depth from one picture."""

    def inverse_depth(self, picture: UInt8[np.ndarray, "h w 3"]) -> Float32[np.ndarray, "h w"]:
        """RGB to inverse depth: larger is nearer, 0 is infinitely far, the scale is free."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnnxDepth:
    """MiDaS, Depth Anything and their like: one picture in, 1 x h x w or 1 x 1 x h x w out."""

    network: OnnxFile

    @classmethod
    def open(cls, path: str, mean: Colour, std: Colour) -> "OnnxDepth":
        """Try the file once. ConfigError where there is none, DataError if it does something else."""
        model = cls(network=OnnxFile(path=path, sha256=digest(path), mean=mean, std=std, open_size=OPEN_SIZE))
        model.inverse_depth(np.zeros((*OPEN_SIZE, 3), np.uint8))
        return model

    def inverse_depth(self, picture: UInt8[np.ndarray, "h w 3"]) -> Float32[np.ndarray, "h w"]:
        """As DepthModel says. DataError if the network gives no such map."""
        answers = self.network.answer(picture)
        maps = [answer for answer in answers if answer.ndim in (3, 4) and answer.size == np.prod(answer.shape[-2:])]
        if not maps or min(maps[0].shape[-2:]) < 2:
            shapes = ", ".join(str(answer.shape) for answer in answers)
            raise DataError(f"{self.network.path} is no network of depth: it gives {shapes}, not (1, height, width)")
        near = maps[0].reshape(maps[0].shape[-2:])
        return np.asarray(cv2.resize(near, picture.shape[1::-1], interpolation=cv2.INTER_LINEAR), np.float32)
