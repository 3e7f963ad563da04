"""Clicks and boxes answered by a net that finds all text: it looks closely at the place and takes what is meant.

A net must learn what a hint means, which takes long; to find strokes where there are some it has learned anyway, and
letters that fill its view are found best.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import cv2
import numpy as np
import torch
from jaxtyping import Bool, Float32, UInt8

from model.frames import to_input
from model.sam2text.segmenter import SAM2TextSegmenter
from model.sam2text.session import resize
from sts import masks
from sts.errors import DataError
from sts.protocols import Prompt, Segment
from sts.types import Point

HIGHER = 20
"""Side of a view in shorter sides of its box, about the height of a line: such letters nets have seen most"""
WIDER = 1.3
"""Least side of a view in longer sides of its box"""
NEAR = 0.5
"""Side of the view around a click as a share of the frame's shorter side, for text too small for a look at the whole"""
REACH = 0.02
"""Most distance from a click to the strokes that it means, as a share of the frame's shorter side"""
GAP = 0.4
"""Most space between the letters of a word, as a share of their height"""

Picture = UInt8[np.ndarray, "h w 3"]
Pixels = Bool[np.ndarray, "h w"]
Shares = Float32[np.ndarray, "h w"]


class View(NamedTuple):
    """A square of a frame, px; it may reach beyond the frame."""

    top: int
    left: int
    side: int


@dataclass(kw_only=True)
class CloserLook:
    """Segmenter of what prompts show: a box is the text in it, points are their word, less the letters clicked away.

    Other frames follow by the memory of the net, as from a mask. Without prompts it is SAM2TextSegmenter.
    """

    weights: str = "nano"
    """File of weights, directory of a training, or the name of weights that ship"""
    net: dict[str, Any] = field(default_factory=dict)
    """Settings of the net, for weights that do not say theirs"""
    threshold: float = 0.5
    """Least probability of a pixel of text"""
    device: str = "auto"

    def __post_init__(self) -> None:
        """Loads the weights. ConfigError or DataError for what cannot be used."""
        self._follow = SAM2TextSegmenter(
            weights=self.weights, net=self.net, threshold=self.threshold, device=self.device
        )

    def segment(self, video: UInt8[np.ndarray, "t h w 3"], prompts: Sequence[Prompt]) -> Iterator[tuple[Segment, ...]]:
        """One tuple a frame, as it goes."""
        yield from self._follow.segment(video, [self._shown(video, prompt) for prompt in prompts])

    def _shown(self, video: UInt8[np.ndarray, "t h w 3"], prompt: Prompt) -> Prompt:
        """The same prompt as a mask."""
        if prompt.mask is not None or not 0 <= prompt.frame < len(video):
            return prompt
        if prompt.box is None and not any(prompt.positive):
            raise DataError(f"frame {prompt.frame}: a prompt says only where its text is not; give a point on it")
        frame = np.ascontiguousarray(video[prompt.frame])
        whole = self._shares(frame)
        strokes = self._clicked(frame, whole, prompt) if prompt.box is None else self._boxed(frame, whole, prompt.box)
        strokes = _without(strokes, [at for at, on in zip(prompt.points, prompt.positive, strict=True) if not on])
        return replace(prompt, box=None, points=(), positive=(), mask=masks.encode(strokes))

    def _boxed(self, frame: Picture, whole: Shares, box: tuple[float, float, float, float]) -> Pixels:
        """Strokes in a box."""
        left, top, right, bottom = box
        sides = right - left, bottom - top
        view = _view(frame, ((left + right) / 2, (top + bottom) / 2), max(WIDER * max(sides), HIGHER * min(sides)))
        inside = np.zeros(frame.shape[:2], np.bool_)
        inside[max(round(top), 0) : max(round(bottom), 0), max(round(left), 0) : max(round(right), 0)] = True
        return inside & (np.maximum(whole, self._look(frame, view)) >= self.threshold)

    def _clicked(self, frame: Picture, whole: Shares, prompt: Prompt) -> Pixels:
        """The words under the points on text, each looked at once more when its size is known."""
        short = min(frame.shape[:2])
        found = np.zeros(frame.shape[:2], np.bool_)
        for at in (at for at, on in zip(prompt.points, prompt.positive, strict=True) if on):
            if found[_pixel(found, at)]:
                continue
            near = self._look(frame, _view(frame, at, NEAR * short))
            word = _word(np.maximum(whole, near) >= self.threshold, at, REACH * short)
            box = masks.box(masks.encode(word))
            found |= self._boxed(frame, whole, box) & _grown(word) if box else word
        return found

    def _look(self, frame: Picture, view: View) -> Shares:
        """Probability of text in a view, which goes on beyond the frame as at its edge; 0 outside of it."""
        height, width = frame.shape[:2]
        top, left = max(-view.top, 0), max(-view.left, 0)
        bottom, right = max(view.top + view.side - height, 0), max(view.left + view.side - width, 0)
        wide = cv2.copyMakeBorder(frame, top, bottom, left, right, cv2.BORDER_REPLICATE)
        rows, columns = (slice(first, first + view.side) for first in (view.top + top, view.left + left))
        seen = self._shares(np.ascontiguousarray(wide[rows, columns]))
        found = np.zeros(wide.shape[:2], np.float32)
        found[rows, columns] = seen
        return found[top : top + height, left : left + width]

    @torch.no_grad()
    def _shares(self, picture: Picture) -> Shares:
        """Probability of text in a picture."""
        net = self._follow.module
        with net.autocast():
            (sight,) = net.clip(to_input(picture[None], net.image_size).to(net.device)[None])
        return resize(sight.mask.float(), picture.shape[:2])[0, 0].sigmoid().cpu().numpy()


def _view(frame: Picture, centre: Point, side: float) -> View:
    """A square around a point, moved into the frame where it fits, else around the middle of the frame."""
    size = max(round(side), 1)
    firsts = [
        min(max(round(at - size / 2), 0), length - size) if size <= length else (length - size) // 2
        for at, length in zip(centre[::-1], frame.shape[:2], strict=True)
    ]
    return View(top=firsts[0], left=firsts[1], side=size)


def _word(strokes: Pixels, at: Point, reach: float) -> Pixels:
    """The letter nearest to a point and those that follow it as in a word; nothing where none is in reach."""
    n, parts, stats, _ = cv2.connectedComponentsWithStats(strokes.view(np.uint8))
    if n == 1:
        return np.zeros_like(strokes)
    near = _nearest(parts, at)
    rows, columns = np.nonzero(parts == near)
    if np.hypot(columns + 0.5 - at[0], rows + 0.5 - at[1]).min() > reach + 1:
        return np.zeros_like(strokes)
    size = max(stats[near, cv2.CC_STAT_HEIGHT], stats[near, cv2.CC_STAT_WIDTH])
    width = 2 * round(GAP * size / 2) + 1
    _, groups = cv2.connectedComponents(
        cv2.dilate(strokes.view(np.uint8), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width)))
    )
    return strokes & (groups == groups[rows[0], columns[0]])


def _grown(pixels: Pixels) -> Pixels:
    """With what touches them: the second look draws them a little otherwise."""
    return cv2.dilate(pixels.view(np.uint8), np.ones((5, 5), np.uint8)).view(np.bool_)


def _without(strokes: Pixels, away: Sequence[Point]) -> Pixels:
    """Less the letters that points lie on or next to."""
    left = strokes.copy()
    for at in away:
        if left.any():
            _, parts = cv2.connectedComponents(left.view(np.uint8))
            left &= parts != _nearest(parts, at)
    return left


def _nearest(parts: np.ndarray, at: Point) -> int:
    """Number of the part with the pixel nearest to a point."""
    rows, columns = np.nonzero(parts)
    nearest = np.argmin((columns + 0.5 - at[0]) ** 2 + (rows + 0.5 - at[1]) ** 2)
    return int(parts[rows[nearest], columns[nearest]])


def _pixel(pixels: Pixels, at: Point) -> tuple[int, int]:
    """Row and column of a point, at the border where it is outside."""
    height, width = pixels.shape
    return min(max(int(at[1]), 0), height - 1), min(max(int(at[0]), 0), width - 1)
