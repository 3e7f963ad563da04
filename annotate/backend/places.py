"""What of an answer is meant: the place that a person shows, without what is denied.

Segmenters look around a place too, and some answer all text of a frame whatever they are shown.
"""

import cv2
import numpy as np
from jaxtyping import Bool

from annotate.backend import known
from annotate.backend.bodies import Hint
from annotate.backend.known import Regions, Word
from sts.geometry import Box, Polygon

BESIDE = 3
"""px by which strokes may leave a place"""

Pixels = Bool[np.ndarray, "h w"]


def shown(hint: Hint, word: Word | None, regions: Regions) -> Pixels:
    """The word that was clicked, or the box that was dragged; with neither, all that lies in no word yet."""
    size = hint.height, hint.width
    polygon = _corners(hint.box) if hint.box else word.polygon if word else ()
    if not polygon:
        return ~known.words(regions, hint.frame, size)
    place = known.filled([polygon], size).view(np.uint8)
    side = 2 * BESIDE + 1
    return np.asarray(cv2.dilate(place, np.ones((side, side), np.uint8)), np.bool_)


def without_denied(strokes: Pixels, hint: Hint) -> Pixels:
    """Without the pieces that negative clicks hit, unless a positive one hits them too."""
    _, labels = cv2.connectedComponents(strokes.view(np.uint8), connectivity=8)
    on, off = ({labels[place] for place in _pixels(hint, sign)} for sign in (True, False))
    return np.asarray(strokes & ~np.isin(labels, sorted(off - on)), np.bool_)


def _pixels(hint: Hint, sign: bool) -> list[tuple[int, int]]:
    """Row and column of the positive or of the negative clicks."""
    clicks = zip(hint.points, hint.positive, strict=True)
    return [
        (min(int(y), hint.height - 1), min(int(x), hint.width - 1)) for (x, y), positive in clicks if positive == sign
    ]


def _corners(box: Box) -> Polygon:
    left, top, right, bottom = box
    return (left, top), (right, top), (right, bottom), (left, bottom)
