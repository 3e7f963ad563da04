"""GrabCut as it comes, inside the place of each word: what any segmenter without weights must be better than."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import UInt8

from realv.labelers.stroke import Picture, Pixels, grown, place_of
from sts import masks
from sts.errors import ConfigError, DataError
from sts.protocols import Prompt, Segment

RING = 0.25
"""Width of the ground that it sees around a place, in heights of the place"""


@dataclass(frozen=True, slots=True, kw_only=True)
class GrabCut:
    """Segmenter: a prompt holds on its own frame. Outside of its place is ground, inside is as OpenCV decides.

    C. Rother, V. Kolmogorov, A. Blake, "GrabCut", SIGGRAPH 2004.
    """

    rounds: int = 5

    def __post_init__(self) -> None:
        """ConfigError for a value that cannot be meant."""
        if self.rounds < 1:
            raise ConfigError(f"rounds = {self.rounds}: give 1 or more")

    def segment(self, video: UInt8[np.ndarray, "t h w 3"], prompts: Sequence[Prompt]) -> Iterator[tuple[Segment, ...]]:
        """One tuple a frame, empty where no prompt is for the frame. DataError without prompts, or for an empty one."""
        if not prompts:
            raise DataError("no prompts: GrabCut needs places that prompts show")
        for number, picture in enumerate(video):
            yield tuple(self._word(picture, prompt) for prompt in prompts if prompt.frame == number)

    def _word(self, picture: Picture, prompt: Prompt) -> Segment:
        shape = picture.shape[0], picture.shape[1]
        area, place = place_of(prompt, shape)
        if place.any():
            area, place = grown(area, place, round(RING * min(place.shape)) + 2, shape)
        strokes = self._cut(picture[area[1] : area[3], area[0] : area[2]], place)
        mask = masks.encode_patch(strokes, area[0], area[1], *shape)
        return Segment(track_id=prompt.track_id, mask=mask, score=float(strokes.any()))

    def _cut(self, patch: Picture, place: Pixels) -> Pixels:
        """Nothing where the place or the ground around it is too small for five colours each."""
        if place.sum() < 10 or (~place).sum() < 10:
            return np.zeros_like(place)
        state = np.where(place, cv2.GC_PR_FGD, cv2.GC_BGD).astype(np.uint8)
        models = np.zeros((1, 65)), np.zeros((1, 65))
        bgr = np.ascontiguousarray(patch[..., ::-1])
        whole = (0, 0, state.shape[1], state.shape[0])
        cv2.grabCut(bgr, state, whole, *models, self.rounds, cv2.GC_INIT_WITH_MASK)
        return np.asarray((state == cv2.GC_FGD) | (state == cv2.GC_PR_FGD), np.bool_)
