"""Answers that need no model: what a score gives them says what it is worth."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial

import cv2
import numpy as np
from jaxtyping import Bool, Float32, UInt8

from sts import layers, manifest, masks, stage
from sts.files import Location
from sts.stage import Notes
from sts.types import Clip, Frame, Manifest, TextInstance

Picture = UInt8[np.ndarray, "h w 3"]
Pixels = Bool[np.ndarray, "h w"]

WINDOW, K, RANGE = 25, 0.2, 128.0
"""Of Sauvola's threshold: px, weight, grey levels"""
STEEP = 60.0
"""Grey levels a pixel (Sobel / 4) that make a high-contrast edge"""


def nothing(picture: Picture) -> Pixels:
    """All background."""
    return np.zeros(picture.shape[:2], np.bool_)


def everything(picture: Picture) -> Pixels:
    """All text."""
    return np.ones(picture.shape[:2], np.bool_)


def sauvola(picture: Picture) -> Pixels:
    """Darker than mean * (1 + K * (deviation / RANGE - 1)) of the window around (Sauvola and Pietikäinen 2000)."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    mean, deviation = _local(grey)
    return np.asarray(grey < mean * (1 + K * (deviation / RANGE - 1)), np.bool_)


def edges(picture: Picture) -> Pixels:
    """High-contrast edges, closed by 5 px so that strokes fill."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    slopes = [cv2.Sobel(grey, cv2.CV_32F, dx, 1 - dx) / 4 for dx in (0, 1)]
    steep = (np.hypot(*slopes) > STEEP).astype(np.uint8)
    return cv2.morphologyEx(steep, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8)) > 0


def shifted(strokes: Pixels) -> Pixels:
    """1 px to the right."""
    moved = np.roll(strokes, 1, axis=1)
    moved[:, 0] = False
    return moved


def dilated(strokes: Pixels) -> Pixels:
    """Grown by 1 px, 8 neighbours."""
    return cv2.dilate(strokes.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0


def on_square(strokes: Pixels, side: int) -> Pixels:
    """What a square of `side` px can hold: the share of each cell that is covered, enlarged again and cut at one half.

    A network whose input and masks are such a square, whatever the shape of the frame, reaches about this.
    """
    share, (height, width) = strokes.astype(np.float32), strokes.shape
    for size in ((side, height), (side, side)):  # each axis by itself: OpenCV takes no mean where the other one grows
        shrinks = size < share.shape[::-1]
        share = np.asarray(cv2.resize(share, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR))
    return np.asarray(cv2.resize(share, (width, height), interpolation=cv2.INTER_LINEAR) >= 0.5)


FROM_PICTURE: Mapping[str, Callable[[Picture], Pixels]] = {
    "all background": nothing,
    "all text": everything,
    "Sauvola": sauvola,
    "high-contrast edges": edges,
}
FROM_TRUTH: Mapping[str, Callable[[Pixels], Pixels]] = {
    "truth, 1 px to the right": shifted,
    "truth, grown by 1 px": dilated,
    **{f"truth, on a square of {side} px": partial(on_square, side=side) for side in (128, 256, 512)},
}
NAMES = (*FROM_PICTURE, *FROM_TRUTH)


def predict(truth: Location, name: str, out: Location, workers: str) -> Manifest:
    """A layer of labels with the answers called `name` to every clip of a directory."""
    run = stage.Stage(command="benchmarks.baselines", config={"baseline": name}, out=out, inputs=(truth,))
    shards = [shard.path for shard in manifest.read(truth).shards]
    return stage.make(run, partial(_clips, str(truth), name), shards, workers)


def answer(clip: Clip, name: str) -> Clip:
    """The clip with the labels of a baseline, without video."""
    if name in FROM_TRUTH:
        frames = tuple(_changed(frame, FROM_TRUTH[name]) for frame in clip.frames)
    else:
        assert clip.video is not None
        found = [FROM_PICTURE[name](picture) for picture in clip.video]
        frames = tuple(_found(frame, pixels) for frame, pixels in zip(clip.frames, found, strict=True))
    return replace(clip, frames=frames, video=None)


def _clips(truth: Location, name: str, shard: str, _: Notes) -> Iterator[Clip]:
    for clip in layers.read_shard(truth, shard, pictures=name in FROM_PICTURE):
        yield answer(clip, name)


def _changed(frame: Frame, change: Callable[[Pixels], Pixels]) -> Frame:
    """Masks changed, all else as it is in the truth."""
    instances = [
        one if one.mask is None else replace(one, mask=masks.encode(change(masks.decode(one.mask))))
        for one in frame.instances
    ]
    return replace(frame, instances=tuple(replace(one, source="predicted") for one in instances))


def _found(frame: Frame, pixels: Pixels) -> Frame:
    """All strokes as one instance; none where there are no strokes."""
    if not pixels.any():
        return replace(frame, instances=())
    height, width = pixels.shape
    corners = ((0.0, 0.0), (float(width), 0.0), (float(width), float(height)), (0.0, float(height)))
    strokes = TextInstance(
        track_id=1, level="text", polygon=corners, source="predicted", mask=masks.encode(pixels), score=1.0
    )
    return replace(frame, instances=(strokes,))


def _local(grey: Float32[np.ndarray, "h w"]) -> tuple[Float32[np.ndarray, "h w"], Float32[np.ndarray, "h w"]]:
    """Mean and standard deviation around each pixel."""
    box = (WINDOW, WINDOW)
    mean, square = cv2.blur(grey, box), cv2.blur(grey * grey, box)
    return np.asarray(mean, np.float32), np.sqrt(np.maximum(square - mean * mean, 0)).astype(np.float32)
