"""Words that a finder saw whole on some frames and in pieces on others are whole on all."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from realv.labelers import holding
from sts import masks, overlap
from sts.types import Clip, Frame, Mask, TextInstance


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """Labeler: a track that often lies within a larger one is a piece of it, and goes into it.

    What is read of the piece must be in what is read of the whole. On each frame the whole gets the strokes of its
    pieces, and its polygon grows round them; a frame that shows pieces alone shows the whole from now on. Frames and
    tracks on which a person worked stay as they are.
    """

    inside: float = 0.5
    """Least share of the piece's polygon that lies in the other one"""
    often: float = 0.25
    """Least share of the frames that show both, on which it does"""

    def label(self, clip: Clip) -> Clip:
        """The clip with fewer words, and no stroke less."""
        wholes = self._wholes(clip)
        if not wholes:
            return clip
        names = {
            one.track_id: one for frame in clip.frames for one in frame.instances if one.track_id in wholes.values()
        }
        frames = (frame if _peoples(frame) else _joined(frame, wholes, names) for frame in clip.frames)
        return replace(clip, frames=tuple(frames))

    def _wholes(self, clip: Clip) -> dict[int, int]:
        """Track of each piece to that of its whole, which is no piece itself."""
        both, within = Counter[tuple[int, int]](), Counter[tuple[int, int]]()
        for frame in clip.frames:
            words = [one for one in frame.instances if one.level == "word" and one.source != "human"]
            polygons = [one.polygon for one in words]
            shares = overlap.shares(polygons, polygons)
            for i, piece in enumerate(words):
                for j, whole in enumerate(words):
                    if i != j and _read_in(piece, whole):
                        pair = piece.track_id, whole.track_id
                        both[pair] += 1
                        within[pair] += bool(shares[i, j] >= self.inside and shares[j, i] < shares[i, j])
        found: dict[int, int] = {}
        for pair, n in within.most_common():
            if n and n >= self.often * both[pair]:
                found.setdefault(*pair)
        people = {one.track_id for frame in clip.frames for one in frame.instances if one.source == "human"}
        return {a: b for a, b in found.items() if b not in found and not {a, b} & people}


def _read_in(piece: TextInstance, whole: TextInstance) -> bool:
    return (piece.text or "").casefold() in (whole.text or "").casefold()


def _peoples(frame: Frame) -> bool:
    return any(one.source == "human" for one in frame.instances)


def _joined(frame: Frame, wholes: Mapping[int, int], names: Mapping[int, TextInstance]) -> Frame:
    groups: dict[int, list[TextInstance]] = defaultdict(list)
    for one in frame.instances:
        groups[wholes.get(one.track_id, one.track_id)].append(one)
    return replace(frame, instances=tuple(_one(track, group, names) for track, group in groups.items()))


def _one(track: int, group: Sequence[TextInstance], names: Mapping[int, TextInstance]) -> TextInstance:
    """The whole of a group, or else its largest piece under the whole's name, with the strokes of all."""
    base = max(group, key=lambda one: (one.track_id == track, masks.area(one.mask) if one.mask else 0))
    if len(group) == 1 and base.track_id == track:
        return base
    name, strokes = names[track], list(_strokes(group))
    mask = masks.union(strokes) if strokes else None
    return holding.held(replace(base, track_id=track, text=name.text, script=name.script, mask=mask))


def _strokes(group: Sequence[TextInstance]) -> Iterator[Mask]:
    return (one.mask for one in group if one.mask is not None)
