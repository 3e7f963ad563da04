"""Gets what people did from the server into the journal: what changed, and what is gone."""

import hashlib
import json
import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from annotate import convert, windows
from annotate.client import Studio
from annotate.convert import Task
from annotate.journal import Annotation, Journal
from sts.errors import DataError

OVERLAP = timedelta(seconds=5)
"""Changes that the server finished late may bear a moment before the watermark"""
CHUNK = 10
"""Tasks a request: an annotation has a mask for every word of every frame"""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What was new to the journal."""

    new: int
    """Versions of annotations"""
    gone: int
    """Annotations"""


@dataclass(frozen=True, slots=True)
class _There:
    """Tasks of the server, as far as they are windows."""

    uids: Mapping[int, str]
    """By number of the task"""
    worked: frozenset[int]
    """Tasks with annotations"""


def fetch(studio: Studio, journal: Journal, project_id: int, *, sweep: bool) -> Fetched:
    """Add what changed since the last time; with `sweep`, look for what was deleted if numbers say that something was.

    The watermark follows what is safe in the journal, so that a run that ends early is continued by the next.
    """
    mark = journal.watermark()
    changes = dict(studio.changed_tasks(project_id, mark and mark - OVERLAP))
    there = _listed(studio, project_id) if mark is None else None
    known = defaultdict[str, dict[int, str | None]](dict)
    for one in journal.latest(results=False):
        known[one.uid][one.annotation_id] = one.model_version
    log.info("%d tasks changed, %d windows have annotations here", len(changes), len(known))
    order = sorted(changes, key=lambda task_id: (changes[task_id], task_id))
    chosen = [task_id for task_id in order if there is None or task_id in there.worked]
    seen, new = defaultdict[str, set[int]](set), 0
    for tasks, moment in _exported(studio, project_id, chosen, changes):
        annotations = list(_annotations(studio, tasks, known))
        new += journal.pulled(annotations, moment)
        for one in annotations:
            seen[one.uid].add(one.annotation_id)
        log.info("%d annotations up to %s", sum(map(len, seen.values())), f"{moment:%Y-%m-%d %H:%M:%S} UTC")
    if order:
        journal.pulled([], changes[order[-1]])
    gone = []
    if sweep and studio.numbers(project_id)[1] != sum(1 for _ in journal.latest(results=False)):
        gone = _gone(_listed(studio, project_id), known, seen, set(chosen))
        journal.gone(gone)
    return Fetched(new=new, gone=len(gone))


def _listed(studio: Studio, project_id: int) -> _There:
    uids, worked = {}, set()
    for task in studio.tasks(project_id):
        try:
            uids[int(task["id"])] = convert.window(task["data"]).uid
        except DataError as error:
            log.warning("task %s is passed over: %s", task["id"], error)
            continue
        if task["total_annotations"] or task["cancelled_annotations"]:
            worked.add(int(task["id"]))
    return _There(uids, frozenset(worked))


def _exported(
    studio: Studio, project_id: int, order: Sequence[int], changes: Mapping[int, datetime]
) -> Iterator[tuple[list[Task], datetime]]:
    """Some tasks at a time, and up to which moment all are there then."""
    for first in range(0, len(order), CHUNK):
        chunk = order[first : first + CHUNK]
        yield list(studio.export(project_id, chunk)), changes[chunk[-1]]


def _annotations(
    studio: Studio, tasks: Sequence[Task], known: Mapping[str, Mapping[int, str | None]]
) -> Iterator[Annotation]:
    """What was submitted or skipped; drafts and predictions are no annotations."""
    names = studio.annotators() if any(task["annotations"] for task in tasks) else {}
    for task in tasks:
        try:
            uid = convert.window(task["data"]).uid
        except DataError:
            continue
        for row in task["annotations"]:
            version = known.get(uid, {}).get(row["id"]) or _model_version(studio, row)
            yield _annotation(row, uid, names.get(row["completed_by"], f"user {row['completed_by']}"), version)


def _annotation(row: Mapping[str, Any], uid: str, annotator: str, version: str | None) -> Annotation:
    result = json.dumps(row["result"] or [], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return Annotation(
        annotation_id=row["id"],
        updated_at=datetime.fromisoformat(row["updated_at"]),
        sha=hashlib.sha256(result.encode()).hexdigest(),
        uid=uid,
        result=result,
        annotator=windows.file_name(annotator),
        lead_time_s=row["lead_time"],
        was_cancelled=row["was_cancelled"],
        model_version=version,
    )


def _model_version(studio: Studio, row: Mapping[str, Any]) -> str | None:
    """Of the pre-label that a person started with, which may be another than the one that was shown at the end."""
    parent, last = row["parent_prediction"], row["prediction"] or {}
    if parent is None or parent == last.get("id"):
        return last.get("model_version")
    return studio.version_of(parent)


def _gone(
    there: _There, known: Mapping[str, Mapping[int, object]], seen: Mapping[str, set[int]], chosen: set[int]
) -> list[int]:
    """Annotations whose task, or which themselves, the server does not have any more."""
    tasks = defaultdict[str, set[int]](set)
    for task_id, uid in there.uids.items():
        tasks[uid].add(task_id)
    lost = []
    for uid, ids in known.items():
        if tasks[uid] & there.worked <= chosen:
            lost += sorted(ids.keys() - seen[uid])
    return lost
