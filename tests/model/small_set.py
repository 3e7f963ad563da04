"""Small sets of clips: two words that move over a soft picture, one to be ignored, effects, and characters."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np

from sts import manifest, masks, shards
from sts.types import Clip, Frame, Manifest, Mask, Origin, Point, TextInstance

HEIGHT, WIDTH = 48, 80


def clip(
    number: int = 0,
    n_frames: int = 10,
    size: tuple[int, int] = (HEIGHT, WIDTH),
    labelled: Sequence[bool] | None = None,
    text: bool = True,
) -> Clip:
    """`size` is height and width."""
    height, width = size
    rng = np.random.default_rng(number)
    video = [rng.integers(40, 200, (5, 5, 3)).astype(np.uint8) for _ in range(n_frames)]
    flags = labelled or [True] * n_frames
    return Clip(
        clip_id=f"clip-{number}",
        fps=Fraction(25),
        height=height,
        width=width,
        frames=tuple(
            Frame(index=i, time_s=i / 25, labelled=flags[i], instances=instances(i, height, width) if text else ())
            for i in range(n_frames)
        ),
        origin=Origin(kind="synth", uri="test", license="CC0-1.0"),
        video=np.stack([cv2.resize(one, (width, height), interpolation=cv2.INTER_CUBIC) for one in video]),
    )


def instances(i: int, height: int, width: int) -> tuple[TextInstance, ...]:
    x, y = width // 8 + i, height // 4
    words = [
        word(1, (x, y, x + width // 4, y + height // 4), height, width),
        word(2, (width // 2, y + 3, width // 2 + 9, y + 14), height, width),
        word(3, (x, height // 2 + 4, x + 20, height // 2 + 16), height, width, ignore=True),
    ]
    return (*words, TextInstance(track_id=9, parent_id=1, level="char", polygon=words[0].polygon, source="rendered"))


def word(
    track_id: int, box: tuple[int, int, int, int], height: int, width: int, *, ignore: bool = False
) -> TextInstance:
    """Upright strokes three px wide in a box (xyxy), with an outline as effect."""
    left, top, right, bottom = box
    strokes, effect = np.zeros((height, width), np.bool_), np.zeros((height, width), np.bool_)
    for x in range(left + 1, right - 1, 6):
        strokes[top:bottom, x : x + 3] = True
        effect[top:bottom, x + 3 : x + 4] = True
    return TextInstance(
        track_id=track_id,
        level="word",
        polygon=corners(left, top, right, bottom),
        source="rendered",
        mask=masks.encode(strokes),
        effect_mask=masks.encode(effect & ~strokes),
        amodal_mask=masks.encode(strokes),
        text="lll",
        legible=not ignore,
        ignore=ignore,
    )


def block(left: int, top: int, right: int, bottom: int, size: tuple[int, int]) -> Mask:
    pixels = np.zeros(size, np.bool_)
    pixels[top:bottom, left:right] = True
    return masks.encode(pixels)


def corners(left: float, top: float, right: float, bottom: float) -> tuple[Point, ...]:
    box = [float(v) for v in (left, top, right, bottom)]
    return ((box[0], box[1]), (box[2], box[1]), (box[2], box[3]), (box[0], box[3]))


def write(directory: Path, clips: Sequence[Clip], per_shard: int = 2) -> Path:
    """A finished directory."""
    infos = [
        shards.write(directory / manifest.shard_name(i), clips[first : first + per_shard], meta={})
        for i, first in enumerate(range(0, len(clips), per_shard))
    ]
    manifest.write(directory, Manifest(command="test", config={}, shards=tuple(infos)))
    return directory
