"""A clip of signs for the editor: dark letters, whose pixels are known, on soft grey pictures."""

from collections.abc import Iterator
from fractions import Fraction

import cv2
import numpy as np
from jaxtyping import Bool, UInt8

from sts import masks
from sts.types import Clip, Frame, Mask, Origin, Point, TextInstance

FONT, STROKE = cv2.FONT_HERSHEY_SIMPLEX, 2
DARK, LIGHT = 30, 200
ROW, COLUMN = 40, 80
"""px from word to word"""
LINE = 1000
"""Tracks of lines begin here"""

Pixels = Bool[np.ndarray, "h w"]


def clip(clip_id: str, n_frames: int, size: tuple[int, int], n_words: int) -> Clip:
    """`size` is height and width. Words stand in lines and move right by a pixel each frame."""
    frames = tuple(
        Frame(index=i, time_s=i / 25, instances=(*words(i, size, n_words), *lines(i, size, n_words)))
        for i in range(n_frames)
    )
    return Clip(
        clip_id=clip_id,
        fps=Fraction(25),
        height=size[0],
        width=size[1],
        frames=frames,
        origin=Origin(kind="real", uri="signs.mp4", license="CC0-1.0"),
        video=np.stack([picture(frame, size) for frame in frames]),
    )


def words(i: int, size: tuple[int, int], n: int) -> Iterator[TextInstance]:
    for number in range(n):
        line, place = divmod(number, per_line(size))
        x, y = 10 + i + COLUMN * place, 8 + ROW * line
        text = f"W{number:02d}"
        yield TextInstance(
            track_id=number + 1,
            level="word",
            polygon=quad(x - 3, y, x + 62, y + 30),
            source="predicted",
            parent_id=LINE + line,
            mask=lettering(text, x, y + 25, size),
            text=text,
            score=0.5,
        )


def lines(i: int, size: tuple[int, int], n: int) -> Iterator[TextInstance]:
    for line in range(-(-n // per_line(size))):
        y = 8 + ROW * line
        polygon = quad(5 + i, y - 2, size[1] - 5, y + 32)
        yield TextInstance(track_id=LINE + line, level="line", polygon=polygon, source="predicted")


def per_line(size: tuple[int, int]) -> int:
    return (size[1] - 40) // COLUMN


def lettering(text: str, left: int, base: int, size: tuple[int, int]) -> Mask:
    drawn = np.zeros(size, np.uint8)
    cv2.putText(drawn, text, (left, base), FONT, 0.9, 255, STROKE)
    return masks.encode(drawn > 0)


def picture(frame: Frame, size: tuple[int, int]) -> UInt8[np.ndarray, "h w 3"]:
    soft = np.random.default_rng(frame.index).integers(LIGHT - 20, LIGHT + 20, (4, 6)).astype(np.uint8)
    made = cv2.cvtColor(cv2.resize(soft, (size[1], size[0]), interpolation=cv2.INTER_CUBIC), cv2.COLOR_GRAY2RGB)
    made[text(frame)] = DARK
    return np.asarray(made)


def text(frame: Frame) -> Pixels:
    """All strokes."""
    return masks.decode(masks.union(one.mask for one in frame.instances if one.mask is not None))


def quad(left: float, top: float, right: float, bottom: float) -> tuple[Point, ...]:
    x0, y0, x1, y1 = float(left), float(top), float(right), float(bottom)
    return (x0, y0), (x1, y0), (x1, y1), (x0, y1)
