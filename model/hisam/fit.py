"""How a frame lies in the net's square input, and the way back."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Float32, Float64, UInt8
from torch import Tensor
from torch.nn import functional

from model.frames import put
from model.geometry import OUTSIDE, letterboxed, seen, whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """A frame in a square; the frame takes its upper left part."""

    side: int
    """px of the square"""
    height: int
    """px of the frame"""
    width: int
    inner_height: int
    """px of the square that the frame takes"""
    inner_width: int

    def points(self, points: Float64[np.ndarray, "n 2"]) -> Float32[np.ndarray, "n 2"]:
        """From px of the frame to px of the square."""
        return (points * [self.inner_width / self.width, self.inner_height / self.height]).astype(np.float32)

    def logits(self, maps: Float[Tensor, "n g g"]) -> Float[Tensor, "n h w"]:
        """From any grid over the square to the frame's pixels, bilinear, by way of the square's pixels as in SAM."""
        fine = functional.interpolate(maps[:, None].float(), (self.side, self.side), mode="bilinear")
        inner = fine[..., : self.inner_height, : self.inner_width]
        return functional.interpolate(inner, (self.height, self.width), mode="bilinear", antialias=True)[:, 0]


def letterbox(height: int, width: int, side: int) -> Fit:
    """The frame keeps its shape, the rest of the square is filled up."""
    longest = max(height, width)
    inner = [max(round(side * one / longest), 1) for one in (height, width)]
    return Fit(side=side, height=height, width=width, inner_height=inner[0], inner_width=inner[1])


def stretch(height: int, width: int, side: int) -> Fit:
    """The frame takes all of the square."""
    return Fit(side=side, height=height, width=width, inner_height=side, inner_width=side)


def letterboxed_input(frame: UInt8[np.ndarray, "h w 3"], side: int) -> UInt8[Tensor, "1 3 side side"]:
    """A frame (RGB) as `letterbox` says."""
    square = seen(frame, letterboxed(whole(*frame.shape[:2])), side, OUTSIDE)
    planes = np.empty((3, side, side), np.uint8)
    put(square, planes)
    return torch.from_numpy(planes)[None]
