"""What people did as layers: one a person, above the pre-labels that were pushed."""

import itertools
import json
import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from annotate import convert, linking, proposals, windows
from annotate.convert import Window
from annotate.journal import Annotation, Journal
from annotate.proposals import HONEYPOTS, hide
from sts import config, files, layers, manifest, shards, stage
from sts.errors import DataError
from sts.files import Location
from sts.stage import Notes, Stage
from sts.types import Clip, Frame, Manifest

UNUSABLE = "annotation that cannot be used"
PER_SHARD = 16
"""Clips"""

log = logging.getLogger(__name__)

Row = tuple[str, int, str, str]
"""uid, annotation, SHA-256 of its result, model version of its pre-label"""
Item = list[list[Any]]
"""[clip id, its rows] of each clip of a shard"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """The layer of one person."""

    push: str
    """Where the journal lies"""
    kind: str
    """Folder of the pre-labels: PRELABELS or HONEYPOTS"""
    annotator: str


def honeypots(push: Path) -> frozenset[str]:
    """Clips whose truth is known."""
    there = proposals.kept(push / HONEYPOTS).values()
    return frozenset(
        clip_id for one in there for shard in manifest.read(one).shards for clip_id in shards.clip_ids(one / shard.path)
    )


def counted(annotations: Sequence[Annotation]) -> list[Annotation]:
    """The newest of each person and window, without what was skipped."""
    newest: dict[tuple[str, str], Annotation] = {}
    for one in sorted(annotations, key=lambda one: (one.updated_at, one.annotation_id)):
        if not one.was_cancelled:
            newest[one.annotator, one.uid] = one
    return sorted(newest.values(), key=lambda one: one.annotation_id)


def write(layer: Layer, annotations: Sequence[Annotation], out: Location, workers: str) -> Manifest:
    """One person's layer from their annotations that count; only what changed is made anew."""
    used = sorted({_version(one) for one in annotations})
    inputs = tuple(f"{layer.push}/{layer.kind}/{version}" for version in used)
    items = _items(annotations)
    _clear(out, len(items), config.to_json(manifest.lineage(out, inputs)))
    run = Stage(command="annotate.pull", config={"annotator": layer.annotator}, out=out, inputs=inputs)
    return stage.make(run, partial(_clips, layer), items, workers)


def _items(annotations: Sequence[Annotation]) -> list[Item]:
    """Clips in the order in which the person came to them, so that new ones come last."""
    by_clip = defaultdict[str, list[Row]](list)
    for one in annotations:
        by_clip[windows.of(one.uid).clip_id].append((one.uid, one.annotation_id, one.sha, _version(one)))
    clips: list[list[Any]] = [[clip_id, sorted(rows)] for clip_id, rows in by_clip.items()]
    return [clips[first:last] for first, last in stage.batches(len(clips), PER_SHARD)]


def _clear(out: Location, n: int, inputs: str) -> None:
    """Remove shards above other pre-labels, and more than are needed now."""
    keep = {manifest.shard_name(i) for i in range(n)}
    for name in manifest.shard_names(out):
        path = files.join(out, name)
        if name not in keep or _inputs(path) not in (inputs, None):
            files.remove(files.join(out, manifest.NAME))
            files.remove(path)


def _inputs(path: Location) -> str | None:
    """What a shard was made above; None for a damaged one, which is made anew in any case."""
    try:
        return shards.footer(path).meta.get("inputs", "")
    except DataError:
        return None


def _clips(layer: Layer, item: Item, notes: Notes) -> Iterator[Clip]:
    with Journal(Path(layer.push)) as journal:
        for clip_id, rows in item:
            try:
                before = {version: _before(layer, version, clip_id) for version in sorted({row[3] for row in rows})}
            except DataError as error:
                for row in rows:
                    _drop(layer, row, error, notes)
                continue
            clip = _clip(layer, journal, before, rows, notes)
            if any(frame.labelled for frame in clip.frames):
                yield clip


def _clip(layer: Layer, journal: Journal, before: Mapping[str, Clip], rows: Sequence[Row], notes: Notes) -> Clip:
    """One clip as a person left it; frames that they did not get to are not labelled."""
    base = next(iter(before.values()))
    frames = [replace(frame, labelled=False, instances=()) for frame in base.frames]
    ids = itertools.count(1 + max((track for clip in before.values() for track in _tracks(clip)), default=0))
    names: Mapping[str, Mapping[int, int]] = {
        version: {track: next(ids) for track in sorted(_tracks(clip))}
        for version, clip in before.items()
        if clip is not base
    }
    for row in sorted(rows, key=lambda row: windows.of(row[0]).first):
        uid, annotation_id, _, version = row
        window, result = windows.of(uid), json.loads(journal.history(annotation_id)[-1].result)
        try:
            answer = convert.answer(result, window, before[version], ids)
            _fits(window, base)
        except DataError as error:
            _drop(layer, row, error, notes)
            continue
        new = [_renamed(frame, names[version]) for frame in answer.frames] if version in names else answer.frames
        frames[window.first : window.last + 1] = new
        notes.counts.update(answer.dropped)
        said = {"quality": answer.quality, "issues": list(answer.issues)}
        notes.facts.append({"annotation_id": annotation_id, **said})
    known = _tracks(base).union(*(own.values() for own in names.values()))
    return linking.linked(replace(base, frames=tuple(frames)), known)


def _drop(layer: Layer, row: Row, error: DataError, notes: Notes) -> None:
    log.warning("annotation %d of %s is left out: %s", row[1], layer.annotator, error)
    notes.drop(f"{row[0]} by {layer.annotator}, annotation {row[1]}", UNUSABLE)


def _before(layer: Layer, version: str, clip_id: str) -> Clip:
    """What a person was shown, and what the editor does not show of it."""
    place = Path(layer.push) / layer.kind / version
    clip = layers.labels(place, clip_id)
    if clip is None:
        raise DataError(f"{place} has no clip {clip_id}, so it was not pushed from here")
    return hide(clip) if layer.kind == HONEYPOTS else clip


def _tracks(clip: Clip) -> set[int]:
    return {one.track_id for frame in clip.frames for one in frame.instances}


def _renamed(frame: Frame, names: Mapping[int, int]) -> Frame:
    """With the tracks of one model version named otherwise than those of another."""
    instances = tuple(
        replace(
            one,
            track_id=names.get(one.track_id, one.track_id),
            parent_id=None if one.parent_id is None else names.get(one.parent_id, one.parent_id),
        )
        for one in frame.instances
    )
    return replace(frame, instances=instances)


def _fits(window: Window, clip: Clip) -> None:
    if window.last >= len(clip.frames):
        raise DataError(f"window {window.uid} ends after clip {clip.clip_id}, which has {len(clip.frames)} frames now")


def _version(one: Annotation) -> str:
    assert one.model_version is not None
    return one.model_version
