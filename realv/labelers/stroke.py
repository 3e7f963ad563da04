"""A segmenter without weights: the strokes of a word are those of its colours that look like strokes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float32, UInt8

from realv.labelers import colours, matting
from realv.labelers.colours import Ground, Spots, distance
from sts import masks
from sts.errors import ConfigError, DataError
from sts.protocols import Prompt, Segment

Picture = UInt8[np.ndarray, "h w 3"]
Pixels = Bool[np.ndarray, "h w"]
Area = tuple[int, int, int, int]
"""xyxy, px, inside the frame"""

FINE = 40.0
"""px, height of letters at which colours are found; the mask has the picture's own pixels"""
RING = 0.25
"""Width of what is looked at around a word, in heights of its letters"""
OWN = 0.7
"""Least share of a piece of strokes that lies in its word's place"""
SMALLEST = 12
"""px of a place in which a word can be seen"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stroke:
    """Segmenter: a prompt holds on its own frame and shows a word by its box or, better, by its place as a mask.

    One model of colours a word. Points tell strokes from ground where colours alone do not.
    """

    reach: float = 0.3
    """Heights of letters over which the light may change"""
    speck: float = 0.002
    """Pieces of strokes smaller than this share of the squared height of letters are no strokes"""

    def __post_init__(self) -> None:
        """ConfigError for a value that cannot be meant."""
        if self.reach <= 0 or self.speck < 0:
            raise ConfigError(
                f"reach = {self.reach}, speck = {self.speck}: give a reach above 0 and a speck of 0 or more"
            )

    def segment(self, video: UInt8[np.ndarray, "t h w 3"], prompts: Sequence[Prompt]) -> Iterator[tuple[Segment, ...]]:
        """One tuple a frame, empty where no prompt is for the frame. DataError without prompts, or for an empty one."""
        late = [prompt.frame for prompt in prompts if not 0 <= prompt.frame < len(video)]
        if late or not prompts:
            why = f"a prompt is for frame {late[0]} of {len(video)}, counted from 0" if late else "no prompts"
            raise DataError(f"{why}: strokes are found in places that prompts show, not by themselves")
        for number, picture in enumerate(video):
            yield tuple(self._word(picture, prompt) for prompt in prompts if prompt.frame == number)

    def _word(self, picture: Picture, prompt: Prompt) -> Segment:
        shape = picture.shape[0], picture.shape[1]
        area, place = place_of(prompt, shape)
        thickness = 2 * float(distance(place).max()) if place.any() else 0.0
        if place.sum() < SMALLEST:
            return Segment(track_id=prompt.track_id, mask=masks.empty(*shape), score=0.0)
        area, place = grown(area, place, round(RING * thickness) + 2, shape)
        share = self._shares(picture[area[1] : area[3], area[0] : area[2]], place, thickness, _spots(prompt, area))
        strokes = _own(share >= 0.5, place, _near(place, thickness), self.speck * thickness**2)
        mask = masks.encode_patch(strokes, area[0], area[1], *shape)
        return Segment(track_id=prompt.track_id, mask=mask, score=_sure(share, strokes, place))

    def _shares(
        self, patch: Picture, place: Pixels, thickness: float, spots: tuple[Spots, Spots]
    ) -> Float32[np.ndarray, "h w"]:
        """Share of stroke in each pixel of a patch; 0 where there is no word."""
        fine = cv2.cvtColor(patch / np.float32(255), cv2.COLOR_RGB2Lab)
        scale = min(1.0, FINE / thickness)
        size = max(round(patch.shape[1] * scale), 2), max(round(patch.shape[0] * scale), 2)
        coarse = cv2.resize(fine, size, interpolation=cv2.INTER_AREA)
        small = cv2.resize(place.view(np.uint8), size, interpolation=cv2.INTER_NEAREST).astype(np.bool_)
        ground = Ground(colours=coarse, place=small, near=_near(small, thickness * scale), thickness=thickness * scale)
        split = colours.best(ground, *(_scaled(some, place.shape, small.shape) for some in spots))
        if split is None:
            return np.zeros(place.shape, np.float32)
        reach = max(self.reach * ground.thickness, 1.0)
        return matting.shares(fine, coarse, ground.near, split.strokes.astype(np.float32), reach)


def place_of(prompt: Prompt, shape: tuple[int, int]) -> tuple[Area, Pixels]:
    """Where a word is: its box in the frame, and which pixels of it. DataError for a prompt that shows no place."""
    around = prompt.box or (masks.box(prompt.mask) if prompt.mask else None)
    if around is None:
        raise DataError(f"the prompt of track {prompt.track_id} on frame {prompt.frame} has neither box nor mask")
    (height, width), (left, top, right, bottom) = shape, around
    area = (max(int(left), 0), max(int(top), 0), min(int(np.ceil(right)), width), min(int(np.ceil(bottom)), height))
    if area[0] >= area[2] or area[1] >= area[3]:
        return area, np.zeros((0, 0), np.bool_)
    if prompt.mask is None:
        return area, np.ones((area[3] - area[1], area[2] - area[0]), np.bool_)
    return area, masks.decode(prompt.mask)[area[1] : area[3], area[0] : area[2]]


def grown(area: Area, place: Pixels, margin: int, shape: tuple[int, int]) -> tuple[Area, Bool[np.ndarray, "gh gw"]]:
    """The same place in a larger area."""
    left, top = max(area[0] - margin, 0), max(area[1] - margin, 0)
    right, bottom = min(area[2] + margin, shape[1]), min(area[3] + margin, shape[0])
    more = ((area[1] - top, bottom - area[3]), (area[0] - left, right - area[2]))
    return (left, top, right, bottom), np.pad(place, more)


def _near(place: Pixels, thickness: float) -> Pixels:
    reach = max(2, round(0.15 * thickness))
    disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    return np.asarray(cv2.dilate(place.view(np.uint8), disk), np.bool_)


def _spots(prompt: Prompt, area: Area) -> tuple[Spots, Spots]:
    """The pixels of the positive and of the negative points, in the area."""
    moved = [(int(x) - area[0], int(y) - area[1]) for x, y in prompt.points]
    width, height = area[2] - area[0], area[3] - area[1]
    kept = [
        (spot, sign)
        for spot, sign in zip(moved, prompt.positive, strict=True)
        if 0 <= spot[0] < width and 0 <= spot[1] < height
    ]
    return tuple(spot for spot, sign in kept if sign), tuple(spot for spot, sign in kept if not sign)


def _scaled(spots: Spots, old: tuple[int, ...], new: tuple[int, ...]) -> Spots:
    return tuple((x * new[1] // old[1], y * new[0] // old[0]) for x, y in spots)


def _own(found: Pixels, place: Pixels, near: Pixels, least: float) -> Pixels:
    """What is found in a place, without pieces of less than `least` px and those that go on outside, such as rims.

    Where most of it goes on outside, the strokes are tied to something there, and only the smallest pieces go.
    """
    n, labels = cv2.connectedComponents((found & near).view(np.uint8), connectivity=8)
    whole, inside = (np.bincount(labels[where], minlength=n) for where in (near, place))
    large, own = inside >= least, inside >= OWN * whole
    large[0] = False
    kept = large & own if 2 * inside[large & own].sum() >= inside[large].sum() else large
    return np.asarray(kept[labels] & place, np.bool_)


def _sure(share: Float32[np.ndarray, "h w"], strokes: Pixels, place: Pixels) -> float:
    """How clearly the pixels of a place are stroke or ground: 1 where all of them have one of the two colours."""
    if not strokes.any():
        return 0.0
    return float(np.clip(2 * np.abs(share[place] - 0.5), 0, 1).mean())
