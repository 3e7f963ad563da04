"""How a clip is cut for training: in time, in tiles, and to which size; decided from labels alone."""

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from model.frames import resize
from sts import masks
from sts.errors import ConfigError
from sts.types import Clip, Frame, TextInstance

HALF = 128
"""Of 255: a pixel of a resized mask counts when strokes cover half of it"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrepareConfig:
    """Settings of `model.prepare`."""

    seed: int = 0
    """Chooses among pieces without text"""
    fit: Literal["longest", "square", "tile"] = "longest"
    """`longest` shrinks frames, `square` makes them the very input of a net, `tile` cuts them and keeps every pixel"""
    side: int = 1024
    """px: longest side, side of the square, or of a tile"""
    overlap: int = 128
    """px that neighbouring tiles share at least"""
    frames: int = 32
    """Longest piece of a clip, so that a window is read without much around it"""
    empty: float = 0.1
    """Share of pieces without text in what is written, where there are as many"""

    def __post_init__(self) -> None:
        """ConfigError for numbers that nothing can be cut with."""
        for name in ("side", "frames"):
            if getattr(self, name) < 1:
                raise ConfigError(f"{name} = {getattr(self, name)}: give 1 or more")
        if self.fit == "tile" and not 0 <= self.overlap < self.side:
            raise ConfigError(f"overlap = {self.overlap}: give a number from 0 to below side = {self.side}")
        if not 0 <= self.empty < 1:
            raise ConfigError(f"empty = {self.empty}: give a share from 0 to below 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Some frames of a clip, a part of their area, and the size that it gets; px."""

    clip_id: str
    first: int
    last: int
    """Exclusive"""
    left: int
    top: int
    right: int
    bottom: int
    width: int
    height: int

    @property
    def whole(self) -> bool:
        """Whether no pixel changes its size."""
        return (self.right - self.left, self.bottom - self.top) == (self.width, self.height)


def pieces(clip: Clip, settings: PrepareConfig) -> Iterator[Piece]:
    """All pieces of a clip; a single one keeps the name of its clip."""
    spans, boxes = list(_spans(len(clip.frames), settings.frames)), list(_boxes(clip, settings))
    for (first, last), (left, top, right, bottom) in itertools.product(spans, boxes):
        single = len(spans) * len(boxes) == 1
        width, height = _size(right - left, bottom - top, settings)
        yield Piece(
            clip_id=clip.clip_id if single else f"{clip.clip_id}-f{first}x{left}y{top}",
            first=first,
            last=last,
            left=left,
            top=top,
            right=right,
            bottom=bottom,
            width=width,
            height=height,
        )


def cut(clip: Clip, piece: Piece) -> Clip:
    """The labels of a piece. Strokes as binary masks are for looking at; what nets learn from is the soft truth.

    Effects and hidden strokes are left out, and text that lies beside the piece.
    """
    frames = clip.frames[piece.first : piece.last]
    return replace(
        clip,
        clip_id=piece.clip_id,
        height=piece.height,
        width=piece.width,
        frames=tuple(_frame(frame, i, frames[0].time_s, piece) for i, frame in enumerate(frames)),
    )


def resized(plane: np.ndarray, piece: Piece) -> np.ndarray:
    """The part of a picture or a plane of 8 bits that a piece shows, at its size."""
    part = plane[piece.top : piece.bottom, piece.left : piece.right]
    return np.ascontiguousarray(resize(part, piece.width, piece.height))


def _frame(frame: Frame, index: int, start_s: float, piece: Piece) -> Frame:
    instances = (_instance(one, piece) for one in frame.instances if _touches(one, piece))
    return replace(frame, index=index, time_s=frame.time_s - start_s, instances=tuple(instances))


def _instance(one: TextInstance, piece: Piece) -> TextInstance:
    x = piece.width / (piece.right - piece.left)
    y = piece.height / (piece.bottom - piece.top)
    mask = one.mask
    if mask is not None:
        mask = masks.encode(resized(masks.decode(mask).view(np.uint8) * np.uint8(255), piece) >= HALF)
    return replace(
        one,
        polygon=tuple(((px - piece.left) * x, (py - piece.top) * y) for px, py in one.polygon),
        mask=mask,
        effect_mask=None,
        amodal_mask=None,
    )


def _touches(one: TextInstance, piece: Piece) -> bool:
    """Whether its polygon, or its mask where it has none, may lie in the piece."""
    if not one.polygon:
        return True
    xs, ys = zip(*one.polygon, strict=True)
    across = max(xs) > piece.left and min(xs) < piece.right
    return across and max(ys) > piece.top and min(ys) < piece.bottom


def _spans(n: int, longest: int) -> Iterator[tuple[int, int]]:
    """0..n cut into equal parts, as few as there can be."""
    n_parts = math.ceil(n / longest)
    edges = [n * i // n_parts for i in range(n_parts + 1)]
    return itertools.pairwise(edges)


def _boxes(clip: Clip, settings: PrepareConfig) -> Iterator[tuple[int, int, int, int]]:
    if settings.fit != "tile":
        yield 0, 0, clip.width, clip.height
        return
    for top, left in itertools.product(_starts(clip.height, settings), _starts(clip.width, settings)):
        yield left, top, min(left + settings.side, clip.width), min(top + settings.side, clip.height)


def _starts(length: int, settings: PrepareConfig) -> list[int]:
    """Of tiles at equal distances, the first and the last at the edges."""
    free = length - settings.side
    if free <= 0:
        return [0]
    n_steps = math.ceil(free / (settings.side - settings.overlap))
    return [free * i // n_steps for i in range(n_steps + 1)]


def _size(width: int, height: int, settings: PrepareConfig) -> tuple[int, int]:
    if settings.fit == "square":
        return settings.side, settings.side
    scale = min(settings.side / max(width, height), 1.0)
    return max(round(width * scale), 1), max(round(height * scale), 1)
