"""RapidOCR: finds lines of text in a picture and reads them. An optional package, `rapidocr-onnxruntime`."""

import functools
import itertools
import math
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from jaxtyping import UInt8

from realv import strip
from realv.strip import Strip
from realv.words import Picture, Word
from sts import geometry
from sts.errors import ConfigError, PluginError
from sts.types import Point

Reading = tuple[str, float]
"""Text and confidence in [0, 1]"""

READ_HEIGHT = 48
"""px of a word as the recogniser sees it"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RapidOcr:
    """WordFinder: lines cut at their spaces; text without spaces, such as Chinese, stays a line."""

    least: float = 0.5
    """Confidence of a reading below which there is no word"""

    def __post_init__(self) -> None:
        """ConfigError for a value that cannot be meant, PluginError where the package is not installed."""
        _check(self.least)
        engine()

    def find(self, picture: Picture) -> tuple[Word, ...]:
        """In any order."""
        found, _ = engine()(_bgr(picture), return_word_box=True, text_score=self.least)
        return tuple(word for line in found or () for word in _words(line))


@dataclass(frozen=True, slots=True, kw_only=True)
class RapidReader:
    """Reads words that something else has found."""

    least: float = 0.5
    """Confidence below which a word stays unread"""

    def __post_init__(self) -> None:
        """ConfigError for a value that cannot be meant, PluginError where the package is not installed."""
        _check(self.least)
        engine()

    def read(self, picture: Picture, polygons: Sequence[tuple[Point, ...]]) -> tuple[Reading | None, ...]:
        """What stands in each polygon, None where it cannot be read; curved words are straightened first."""
        if not polygons:
            return ()
        found, _ = engine().text_rec([_straight(picture, strip.of(one)) for one in polygons])
        readings = [(unicodedata.normalize("NFC", str(text)).strip(), float(sure)) for text, sure in found]
        return tuple(one if one[0] and one[1] >= self.least else None for one in readings)


@functools.lru_cache(maxsize=1)
def engine() -> Any:
    """The package's models, loaded once a process. PluginError where it is not installed."""
    try:
        from rapidocr_onnxruntime import RapidOCR
    except ImportError as error:
        raise PluginError(
            f"reading text needs rapidocr-onnxruntime ({error}): pip install --no-deps rapidocr-onnxruntime "
            "(Python below 3.13); or take the words that a set has, as configs/realv/boxes.toml does"
        ) from error
    return RapidOCR()


def _check(least: float) -> None:
    if not 0 <= least <= 1:
        raise ConfigError(f"least = {least}: give a confidence from 0 to 1")


def _bgr(picture: Picture) -> UInt8[np.ndarray, "h w 3"]:
    return np.ascontiguousarray(picture[..., ::-1])


def _straight(picture: Picture, word: Strip) -> UInt8[np.ndarray, "sh sw 3"]:
    """A word from left to right, BGR; one that is much higher than wide is turned."""
    width = max(round(READ_HEIGHT * word.length / max(word.height, 1e-6)), 2)
    u, v = np.meshgrid((np.arange(width) + 0.5) / width, (np.arange(READ_HEIGHT) + 0.5) / READ_HEIGHT)
    places = (word.at(u, v) - 0.5).astype(np.float32)
    seen = cv2.remap(_bgr(picture), places[..., 0], places[..., 1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    upright = np.rot90(seen) if seen.shape[0] >= 1.5 * seen.shape[1] else seen
    return np.ascontiguousarray(upright, np.uint8)


def _words(line: Sequence[Any]) -> Iterator[Word]:
    """The words of a line as RapidOCR gives it: corners, text, confidence, place and text of each character."""
    corners, _, sure, places, chars, *_ = line
    whole = strip.of([(float(x), float(y)) for x, y in corners])
    spans = [_span(whole, place) for place in places]
    for blank, group in itertools.groupby(zip(chars, spans, strict=True), key=lambda one: one[0].isspace()):
        if not blank:
            word = list(group)
            text = unicodedata.normalize("NFC", "".join(char for char, _ in word))
            yield Word(polygon=_part(whole, word, len(chars)), score=float(sure), text=text, read=float(sure))


def _span(line: Strip, place: Any) -> tuple[float, float]:
    """Where a character begins and ends along its line, 0 to 1."""
    start, end = line.top[0], line.top[-1]
    way = (end - start) / max(math.dist(start, end) ** 2, 1e-6)
    along = [float((np.asarray(point, np.float64) - start) @ way) for point in place]
    return min(along), max(along)


def _part(line: Strip, word: Sequence[tuple[str, tuple[float, float]]], n: int) -> geometry.Polygon:
    """The part of a line that a word takes, all of it for a line of one word; a quarter of a letter is added."""
    if len(word) == n:
        return line.part(0.0, 0.0, 1.0, 1.0)
    starts, ends = [span[0] for _, span in word], [span[1] for _, span in word]
    more = 0.25 * (max(ends) - min(starts)) / len(word)
    return line.part(max(min(starts) - more, 0.0), 0.0, min(max(ends) + more, 1.0), 1.0)
