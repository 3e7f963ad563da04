"""Two words on a still or moving wall, with their strokes."""

from fractions import Fraction

import cv2
import numpy as np

from sts import geometry, masks
from sts.types import Clip, Frame, Origin, TextInstance

HEIGHT, WIDTH = 120, 240
PLACES = {"TEXT": (16, 40), "SIGN": (110, 100)}
"""Left end of the base line on the first frame, px"""


def letters(text: str, shift: int = 0) -> np.ndarray:
    """Strokes of one word."""
    canvas = np.zeros((HEIGHT, WIDTH), np.uint8)
    x, y = PLACES[text]
    cv2.putText(canvas, text, (x + shift, y), cv2.FONT_HERSHEY_SIMPLEX, 1.1, (1,), 4)
    return canvas > 0


def word(track_id: int, text: str, shift: int = 0) -> TextInstance:
    """One word of the wall."""
    strokes = letters(text, shift)
    mask = masks.encode(strokes)
    box = masks.box(mask)
    assert box is not None
    left, top, right, bottom = box
    return TextInstance(
        track_id=track_id,
        level="word",
        polygon=geometry.rounded(((left, top), (right, top), (right, bottom), (left, bottom))),
        source="rendered",
        mask=mask,
        text=text,
    )


def scene(frames: int = 4, step: int = 1, clip_id: str = "wall-0") -> Clip:
    """Both words on every frame, `step` px to the right from one to the next."""
    wall = cv2.resize(np.random.default_rng(0).uniform(20, 110, (24, 48, 3)), (WIDTH * 2, HEIGHT))
    video, made = [], []
    for i in range(frames):
        words = tuple(word(n, text, i * step) for n, text in enumerate(PLACES, 1))
        picture = wall[:, WIDTH // 2 - i * step :][:, :WIDTH].astype(np.uint8)
        picture[letters("TEXT", i * step) | letters("SIGN", i * step)] = 240
        video.append(picture)
        made.append(Frame(index=i, time_s=i / 25, instances=words))
    return Clip(
        clip_id=clip_id,
        fps=Fraction(25),
        height=HEIGHT,
        width=WIDTH,
        frames=tuple(made),
        origin=Origin(kind="synth", uri="wall", license="CC0-1.0"),
        video=np.stack(video),
    )
