"""Several layers of labels become one clip: on every frame the best source wins."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from pipelines import link
from sts.errors import DataError
from sts.types import Clip, Frame, TextInstance

RANKS = {"predicted": 1, "rendered": 2, "human": 3}
"""What wins over what; 0 is a frame on which nobody looked for text"""
LEAST = min(RANKS.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One clip as one layer has it."""

    layer: str
    """Its directory, for messages"""
    clip: Clip
    empty: int
    """Rank of a labelled frame without text when the whole clip has none: the best that the layer holds"""


def best(clip: Clip) -> int:
    """Rank of the best source among all instances, the least where there is none."""
    return max((RANKS.get(one.source, LEAST) for frame in clip.frames for one in frame.instances), default=LEAST)


def merged(pixels: Clip, versions: Sequence[Version]) -> Clip | None:
    """The clip of the pixel layer with the labels of the best version on every frame; None where nobody looked.

    Of equal versions the later wins. A frame wins as a whole. Versions number their tracks as they like: where frames
    come from more than one, tracks that lie in the same place on common frames get one id and the others a new one. A
    track has the text of its best source on all frames. The clip has the sources of its pictures and of all versions
    that it shows. DataError for versions of other sizes or frames.
    """
    for version in versions:
        _fits(pixels, version)
    chosen = {frame.index: _choose(versions, frame.index) for frame in pixels.frames}
    ranks = {place: max(rank for rank, at in chosen.values() if at == place) for _, place in chosen.values()}
    if not max(ranks.values()):
        return None
    lead = max(ranks, key=lambda place: (ranks[place], place))
    ids = {place: _ids(versions, lead, place) for place, rank in ranks.items() if rank}
    winners = [(frame, chosen[frame.index][1]) for frame in pixels.frames]
    frames = _one_text([_frame(versions[i], frame, ids.get(i, {})) for frame, i in winners])
    sources = (pixels.origin.sources, *(versions[i].clip.origin.sources for i in sorted(ids)))
    origin = replace(pixels.origin, sources=tuple(dict.fromkeys(chain.from_iterable(sources))))
    return replace(pixels, frames=frames, origin=origin)


def _fits(pixels: Clip, version: Version) -> None:
    clip = version.clip
    if (clip.height, clip.width) != (pixels.height, pixels.width):
        raise DataError(
            f"clip {clip.clip_id} has labels of {clip.width}x{clip.height} px in {version.layer}, its pictures have "
            f"{pixels.width}x{pixels.height} px: leave that layer out or make it anew"
        )
    unknown = {frame.index for frame in clip.frames} - {frame.index for frame in pixels.frames}
    if unknown:
        raise DataError(
            f"clip {clip.clip_id} has labels for frame {min(unknown)} in {version.layer}, its pictures have none: "
            "leave that layer out or make it anew"
        )


def _choose(versions: Sequence[Version], index: int) -> tuple[int, int]:
    """Rank and place of the version that wins a frame."""
    return max((_rank(version, index), place) for place, version in enumerate(versions))


def _rank(version: Version, index: int) -> int:
    frame = _at(version, index)
    if frame is None or not frame.labelled:
        return 0
    if frame.instances:
        return max(RANKS[one.source] for one in frame.instances)
    whole = any(frame.instances for frame in version.clip.frames)
    return best(version.clip) if whole else version.empty


def _at(version: Version, index: int) -> Frame | None:
    return next((frame for frame in version.clip.frames if frame.index == index), None)


def _frame(winner: Version, pixels: Frame, ids: Mapping[int, int]) -> Frame:
    """The winner's labels at the time of the picture."""
    frame = _at(winner, pixels.index)
    if frame is None or not frame.labelled:
        return replace(pixels, labelled=False, instances=())
    instances = tuple(
        replace(one, track_id=ids[one.track_id], parent_id=ids.get(one.parent_id or 0, one.parent_id))
        for one in frame.instances
    )
    return replace(pixels, labelled=True, instances=instances)


def _ids(versions: Sequence[Version], lead: int, place: int) -> dict[int, int]:
    """Track id in the merged clip for every id of a version; the leading version keeps its own."""
    own = _tracks(versions[place].clip)
    if place == lead:
        return {track: track for track in own}
    links = link.linked(versions[lead].clip, versions[place].clip)
    highest = max(chain.from_iterable(_tracks(version.clip) for version in versions), default=0)
    fresh = highest + 1 + sum(len(_tracks(version.clip)) for version in versions[:place])
    return {track: links.get(track, fresh + i) for i, track in enumerate(own)}


def _tracks(clip: Clip) -> list[int]:
    return sorted({one.track_id for frame in clip.frames for one in frame.instances})


def _one_text(frames: Sequence[Frame]) -> tuple[Frame, ...]:
    """Every instance with the text and script that the best source of its track gives."""
    known: dict[int, TextInstance] = {}
    for one in chain.from_iterable(frame.instances for frame in frames):
        if one.text is not None and (one.track_id not in known or _above(one, known[one.track_id])):
            known[one.track_id] = one
    return tuple(
        replace(frame, instances=tuple(_named(one, known.get(one.track_id)) for one in frame.instances))
        for frame in frames
    )


def _named(one: TextInstance, told: TextInstance | None) -> TextInstance:
    return replace(one, text=told.text, script=told.script) if told is not None and _above(told, one) else one


def _above(one: TextInstance, other: TextInstance) -> bool:
    return RANKS[one.source] > RANKS[other.source]
