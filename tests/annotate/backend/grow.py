"""A segmenter for tests: what is meant is what has the colour of the pixel that was clicked and hangs together."""

import logging
from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from jaxtyping import Bool, UInt8

from sts import masks
from sts.protocols import Prompt, Segment

log = logging.getLogger(__name__)

Pixels = Bool[np.ndarray, "h w"]
Picture = UInt8[np.ndarray, "h w 3"]


class Grow:
    """Segmenter: grows from clicks by colour, takes all that is dark in a box, and follows a mask by its colour."""

    def segment(self, video: UInt8[np.ndarray, "t h w 3"], prompts: Sequence[Prompt]) -> Iterator[tuple[Segment, ...]]:
        log.info("asked for %d frames with %d prompts", len(video), len(prompts))
        seen: dict[int, Pixels] = {}
        for number, picture in enumerate(video):
            told = {prompt.track_id: prompt for prompt in prompts if prompt.frame == number}
            for track in sorted({*seen, *told}):
                seen[track] = found(picture, told.get(track), seen.get(track))
            yield tuple(Segment(track_id=track, mask=masks.encode(seen[track]), score=0.9) for track in sorted(seen))


def found(picture: Picture, prompt: Prompt | None, before: Pixels | None) -> Pixels:
    if prompt is None:
        assert before is not None
        return followed(picture, before)
    if prompt.mask is not None:
        before = masks.decode(prompt.mask)
    strokes = np.zeros(picture.shape[:2], np.bool_) if before is None else before.copy()
    if prompt.box:
        left, top, right, bottom = (round(side) for side in prompt.box)
        strokes[top:bottom, left:right] |= picture[top:bottom, left:right].max(axis=2) < 100
    for point, positive in zip(prompt.points, prompt.positive, strict=True):
        piece = grown(picture, point)
        strokes = strokes | piece if positive else strokes & ~piece
    return strokes


def grown(picture: Picture, point: tuple[float, float]) -> Pixels:
    filled = np.zeros((picture.shape[0] + 2, picture.shape[1] + 2), np.uint8)
    cv2.floodFill(picture.copy(), filled, (int(point[0]), int(point[1])), (0, 0, 0), flags=4 | cv2.FLOODFILL_MASK_ONLY)
    return filled[1:-1, 1:-1].astype(np.bool_)


def followed(picture: Picture, before: Pixels) -> Pixels:
    """What is dark and touches where the track was; nothing where it is gone."""
    near = cv2.dilate(before.view(np.uint8), np.ones((9, 9), np.uint8)).view(np.bool_)
    _, labels = cv2.connectedComponents((picture.max(axis=2) < 100).view(np.uint8))
    return np.isin(labels, [label for label in np.unique(labels[near]) if label])
