"""Two small clips with everything that a format may fail to hold, and their export."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from pipelines.exporters import release
from sts import geometry, masks
from sts.shards import Jpegs
from sts.types import Clip, Frame, Mask, Origin, Point, SourceFile, TextInstance

HEIGHT, WIDTH = 40, 72
Pair = tuple[Clip, Jpegs]
ExportOf = Callable[..., Path]


def box(left: float, top: float, right: float, bottom: float) -> tuple[Point, ...]:
    x0, y0, x1, y1 = map(float, (left, top, right, bottom))
    return (x0, y0), (x1, y0), (x1, y1), (x0, y1)


def strokes(left: int, top: int, right: int, bottom: int) -> Mask:
    """Vertical bars with a hole, so that rows and columns cannot be mixed up."""
    pixels = np.zeros((HEIGHT, WIDTH), np.bool_)
    pixels[top:bottom, left:right:3] = True
    pixels[top + 1 : bottom - 1, left : right - 3 : 3] = False
    return masks.encode(pixels)


def piece(track_id: int, level: str, corners: tuple[Point, ...], **fields: Any) -> TextInstance:
    return TextInstance(**{"track_id": track_id, "level": level, "polygon": corners, "source": "human", **fields})


def curve() -> tuple[Point, ...]:
    """A ribbon of 2 x 7 points along an arc."""
    x = np.linspace(40, 66, 7)
    y = 30 - 5 * np.sin(np.linspace(0, np.pi, 7))
    upper, lower = np.stack([x, y], axis=1), np.stack([x, y + 7], axis=1)
    return geometry.rounded(np.concatenate([upper, lower[::-1]]))


def first_frame() -> tuple[TextInstance, ...]:
    nothing = masks.empty(HEIGHT, WIDTH)
    fill = strokes(4, 4, 20, 14)
    return (
        piece(1, "paragraph", box(2, 2, 60, 18)),
        piece(2, "line", box(3, 3, 58, 16), parent_id=1, text="Käse שלום", script="Latn"),
        piece(
            3,
            "word",
            box(3.25, 3.5, 21.75, 15),
            parent_id=2,
            mask=fill,
            effect_mask=strokes(5, 4, 21, 14),
            amodal_mask=strokes(4, 4, 26, 14),
            text="Käse",
            script="Latn",
            font="lato",
        ),
        piece(10, "char", box(3.25, 3.5, 9, 15), parent_id=3, text="K"),
        piece(300, "word", box(30, 3, 57, 15), parent_id=2, mask=strokes(31, 4, 55, 14), text="שלום", script="Hebr"),
        piece(5, "word", box(2, 30, 20, 38), mask=strokes(3, 31, 18, 37), text="tiny", legible=False, ignore=True),
        piece(6, "word", box(24, 30, 30, 38), mask=nothing, amodal_mask=strokes(24, 31, 30, 37), text="hidden"),
        piece(7, "word", box(32, 20, 38, 28), text="box & <only>"),
        piece(8, "line", box(60, 2, 70, 8), text=None),
        piece(9, "text", curve(), mask=strokes(44, 27, 62, 33)),
    )


def make_clips() -> tuple[Clip, Clip]:
    """The second has an id that no folder could have, and one frame."""
    later = (
        piece(3, "word", box(5, 5, 23, 17), mask=strokes(6, 6, 22, 16), text="Käse", script="Latn", legible=False),
        piece(4, "word", curve(), mask=strokes(44, 27, 62, 33), effect_mask=strokes(45, 27, 63, 33), text="नमस्ते"),
        piece(5, "word", box(2, 30, 20, 38), mask=strokes(3, 31, 18, 37), text="tiny"),
    )
    font = SourceFile(kind="font", id="lato", sha256="f" * 64, license="OFL-1.1")
    common: dict[str, Any] = {"height": HEIGHT, "width": WIDTH}
    first = Clip(
        clip_id="synth-0-000001",
        fps=Fraction(30000, 1001),
        frames=(
            Frame(index=0, time_s=0.0, instances=first_frame()),
            Frame(index=1, time_s=0.04, labelled=False),
            Frame(index=2, time_s=0.07, instances=later),
        ),
        origin=Origin(kind="synth", uri="toy", license="CC0-1.0", sources=(font,), spec='{"seed":0}'),
        **common,
    )
    second = Clip(
        clip_id="real/été.mp4 #2",
        fps=Fraction(1),
        frames=(
            Frame(index=0, time_s=0.0, instances=(piece(1, "word", box(3, 3, 21, 15), mask=strokes(4, 4, 20, 14)),)),
        ),
        origin=Origin(kind="real", uri="https://example.org/été.mp4", license="CC-BY-4.0"),
        **common,
    )
    return first, second


def pictures(clip: Clip) -> Jpegs:
    """JPEGs of a quality that our encoder does not use."""
    rng = np.random.default_rng(len(clip.clip_id))
    noise = rng.integers(0, 255, (len(clip.frames), clip.height, clip.width, 3), np.uint8)
    return tuple(cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, 71])[1].tobytes() for frame in noise)


@pytest.fixture
def pairs() -> tuple[Pair, ...]:
    return tuple((clip, pictures(clip)) for clip in make_clips())


@pytest.fixture
def export_of(set_of: Callable[..., Path], tmp_path: Path) -> ExportOf:
    """export_of("coco", pairs): the finished export of a set that holds the clips."""

    def export(form: str, clips: tuple[Pair, ...]) -> Path:
        release.export([set_of(f"set-{form}", clips)], tmp_path / form, form)
        return tmp_path / form

    return export


@pytest.fixture
def strokes_of() -> Callable[..., Mask]:
    return strokes


@pytest.fixture
def piece_of() -> Callable[..., TextInstance]:
    return piece
