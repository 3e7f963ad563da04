"""Which tracks of two labellings of one clip are the same text."""

from collections import defaultdict
from collections.abc import Mapping

from sts import checks, geometry
from sts.types import Clip, TextInstance

Tracks = Mapping[int, Mapping[int, TextInstance]]
"""Track id to frame index to instance"""


def linked(lead: Clip, other: Clip) -> dict[int, int]:
    """Id in `lead` of each track of `other` that lies in the same place, one to one, the best overlap first.

    Overlap is the mean polygon IoU over the frames that both label and on which either track is; it must exceed 0.5.
    """
    common = {frame.index for frame in lead.frames if frame.labelled}
    common &= {frame.index for frame in other.frames if frame.labelled}
    ours, theirs = _tracks(lead, common), _tracks(other, common)
    overlaps = {(a, b): _overlap(ours[a], theirs[b]) for a in ours for b in theirs if _meet(ours[a], theirs[b])}
    links: dict[int, int] = {}
    for (a, b), overlap in sorted(overlaps.items(), key=lambda item: (-item[1], item[0])):
        if overlap > checks.SAME_PLACE and b not in links and a not in links.values():
            links[b] = a
    return links


def _tracks(clip: Clip, common: set[int]) -> Tracks:
    tracks: dict[int, dict[int, TextInstance]] = defaultdict(dict)
    for frame in (frame for frame in clip.frames if frame.index in common):
        for one in (one for one in frame.instances if len(one.polygon) >= 3):
            tracks[one.track_id][frame.index] = one
    return tracks


def _meet(a: Mapping[int, TextInstance], b: Mapping[int, TextInstance]) -> bool:
    """Whether both are of one level and their boxes touch on the first frame that has both."""
    both = min(a.keys() & b.keys(), default=None)
    if both is None or a[both].level != b[both].level:
        return False
    (left, top, right, bottom), (x0, y0, x1, y1) = geometry.box(a[both].polygon), geometry.box(b[both].polygon)
    return left < x1 and x0 < right and top < y1 and y0 < bottom


def _overlap(a: Mapping[int, TextInstance], b: Mapping[int, TextInstance]) -> float:
    total = sum(checks.polygon_iou(a[frame].polygon, b[frame].polygon) for frame in a.keys() & b.keys())
    return total / len(a.keys() | b.keys())
