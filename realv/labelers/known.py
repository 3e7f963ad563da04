"""Labels that another set has of the very same pictures, such as rendered clips that were ingested as found footage."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from jaxtyping import UInt8

from sts import layers
from sts.types import Clip, Frame

Index = Mapping[str, Mapping[str, int]]
"""Digest of a picture to where it is shown: id of the clip to place in it"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Labeler: gives every frame the labels of the frame of `truth` that shows the same picture, pixel for pixel.

    JPEGs that are stored byte for byte stay the same pictures, whatever clips and files are called. All frames are
    taken from the one clip that shows most of them; a frame that it does not show stays unlabelled.
    """

    truth: str
    """Directory of clips with pictures and labels"""

    def label(self, clip: Clip) -> Clip:
        """The clip with the labels that are known of it."""
        assert clip.video is not None
        shown = [_index(self.truth).get(_digest(picture), {}) for picture in clip.video]
        votes = Counter(name for places in shown for name in places)
        if not votes:
            return replace(clip, frames=tuple(_bare(frame) for frame in clip.frames))
        name = min(votes, key=lambda one: (-votes[one], one))
        known = layers.labels(self.truth, name)
        assert known is not None
        pairs = zip(clip.frames, shown, strict=True)
        return replace(clip, frames=tuple(_as(frame, known.frames, places.get(name)) for frame, places in pairs))


@lru_cache(maxsize=1)
def _index(truth: str) -> Index:
    """All pictures of a set."""
    index: dict[str, dict[str, int]] = defaultdict(dict)
    for clip in layers.read(truth):
        assert clip.video is not None
        for i, picture in enumerate(clip.video):
            index[_digest(picture)].setdefault(clip.clip_id, i)
    return index


def _digest(picture: UInt8[np.ndarray, "h w 3"]) -> str:
    return hashlib.sha256(f"{picture.shape} ".encode() + picture.tobytes()).hexdigest()


def _as(frame: Frame, known: tuple[Frame, ...], place: int | None) -> Frame:
    """With what is known of it; a font is named by the clip that it comes from, so its name stays there."""
    if place is None:
        return _bare(frame)
    instances = tuple(replace(one, font=None) for one in known[place].instances)
    return replace(frame, labelled=known[place].labelled, instances=instances)


def _bare(frame: Frame) -> Frame:
    return replace(frame, labelled=False, instances=())
