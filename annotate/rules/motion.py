"""Strokes of neighbouring frames against their pictures: do both move, or neither?"""

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from itertools import pairwise

import cv2
import numpy as np
from jaxtyping import UInt8

from annotate.rules.limits import LabelLimits
from sts import jpeg, masks
from sts.checks import Finding
from sts.errors import DataError
from sts.jpeg import Grey
from sts.shards import Jpegs
from sts.types import Clip, Frame, Mask, TextInstance

NEAR = 4
"""px around strokes that are compared with them"""
REACH = 16
"""px, the largest motion that is looked for"""
CLEARLY = 0.5
"""Share of what correlation lacks that moving the picture may leave"""
HELD = 3
"""Pictures kept at a time"""

Findings = Iterator[Finding]
Pictures = Callable[[int], Grey]
"""From the place of a frame in its clip"""
Tracks = Mapping[int, TextInstance]
"""Instances with strokes by track"""
Window = tuple[slice, slice]


def findings(clip: Clip, stored: Jpegs, limits: LabelLimits) -> Findings:
    """Strokes that jump while the picture stands still, or stand still while it moves.

    Pictures are decoded only where masks are suspicious. DataError for one that cannot be, or has another size.
    """
    grey = _pictures(clip, stored)
    tracks = [_tracks(frame) for frame in clip.frames]
    for place, (before, after) in enumerate(pairwise(tracks), start=1):
        for track in sorted(before.keys() & after.keys()):
            one, last = after[track], before[track]
            following = tracks[place + 1].get(track) if place + 1 < len(tracks) else None
            what = _copied(grey, place, (last, one), limits)
            if what:
                yield _finding("mask-copied", clip.frames[place], one, what)
            what = _jumped(grey, place, (last, one, following), limits) if following else ""
            if what:
                yield _finding("mask-jump", clip.frames[place], one, what)


def _finding(rule: str, frame: Frame, one: TextInstance, what: str) -> Finding:
    """A doubt only where a model drew the strokes: nobody has said yet that they are right."""
    return Finding(rule=rule, frame=frame.index, track=one.track_id, what=what, severe=one.source != "predicted")


def _pictures(clip: Clip, stored: Jpegs) -> Pictures:
    @lru_cache(maxsize=HELD)
    def grey(place: int) -> Grey:
        where = f"clip {clip.clip_id} frame {clip.frames[place].index}"
        found = jpeg.grey(stored[place], where)
        if found.shape != (clip.height, clip.width):
            size = f"{found.shape[1]}x{found.shape[0]} px, its clip has {clip.width}x{clip.height} px"
            raise DataError(f"{where}: the picture is decoded to {size}: store it upright")
        return found

    return grey


def _tracks(frame: Frame) -> Tracks:
    scored = [one for one in frame.instances if one.mask is not None and not one.ignore]
    return {one.track_id: one for one in scored} if frame.labelled else {}


def _copied(grey: Pictures, place: int, pair: tuple[TextInstance, TextInstance], limits: LabelLimits) -> str:
    """What is wrong with strokes that equal those of the frame before; "" if nothing."""
    last, one = (of.mask for of in pair)
    if last is None or last != one or not masks.area(last):
        return ""
    before, after, window = grey(place - 1), grey(place), _window(last)
    if _change(before, after, window).mean() <= limits.still:
        return ""
    x, y = _motion(before, after, last, window)
    if not (x or y) or np.hypot(x, y) < limits.moved_px:
        return ""
    return f"strokes are those of the frame before, yet the picture moved by ({x}, {y}) px: copied?"


def _jumped(grey: Pictures, place: int, three: tuple[TextInstance, ...], limits: LabelLimits) -> str:
    """What is wrong with strokes unlike those of both neighbours, which are alike; "" if nothing."""
    last, one, following = (of.mask for of in three)
    if last is None or one is None or following is None or masks.iou(last, one) >= 1 - limits.drop:
        return ""
    best, usual = max(masks.iou(last, one), masks.iou(one, following)), masks.iou(last, following)
    together = masks.union((last, one, following))
    if usual - best <= limits.drop or not masks.area(together):
        return ""
    window = _window(together)
    for step, other in ((-1, last), (1, following)):
        differ = masks.decode(one)[window] != masks.decode(other)[window]
        if _change(grey(place), grey(place + step), window)[differ].mean() > limits.still:
            return ""
    return f"strokes have IoU {best:.2f} with the neighbours, these {usual:.2f} with each other; the picture stays"


def _window(mask: Mask) -> Window:
    """Rows and columns of the strokes and what is near."""
    left, top, right, bottom = map(int, masks.box(mask) or (0, 0, 0, 0))
    rows = slice(max(top - NEAR, 0), min(bottom + NEAR, mask.height))
    return rows, slice(max(left - NEAR, 0), min(right + NEAR, mask.width))


def _change(a: Grey, b: Grey, window: Window) -> UInt8[np.ndarray, "rows columns"]:
    """By how many grey levels two pictures differ, without most of the noise."""
    one, other = (cv2.blur(picture[window], (3, 3)) for picture in (a, b))
    return np.asarray(cv2.absdiff(one, other), np.uint8)


def _motion(before: Grey, after: Grey, strokes: Mask, window: Window) -> tuple[int, int]:
    """(x, y) px by which strokes and their surroundings moved; 0 where moving does not clearly explain the change.

    By correlation, as a caption that fades in gets stronger where it is.
    """
    rows, columns = window
    weight = cv2.dilate(masks.decode(strokes)[window].astype(np.float32), np.ones((5, 5), np.uint8))
    padded = cv2.copyMakeBorder(after, REACH, REACH, REACH, REACH, cv2.BORDER_REPLICATE)
    around = padded[rows.start : rows.stop + 2 * REACH, columns.start : columns.stop + 2 * REACH]
    found = cv2.matchTemplate(
        around.astype(np.float32), before[window].astype(np.float32), cv2.TM_CCOEFF_NORMED, mask=weight
    )
    lack = 1 - np.where(np.abs(found) <= 1, found, 0)  # a flat place has no correlation
    y, x = np.unravel_index(int(lack.argmin()), lack.shape)
    clear = float(lack[y, x]) < CLEARLY * float(lack[REACH, REACH])
    return (int(x) - REACH, int(y) - REACH) if clear else (0, 0)
