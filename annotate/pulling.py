"""Brings back what people did: the journal is brought up to date, then layers and a table are made from it."""

import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from annotate import events, fetching, humans, interface, parts, proposals, record, windows
from annotate.client import Project, Studio
from annotate.consensus import BY
from annotate.events import Event
from annotate.humans import Layer
from annotate.journal import Annotation, Journal
from annotate.proposals import HONEYPOTS, PRELABELS
from annotate.record import Record
from sts import files, stage
from sts.errors import ConfigError, DataError
from sts.files import Location
from sts.run import settle

NAME = "pull.json"
"""File in --out that says of which project it is"""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class PullConfig:
    """Settings of `annotate.pull`."""

    sweep: bool = True
    """Whether annotations that were deleted on the server, also with their tasks, are labels no longer"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    """What is there now."""

    new: int
    """Versions of annotations that were new"""
    gone: int
    """Annotations that were deleted since the last time"""
    labels: int
    """Annotations that count"""
    people: int
    unusable: int
    """Annotations that cannot be read"""


def pull(settings: PullConfig, source: Location, out: Location, workers: str) -> Pulled:
    """Bring `out` up to date with the project that was pushed from `source`."""
    place = Path(files.local(source) or "")
    there = _record(place)
    if files.same(source, out):
        raise ConfigError(f"--out {out} is --in, which holds the journal: choose another --out")
    settle()  # a window is ten thousand objects, and each search for garbage would look at all that is loaded
    with Journal(place) as journal:
        fetched = _fetch(journal, place, there, out, sweep=settings.sweep)
        known = list(journal.latest(results=False))
    rows = write(place, known, out, workers)
    labels = [row for row in events.labels(rows) if not row.honeypot]
    return Pulled(
        new=fetched.new,
        gone=fetched.gone,
        labels=len(labels),
        people=len({row.annotator for row in labels}),
        unusable=len(humans.counted(known)) - len(events.labels(rows)),
    )


def _record(push: Path) -> Record:
    there = record.read(push)
    if there is None:
        raise DataError(f"{push} has no {record.NAME}: give the --out of `python -m annotate.push`")
    return there


def _fetch(journal: Journal, push: Path, there: Record, out: Location, *, sweep: bool) -> fetching.Fetched:
    with Studio.from_environment() as studio:
        project = studio.project(there.project)
        journal.bind(project.id, project.created_at)
        _claim(out, project)
        try:
            interface.check(project.label_config)
        except DataError as error:
            log.warning("%s; what was annotated is brought back as far as it can be read", error)
        return fetching.fetch(studio, journal, project.id, [*proposals.kept(push / PRELABELS)], sweep=sweep)


def _claim(out: Location, project: Project) -> None:
    """ConfigError for a directory with what people did in another project, which its layers would replace."""
    path = files.join(out, NAME)
    mine = {"project": project.id, "title": project.title, "created_at": project.created_at.isoformat()}
    if not files.exists(path):
        with files.replacing(path) as file:
            file.write(json.dumps(mine).encode())
        return
    with files.reading(path) as file:
        text = file.read()
    try:
        there = json.loads(text)
        number, title, same = there["project"], there["title"], there["created_at"] == mine["created_at"]
    except (ValueError, TypeError, KeyError) as error:
        raise DataError(f"{path} is damaged ({error!r}): if --out is this project's, delete the file") from error
    if number != project.id or not same:
        raise ConfigError(
            f"--out {out} holds what people did in project {number}, {title!r}: give project {project.id}, "
            f"{project.title!r}, another --out"
        )


def write(push: Path, known: Sequence[Annotation], out: Location, workers: str) -> list[Event]:
    """Layers from the annotations of the journal in `push`, then the table of all but those that cannot be read."""
    there, hidden = _record(push), humans.honeypots(push)
    labels = humans.counted(known)
    said: dict[int, dict[str, Any]] = {}
    for folder, kind, of in ((BY, PRELABELS, False), (HONEYPOTS, HONEYPOTS, True)):
        versions = proposals.kept(push / kind)
        by: dict[str, list[Annotation]] = {name: [] for name in files.names(files.join(out, folder))}
        for one in labels:
            if (windows.of(one.uid).clip_id in hidden) == of:
                by.setdefault(one.annotator, []).append(_begun(one, [*versions], there))
        for annotator, own in sorted(by.items()):
            place = files.join(files.join(out, folder), annotator)
            humans.write(Layer(push=str(push), kind=kind, annotator=annotator), own, place, workers)
            notes = stage.notes(place)
            said |= {fact["annotation_id"]: fact for fact in notes.facts}
            for what in (what for what in notes.counts if what.startswith(parts.FOREIGN)):
                log.warning("%s: passed over %d %s", annotator, notes.counts[what], what)
    rows = list(_events(known, labels, said, hidden))
    events.write(out, rows)
    return rows


def _begun(one: Annotation, kept: Sequence[str], there: Record) -> Annotation:
    """With a model version that was pushed: what began with another, or with none, knows no region of any."""
    if one.model_version in kept:
        return one
    return replace(one, model_version=there.versions[0] if there.versions[0] in kept else kept[-1])


def _events(
    known: Sequence[Annotation], labels: Sequence[Annotation], said: dict[int, dict[str, Any]], hidden: frozenset[str]
) -> Iterator[Event]:
    """One an annotation; none of somebody's work on a window where the newest of it cannot be read."""
    lost = {(one.annotator, one.uid) for one in labels if one.annotation_id not in said}
    for one in known:
        if one.was_cancelled or (one.annotator, one.uid) not in lost:
            fact, window = said.get(one.annotation_id, {}), windows.of(one.uid)
            yield Event(
                uid=one.uid,
                clip_id=window.clip_id,
                first=window.first,
                last=window.last,
                annotator=one.annotator,
                annotation_id=one.annotation_id,
                updated_at=one.updated_at,
                lead_time_s=one.lead_time_s,
                quality=fact.get("quality"),
                issues=tuple(fact.get("issues", ())),
                was_cancelled=one.was_cancelled,
                honeypot=window.clip_id in hidden,
                model_version=one.model_version,
                sha=one.sha,
            )
