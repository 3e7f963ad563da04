"""How fast masks are written for Label Studio and read again, beside the codec of its SDK."""

import base64
import importlib
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import process_time
from typing import Any

import cv2
import numpy as np
from jaxtyping import Bool
from PIL import Image

from benchmarks.table import Bar, Line
from sts.errors import DataError

WORDS = 20
MOST_MS = 5.0
"""Bar of each way, at 1280x720"""

Pixels = Bool[np.ndarray, "h w"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One codec in one direction."""

    what: str
    ours: Callable[[], Any]
    theirs: Callable[[], Any]


def measure(width: int, height: int, repeats: int, seed: int) -> list[Line]:
    """All strokes of a frame as one mask; ours and theirs in turn."""
    pixels = lettering(width, height, seed)
    bitmask, brush = importlib.import_module("annotate.bitmask"), importlib.import_module("annotate.brush")
    sdk = _sdk()
    url, rle, grey = bitmask.encode(pixels), [*brush.encode(pixels)], 255 * pixels.astype(np.uint8)
    ways = (
        Way(what="bitmask, encode", ours=lambda: bitmask.encode(pixels), theirs=lambda: sdk.mask2rle(grey)),
        Way(
            what="bitmask, decode", ours=lambda: bitmask.decode(url, height, width), theirs=lambda: sdk.decode_rle(rle)
        ),
        Way(what="brush, encode", ours=lambda: brush.encode(pixels), theirs=lambda: sdk.mask2rle(grey)),
        Way(what="brush, decode", ours=lambda: brush.decode(rle, height, width), theirs=lambda: sdk.decode_rle(rle)),
    )
    painted = edited(pixels)
    again = _typical([lambda: bitmask.decode(painted, height, width)], repeats)[0]
    return [
        *(_line(way, repeats) for way in ways),
        Line(what="bitmask, decode after a stroke in the editor", unit="CPU ms", ours=again, against="no peer"),
        Line(
            what="bytes of the brush that are not the SDK's",
            unit="bytes",
            ours=_unlike(rle, sdk.mask2rle(grey)),
            bar=Bar(value=0, best="low"),
        ),
        Line(
            what="one mask in JSON, bitmask",
            unit="KB",
            ours=len(json.dumps(url)) / 1000,
            peer=len(json.dumps(rle)) / 1000,
            against="brush",
        ),
    ]


def lettering(width: int, height: int, seed: int) -> Pixels:
    """Strokes of WORDS words of several sizes."""
    rng, picture = np.random.default_rng([seed, WORDS]), np.zeros((height, width), np.uint8)
    for n in range(WORDS):
        place = int(rng.integers(0, width * 3 // 4)), int(rng.integers(height // 20, height))
        size, thickness = float(rng.uniform(0.5, 2.0)) * height / 720, int(rng.integers(1, 5))
        cv2.putText(picture, f"Word {n}", place, cv2.FONT_HERSHEY_SIMPLEX, size, 255, thickness)
    return picture > 0


def edited(pixels: Pixels) -> str:
    """The same mask as a browser's canvas writes it: four channels, soft edges."""
    soft = cv2.GaussianBlur(255 * pixels.astype(np.uint8), (3, 3), 0)
    file = io.BytesIO()
    Image.fromarray(np.dstack([np.zeros((*pixels.shape, 3), np.uint8), soft])).save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def _line(way: Way, repeats: int) -> Line:
    ours, theirs = _typical([way.ours, way.theirs], repeats)
    bar = Bar(value=MOST_MS, best="low")
    return Line(what=way.what, unit="CPU ms", ours=ours, peer=theirs, against="label_studio_sdk, brush", bar=bar)


def _typical(ways: list[Callable[[], Any]], repeats: int) -> list[float]:
    """Median CPU ms of each, in turn, after a first time that warms compiled code."""
    taken: list[list[float]] = [[] for _ in ways]
    for _ in range(1 + repeats):
        for way, times in zip(ways, taken, strict=True):
            start = process_time()
            way()
            times.append(1000 * (process_time() - start))
    return [median(times[1:]) for times in taken]


def _unlike(ours: list[int], theirs: list[int]) -> int:
    return abs(len(ours) - len(theirs)) + sum(a != b for a, b in zip(ours, theirs, strict=False))


def _sdk() -> Any:
    try:
        return importlib.import_module("label_studio_sdk.converter.brush")
    except ModuleNotFoundError as error:
        raise DataError(f"the SDK of Label Studio is the peer: pip install 'label-studio-sdk' ({error})") from error
