"""Pre-labelled clips of one window each, to be pushed: words of thin strokes that move over noise."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np

from sts import jpeg, manifest, masks, shards
from sts.stage import batches
from sts.types import Clip, Frame, Manifest, Origin, TextInstance

PER_SHARD = 16
"""Clips"""
FONT = cv2.FONT_HERSHEY_SIMPLEX
COLUMNS = 5
"""Of words in a frame"""


def write(folder: Path, n: int, *, frames: int, words: int, size: tuple[int, int]) -> Path:
    """A layer of `n` clips that differ in nothing but their name, of `size` (width, height)."""
    clip = _clip(frames, words, size)
    assert clip.video is not None
    stored = tuple(jpeg.encode(picture) for picture in clip.video)
    infos = []
    for i, (first, last) in enumerate(batches(n, PER_SHARD)):
        named = ((replace(clip, clip_id=name(number)), stored) for number in range(first, last))
        infos.append(shards.write(folder / manifest.shard_name(i), named, meta={}))
    manifest.write(folder, Manifest(command="benchmarks.speed", config={}, shards=tuple(infos)))
    return folder


def name(number: int) -> str:
    """Of a clip."""
    return f"clip-{number:05d}"


def _clip(frames: int, words: int, size: tuple[int, int]) -> Clip:
    width, height = size
    rng = np.random.default_rng(0)
    picture = cv2.resize(rng.integers(40, 200, (9, 16, 3)).astype(np.uint8), size, interpolation=cv2.INTER_CUBIC)
    return Clip(
        clip_id="clip",
        fps=Fraction(25),
        height=height,
        width=width,
        frames=tuple(Frame(index=t, time_s=t / 25, instances=tuple(_words(words, t, size))) for t in range(frames)),
        origin=Origin(kind="synth", uri="benchmarks.speed", license="CC0-1.0"),
        video=np.stack([picture] * frames),
    )


def _words(n: int, shift: int, size: tuple[int, int]) -> Iterator[TextInstance]:
    """In a grid, all moved to the right by `shift` px."""
    width, height = size
    rows = -(-n // COLUMNS)
    for i in range(n):
        left, bottom = 8 + shift + (i % COLUMNS) * width // COLUMNS, (i // COLUMNS + 1) * height // rows - height // 24
        scale = height / 720
        strokes = np.zeros((height, width), np.uint8)
        cv2.putText(strokes, f"Word {i}", (left, bottom), FONT, scale, 1, 2)
        (across, up), below = cv2.getTextSize(f"Word {i}", FONT, scale, 2)
        x0, y0, x1, y1 = float(left), float(bottom - up), float(left + across), float(bottom + below)
        yield TextInstance(
            track_id=i + 1,
            level="word",
            polygon=((x0, y0), (x1, y0), (x1, y1), (x0, y1)),
            source="predicted",
            mask=masks.encode(strokes > 0),
            text=f"Word {i}",
            score=0.5,
        )
