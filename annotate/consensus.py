"""Labels of several people become one new layer; what they drew stays as it is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from annotate import merging, outlines, tracks
from annotate.events import Event
from annotate.merging import Merged
from sts import config, files, layers, stage
from sts.errors import DataError
from sts.files import Location
from sts.stage import Notes, Stage
from sts.types import Clip, Frame, TextInstance

BY, HONEYPOTS = "by", "honeypots"
"""Labels of a pull, a folder for each person; what they did on honeypots is in another folder"""
FOLDER = "consensus"
PER_SHARD = 16
"""Clips"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What a worker needs."""

    pull: str
    windows: Mapping[str, tuple[tuple[str, int, int], ...]]
    """Clip to (annotator, first, last frame) of each label"""


def write(pull: Location, labels: Sequence[Event], workers: str) -> str:
    """Merge all labels but honeypots and what annotators call unfinished or unusable; where the layer lies.

    Other labels make another layer beside it: `consensus/` of the pull has one folder for each. DataError where no
    label is left, or a layer lacks a clip.
    """
    used = [one for one in labels if not one.honeypot and one.quality in (None, "accept")]
    if not used:
        raise DataError(f"{pull} has no label to merge: {len(labels)} labels are honeypots or not accepted")
    digest = config.digest([[one.uid, one.annotator, one.annotation_id, one.updated_at.isoformat()] for one in used])
    out = files.join(files.join(pull, FOLDER), digest[:12])
    windows: dict[str, tuple[tuple[str, int, int], ...]] = {}
    for one in used:
        windows[one.clip_id] = (*windows.get(one.clip_id, ()), (one.annotator, one.first, one.last))
    people = sorted({one.annotator for one in used})
    run = Stage(
        command="annotate.review",
        config={"annotations": digest},
        out=out,
        inputs=tuple(layer(pull, person) for person in people),
    )
    names = sorted(windows)
    items = [tuple(names[first:last]) for first, last in stage.batches(len(names), PER_SHARD)]
    stage.make(run, partial(_clips, Job(pull=str(pull), windows=windows)), items, workers)
    return out


def layer(pull: Location, annotator: str, *, honeypot: bool = False) -> str:
    """Where the labels of one person lie."""
    return files.join(files.join(pull, HONEYPOTS if honeypot else BY), annotator)


def labels_of(pull: Location, annotator: str, clip_id: str, *, honeypot: bool = False) -> Clip:
    """A clip as one person labelled it. DataError where the layer lacks it."""
    place = layer(pull, annotator, honeypot=honeypot)
    found = layers.labels(place, clip_id)
    if found is None:
        raise DataError(f"{place} has no clip {clip_id}, which events.parquet names: pull again")
    return found


def merge(clips: Sequence[Clip]) -> tuple[Clip, list[tuple[int, int, str]]]:
    """One clip of all people's; where it is disputed, with number of frame, of people, and why.

    A disputed frame counts as not labelled.
    """
    same = tracks.unified(clips)
    votes, ids = tracks.said(same), _fresh(same)
    made, disputed = [], []
    for i, frame in enumerate(same[0].frames):
        drawn = [clip.frames[i] for clip in same if clip.frames[i].labelled]
        if not drawn:
            made.append(replace(frame, labelled=False, instances=()))
            continue
        merged = merging.merge(drawn, votes, same[0].height, same[0].width)
        disputed += [(frame.index, len(drawn), why) for why in merged.disputes]
        done = not merged.disputes
        made.append(replace(frame, labelled=done, instances=_instances(merged, ids) if done else ()))
    return replace(same[0], frames=tuple(made)), disputed


def _clips(job: Job, names: Sequence[str], notes: Notes) -> Iterator[Clip]:
    for clip_id in names:
        people = sorted({annotator for annotator, _, _ in job.windows[clip_id]})
        clips = [_counted(labels_of(job.pull, person, clip_id), person, job) for person in people]
        merged, disputed = merge(clips)
        for index, n, why in disputed:
            notes.facts.append({"clip_id": clip_id, "frame": index, "people": n, "why": why})
        for index in sorted({index for index, _, _ in disputed}):
            notes.drop(f"{clip_id}:{index:06d}", "needs another annotator")
        notes.counts.update(frames=sum(frame.labelled for frame in merged.frames))
        yield merged


def _counted(clip: Clip, annotator: str, job: Job) -> Clip:
    """The clip with only those frames labelled that are in a label of the annotator."""
    spans = [(first, last) for person, first, last in job.windows[clip.clip_id] if person == annotator]

    def kept(frame: Frame) -> Frame:
        inside = frame.labelled and any(first <= frame.index <= last for first, last in spans)
        return frame if inside else replace(frame, labelled=False, instances=())

    return replace(clip, frames=tuple(map(kept, clip.frames)))


def _instances(merged: Merged, ids: Iterator[int]) -> tuple[TextInstance, ...]:
    """Undecided pixels become instances to ignore, on the level that metrics look at."""
    words = any(one.level == "word" for one in merged.instances)
    blank = TextInstance(
        track_id=0, level="word" if words else "text", polygon=(), source="human", legible=False, ignore=True
    )
    parts = [
        replace(blank, track_id=next(ids), polygon=polygon, mask=mask)
        for polygon, mask in outlines.parts(merged.undecided)
    ]
    return (*merged.instances, *parts)


def _fresh(clips: Sequence[Clip]) -> Iterator[int]:
    """Ids that no track has."""
    last = max((one.track_id for clip in clips for frame in clip.frames for one in frame.instances), default=0)
    while True:
        last += 1
        yield last
