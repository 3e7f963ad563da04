"""One frame as several people labelled it becomes one: majority, agreement, or a word for somebody else to judge."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from jaxtyping import Bool

from annotate.tracks import Said
from sts import checks, masks, scored
from sts.types import Effort, Frame, TextInstance

SPECK = 4
"""px; a smaller piece of disagreement is ignored wherever it lies"""

Pixels = Bool[np.ndarray, "h w"]
Votes = Sequence[TextInstance | None]
"""One a person; None from who did not draw it"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What people come to on one frame."""

    instances: tuple[TextInstance, ...]
    undecided: Pixels
    """Votes are equal, at most 1 px from both contours: to be ignored"""
    disputes: tuple[str, ...]
    """Why somebody else must look; nothing of the frame is decided then"""


def merge(frames: Sequence[Frame], said: Mapping[int, Said], height: int, width: int) -> Merged:
    """The frame as at least one person labelled it; tracks have the same ids.

    Of three people and more, more than half decide on each text and each pixel. Two decide together: where they differ
    by at most 1 px the pixels are undecided, else it is a dispute, as it is where votes of more people are equal.
    """
    undecided = np.zeros((height, width), np.bool_)
    if len(frames) == 1:
        return Merged(instances=frames[0].instances, undecided=undecided, disputes=())
    drawn = [{one.track_id: one for one in frame.instances} for frame in frames]
    made, disputes = [], []
    for track in sorted({track for ones in drawn for track in ones}):
        votes = [ones.get(track) for ones in drawn]
        one, open_pixels, dispute = _decide(votes, said[track], undecided)
        undecided = undecided | open_pixels
        made += [one] if one is not None else []
        disputes += [f"track {track}: {dispute}"] if dispute else []
    there = {one.track_id for one in made}
    kept = tuple(replace(one, parent_id=one.parent_id if one.parent_id in there else None) for one in made)
    strokes = [masks.decode(one.mask) for one in kept if one.mask is not None and not one.ignore]
    counted = np.any(strokes, axis=0) if strokes else np.zeros_like(undecided)
    return Merged(instances=kept, undecided=undecided & ~counted, disputes=tuple(disputes))


def _decide(votes: Votes, said: Said, like: Pixels) -> tuple[TextInstance | None, Pixels, str]:
    """One text: what it is, which of its pixels are undecided, and what is disputed."""
    nothing, n = np.zeros_like(like), len(votes)
    present = [one for one in votes if one is not None]
    if 2 * len(present) < n:
        return None, nothing, ""
    if 2 * len(present) == n:
        return None, nothing, f"{len(present)} of {n} people drew it"
    n_ignored = sum(one.ignore for one in present)
    if 2 * n_ignored == len(present):
        return None, nothing, f"{n_ignored} of {len(present)} people ignore it"
    ignore = 2 * n_ignored > len(present)
    strokes, equal = _counted(votes, like)
    drawn = strokes.any() or any(one.mask is not None for one in present)
    usual = _medoid(present)
    mask = masks.encode(strokes) if drawn else None
    one = replace(
        usual if mask == usual.mask else replace(usual, effect_mask=None, amodal_mask=None),
        mask=mask,
        ignore=ignore,
        legible=not ignore or any(person.legible for person in present),
        text=said.text,
        script=said.script,
        parent_id=said.parent_id,
        source="human",
        score=None,
        effort=_effort(present),
    )
    if ignore:
        return one, nothing, ""
    far = _far(strokes, strokes | equal)
    return one, equal, f"strokes differ by more than 1 px on {far} px" if far else ""


def _counted(votes: Votes, like: Pixels) -> tuple[Pixels, Pixels]:
    """Pixels that more than half call strokes, and those where votes are equal."""
    count = np.zeros(like.shape, np.int64)
    for one in votes:
        if one is not None and one.mask is not None:
            count += masks.decode(one.mask)
    return 2 * count > len(votes), 2 * count == len(votes)


def _far(least: Pixels, most: Pixels) -> int:
    """Pixels between two masks, one inside the other, that lie beyond 1 px of one of the contours; specks are none."""
    far = (most & ~least & ~(scored.near_contour(least, 1) & scored.near_contour(most, 1))).view(np.uint8)
    areas = cv2.connectedComponentsWithStats(far, connectivity=8)[2][1:, cv2.CC_STAT_AREA]
    return int(areas[areas >= SPECK].sum())


def _medoid(present: Sequence[TextInstance]) -> TextInstance:
    """The one whose polygon is most like those of the others, the first of equals."""
    likeness = [sum(checks.polygon_iou(one.polygon, other.polygon) for other in present) for one in present]
    return present[int(np.argmax(likeness))]


def _effort(present: Sequence[TextInstance]) -> Effort | None:
    """The most that anybody did."""
    done = {one.effort for one in present}
    order: tuple[Effort, ...] = ("drawn", "changed", "kept")
    return next((effort for effort in order if effort in done), None)
