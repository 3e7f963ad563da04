"""Carries the masks of one frame through its window, both ways, by the memory of a segmenter."""

from collections.abc import Sequence

import numpy as np

from annotate.backend.frames import Shown
from annotate.backend.model import Answers, Model
from sts import masks
from sts.errors import DataError
from sts.protocols import Prompt, Segment
from sts.types import Mask


def carried(model: Model, window: Sequence[Shown], at: int, given: Sequence[Mask]) -> Answers:
    """Segments by frame; frame `at` keeps the given masks, and an empty mask is left out of its frame.

    A segmenter without a memory answers frame `at` alone.
    """
    pictures = [shown.picture for shown in window]
    sizes = sorted({picture.shape[:2] for picture in pictures})
    if len(sizes) > 1:
        raise DataError(f"the window has pictures of {sizes} px, height x width: nothing can be carried between them")
    tracks = list(enumerate(given, 1))
    prompts = [Prompt(track_id=number, frame=0, mask=mask) for number, mask in tracks if masks.area(mask)]
    own = tuple(Segment(track_id=number, mask=mask, score=1.0) for number, mask in tracks if masks.area(mask))
    after = _followed(model, pictures[at:], prompts)
    before = _followed(model, pictures[at::-1], prompts)
    return [*reversed(before), own, *after]


def _followed(model: Model, pictures: Sequence[np.ndarray], prompts: Sequence[Prompt]) -> Answers:
    """What is seen on all but the first of some pictures."""
    if len(pictures) == 1 or not prompts:
        return [()] * (len(pictures) - 1)
    found = model.segment(np.stack(pictures), prompts)[1:]
    return [tuple(one for one in some if masks.area(one.mask)) for some in found]
