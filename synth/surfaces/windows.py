"""Short pieces of source videos that are fit to carry text."""

import itertools
import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import cv2
import numpy as np
from jaxtyping import Float32, Float64, UInt8

from sts.errors import DataError
from sts.wording import counted
from synth.surfaces import footage
from synth.surfaces.detector import TextDetector

log = logging.getLogger(__name__)

Video = UInt8[np.ndarray, "t h w 3"]

SMALLEST = 64
"""px, shorter side of a video"""
CUT = 25.0
"""Grey levels, mean difference of neighbouring frames at 32 x 18"""
GAP = 1.8
"""A longer step in time than this many usual ones means that frames are missing"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Consecutive frames of one video."""

    path: str
    sha256: str
    """Of the file; with `start` and `frames` it names the window wherever the file lies"""
    start: int
    frames: int
    fps: Fraction
    license: str
    """SPDX identifier of the video"""
    credit: str
    """Whom to name"""

    @property
    def id(self) -> str:
        """The same wherever the file lies."""
        return f"{self.sha256[:16]}@{self.start}+{self.frames}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """The windows of some videos, ordered by the content of the file and then by time."""

    windows: tuple[Window, ...]
    dropped: Mapping[str, int]
    """Reason to number of windows, or of files where none could be cut"""


def windows(source: str | Sequence[str], frames: int = 30, per_video: int = 4) -> tuple[Window, ...]:
    """Windows of a folder of videos, or of the files given; the order of the files makes no difference."""
    return survey(source, frames, per_video).windows


def survey(
    source: str | Sequence[str], frames: int = 30, per_video: int = 4, detector: TextDetector | None = None
) -> Survey:
    """The same, with what was left out; a file that cannot be read is logged and skipped.

    With a detector, windows in whose first, middle or last frame it finds text are left out too.
    """
    dropped: Counter[str] = Counter()
    found: dict[str, list[Window]] = {}
    for path in _paths(source):
        try:
            digest = footage.sha256(path)
            if digest not in found:
                found[digest] = list(_cut(path, digest, frames, per_video, dropped, detector))
        except DataError as error:
            log.warning("skipped: %s", error)
            dropped["unreadable"] += 1
    for reason, count in sorted(dropped.items()):
        log.info("left out %s: %s", counted(count, "window"), reason)
    kept = tuple(window for digest in sorted(found) for window in found[digest])
    return Survey(windows=kept, dropped=dict(sorted(dropped.items())))


def read(window: Window, width: int, height: int) -> tuple[Video, Float64[np.ndarray, " t"]]:
    """Frames cut in the middle to the shape asked for and resized, with seconds from the first of them."""
    pictures, times = [], []
    for time_s, picture in footage.frames(window.path, window.start, window.start + window.frames):
        pictures.append(fit(picture, width, height))
        times.append(time_s)
    return np.stack(pictures), np.array(times) - times[0]


def fit(picture: UInt8[np.ndarray, "h w 3"], width: int, height: int) -> UInt8[np.ndarray, "hh ww 3"]:
    """Keep the aspect: cut the middle out, then resize."""
    rows, columns = picture.shape[:2]
    wide, high = min(columns, round(rows * width / height)), min(rows, round(columns * height / width))
    left, top = (columns - wide) // 2, (rows - high) // 2
    middle = picture[top : top + high, left : left + wide]
    if middle.shape[:2] == (height, width):
        return np.ascontiguousarray(middle)
    how = cv2.INTER_AREA if width < wide else cv2.INTER_CUBIC
    return cv2.resize(middle, (width, height), interpolation=how)


def _paths(source: str | Sequence[str]) -> list[str]:
    return list(footage.find(source)) if isinstance(source, str) else sorted(source)


def _cut(
    path: str, digest: str, frames: int, per_video: int, dropped: Counter[str], detector: TextDetector | None
) -> Iterator[Window]:
    info = footage.probe(path)
    total = len(info.times_s)
    if min(info.height, info.width) < SMALLEST:
        dropped["video too small"] += 1
        return
    if total < frames:
        dropped["video too short"] += 1
        return
    if footage.has_text(path):
        dropped["said to have text"] += 1
        return
    count, (licence, credit) = min(per_video, total // frames), footage.terms(path)
    for place in range(count):
        start = round((place + 0.5) * total / count - frames / 2)
        reason = _fault(path, info.times_s, start, frames)
        if reason is None and detector is not None and _written(path, start, frames, detector):
            reason = "text in the picture"
        if reason:
            dropped[reason] += 1
        else:
            yield Window(
                path=path,
                sha256=digest,
                start=start,
                frames=frames,
                fps=info.fps,
                license=licence,
                credit=credit,
            )


def _fault(path: str, times_s: tuple[float, ...], start: int, frames: int) -> str | None:
    """Why a window cannot be used, or None."""
    steps = np.diff(times_s[start : start + frames])
    if len(steps) and steps.max() > GAP * np.median(steps):
        return "frames are missing"
    small = [
        cv2.resize(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), (160, 90), interpolation=cv2.INTER_AREA).astype(
            np.float32
        )
        for _, picture in footage.frames(path, start, start + frames)
    ]
    tiny = [cv2.resize(picture, (32, 18), interpolation=cv2.INTER_AREA) for picture in small]
    if any(np.abs(after - before).mean() > CUT for before, after in itertools.pairwise(tiny)):
        return "cut"
    change = np.array([np.abs(after - before).mean() for before, after in itertools.pairwise(small)], np.float32)
    return "repeated frames" if _repeats(change) else None


def _written(path: str, start: int, frames: int, detector: TextDetector) -> bool:
    """Text in the first, middle or last frame."""
    places = sorted({start, start + frames // 2, start + frames - 1})
    return any(detector.finds(picture) for place in places for _, picture in footage.frames(path, place, place + 1))


def _repeats(change: Float32[np.ndarray, " n"]) -> bool:
    """The picture moves, yet it stands still twice in a row or every few frames."""
    if len(change) == 0 or np.median(change) < 0.5:
        return False
    same = change < 0.05 * np.median(change)
    return bool((same[1:] & same[:-1]).any() or same.mean() > 0.15)
