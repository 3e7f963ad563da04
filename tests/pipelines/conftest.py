"""Small hand-made sets: a soft picture of its own for every clip, a line with a word that moves."""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from sts import masks, stage
from sts.shards import Jpegs
from sts.stage import Notes, Stage
from sts.types import Clip, Frame, Origin, SourceFile, TextInstance

HEIGHT, WIDTH, FRAMES = 64, 96, 4

ClipOf = Callable[..., Clip]
SetOf = Callable[..., Path]


def word(i: int, **changes: Any) -> TextInstance:
    """A word of vertical strokes, moved by i px."""
    pixels = np.zeros((HEIGHT, WIDTH), np.bool_)
    pixels[22:38, 22 + i : 58 + i : 4] = True
    fields: dict[str, Any] = {
        "track_id": 1,
        "parent_id": 2,
        "level": "word",
        "polygon": ((20.0 + i, 20.0), (60.0 + i, 20.0), (60.0 + i, 40.0), (20.0 + i, 40.0)),
        "source": "rendered",
        "mask": masks.encode(pixels),
        "text": "Käse",
        "script": "Latn",
        "font": "lato",
    }
    return TextInstance(**{**fields, **changes})


def line(i: int, **changes: Any) -> TextInstance:
    """The line around the word."""
    return word(i, **{"track_id": 2, "parent_id": None, "level": "line", "mask": None, **changes})


def make_clip(number: int = 0, *, name: str = "clip", look: int | None = None, **origin: Any) -> Clip:
    """Clip `number` of `name`; `look` seeds the picture, `origin` changes fields of the origin."""
    rng = np.random.default_rng([7, number if look is None else look])
    base = cv2.resize(rng.integers(0, 255, (8, 12, 3), np.uint8), (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    font = SourceFile(kind="font", id="lato", sha256="f" * 64, license="OFL-1.1")
    fields: dict[str, Any] = {"kind": "synth", "uri": "toy", "license": "CC0-1.0", "sources": (font,)}
    frames = tuple(Frame(index=i, time_s=i / 25, instances=(line(i), word(i))) for i in range(FRAMES))
    return Clip(
        clip_id=f"{name}-{number:03d}",
        fps=Fraction(25),
        height=HEIGHT,
        width=WIDTH,
        frames=frames,
        origin=Origin(**{**fields, **origin}),
        video=np.stack([base] * FRAMES),
    )


@pytest.fixture
def clip_of() -> ClipOf:
    return make_clip


@pytest.fixture
def word_of() -> Callable[..., TextInstance]:
    return word


@pytest.fixture
def set_of(tmp_path: Path) -> SetOf:
    """set_of("name", clips): a finished directory, two clips a shard; `inputs` are directories it was made from."""

    def make(name: str, clips: Sequence[Clip | tuple[Clip, Jpegs]], *inputs: Path) -> Path:
        def two(item: tuple[int, int], _notes: Notes) -> Iterator[Clip | tuple[Clip, Jpegs]]:
            yield from clips[slice(*item)]

        whole = Stage(command="toy", config={}, out=tmp_path / name, inputs=inputs)
        stage.make(whole, two, stage.batches(len(clips), 2))
        return tmp_path / name

    return make
