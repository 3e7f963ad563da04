"""Dense optical flow between two pictures: OpenCV's DIS, or a network from a file."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import cv2
import numpy as np
from jaxtyping import Float32, UInt8

from sts.errors import DataError
from synth.surfaces.onnxfile import Colour, OnnxFile, digest

Picture = UInt8[np.ndarray, "h w"] | UInt8[np.ndarray, "h w 3"]
"""Grey or RGB"""
Field = Float32[np.ndarray, "h w 2"]
"""px, x and y"""

OPEN_SIZE = (256, 448)
"""Height and width, px, where a file takes any: RAFT wants multiples of 8"""


@runtime_checkable
class FlowModel(Protocol):
    """Says where the pixels of a picture are in another one of the same size."""

    def between(self, first: Picture, second: Picture) -> Field:
        """Forward flow: what `first` shows at p is in `second` at p + flow(p)."""


@dataclass(frozen=True, slots=True)
class Dis:
    """Dense inverse search (Kroeger et al. 2016), preset "fast"."""

    def between(self, first: Picture, second: Picture) -> Field:
        """As FlowModel says; accurate to a fraction of a pixel where there is texture."""
        dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
        flow = dis.calc(_grey(first), _grey(second), np.zeros((*first.shape[:2], 2), np.float32))
        return np.asarray(flow, np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class OnnxFlow:
    """RAFT and its like: two pictures in, flow in px at their size out, perhaps coarse or early flows before it."""

    network: OnnxFile

    @classmethod
    def open(cls, path: str, mean: Colour, std: Colour) -> "OnnxFlow":
        """Try the file once. ConfigError where there is none, DataError if it does something else."""
        model = cls(network=OnnxFile(path=path, sha256=digest(path), mean=mean, std=std, open_size=OPEN_SIZE))
        blank = np.zeros((*OPEN_SIZE, 3), np.uint8)
        model.between(blank, blank)
        return model

    def between(self, first: Picture, second: Picture) -> Field:
        """As FlowModel says. DataError if the network gives no flow."""
        answers = self.network.answer(_rgb(first), _rgb(second))
        size = self.network.size
        flows = [answer[0] for answer in answers if answer.shape == (1, 2, *size)]
        if not flows:
            shapes = ", ".join(str(answer.shape) for answer in answers)
            raise DataError(
                f"{self.network.path} is no network of optical flow: it gives {shapes}, not {(1, 2, *size)}"
            )
        height, width = first.shape[:2]
        flow = cv2.resize(np.ascontiguousarray(flows[-1].transpose(1, 2, 0)), (width, height))
        return np.asarray(flow * np.array([width / size[1], height / size[0]]), np.float32)


def _grey(picture: Picture) -> UInt8[np.ndarray, "h w"]:
    return picture if picture.ndim == 2 else np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)


def _rgb(picture: Picture) -> UInt8[np.ndarray, "h w 3"]:
    return picture if picture.ndim == 3 else np.asarray(cv2.cvtColor(picture, cv2.COLOR_GRAY2RGB), np.uint8)
