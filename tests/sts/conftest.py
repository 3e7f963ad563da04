"""Small real clips."""

from collections.abc import Callable
from fractions import Fraction

import cv2
import numpy as np
import pytest

from sts import masks
from sts.types import Clip, Frame, Origin, SourceFile, TextInstance

HEIGHT, WIDTH = 48, 64


def make_clip(number: int = 0, frames: int = 3) -> Clip:
    """A word that moves over a soft picture, half of it hidden, with every field filled."""
    rng = np.random.default_rng(number)
    base = cv2.resize(rng.integers(0, 255, (4, 5, 3), np.uint8), (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    made = []
    for i in range(frames):
        whole = np.zeros((HEIGHT, WIDTH), np.bool_)
        whole[10 : 20 + number % 5, 5 + i : 25 + i : 3] = True
        seen = whole & (np.arange(WIDTH) < 20)
        word = TextInstance(
            track_id=1,
            parent_id=2,
            level="word",
            polygon=((5.25 + i, 10.0), (25.0 + i, 10.0), (25.0 + i, 20.0), (5.25 + i, 20.0)),
            source="predicted",
            mask=masks.encode(seen),
            effect_mask=masks.empty(HEIGHT, WIDTH),
            amodal_mask=masks.encode(whole),
            text="Käse",
            script="Latn",
            legible=False,
            ignore=True,
            score=0.1,
            effort="kept",
            font="lato",
        )
        line = TextInstance(track_id=2, level="line", polygon=word.polygon, source="predicted")
        made.append(Frame(index=i, time_s=i / 29.97, labelled=i != 1, instances=(word, line) if i != 1 else ()))
    return Clip(
        clip_id=f"synth-0-{number:06d}",
        fps=Fraction(30000, 1001),
        height=HEIGHT,
        width=WIDTH,
        frames=tuple(made),
        origin=Origin(
            kind="synth",
            uri="synth.engines.planes:Planes",
            license="CC0-1.0",
            sources=(SourceFile(kind="font", id="lato", sha256="0" * 64, license="OFL-1.1"),),
            spec='{"seed":0}',
        ),
        video=np.stack([base] * frames),
    )


@pytest.fixture
def clip_of() -> Callable[..., Clip]:
    """A maker of clips: number, and frames."""
    return make_clip
