"""Gets what people did from the server into the journal: what changed, and what is gone."""

import hashlib
import json
import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby
from typing import Any

from annotate import convert, windows
from annotate.ahead import ahead
from annotate.auditing import named
from annotate.client import Studio
from annotate.connection import Row
from annotate.convert import Task
from annotate.journal import Annotation, Journal
from sts.errors import DataError

OVERLAP = timedelta(seconds=5)
"""Changes that the server finished late may bear a moment before the watermark"""
PAGE = 10
"""Tasks that are asked for together"""
WORTH = 3
"""Windows on a page that are worth it"""
AT_ONCE = 2
"""Pages: the server makes an answer while another is read; then both are safe in the journal"""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What was new to the journal."""

    new: int
    """Versions of annotations"""
    gone: int
    """Annotations"""


@dataclass(frozen=True, slots=True)
class _Window:
    """A window as the server lists it."""

    uid: str
    tasks: tuple[Task, ...]
    """One, if nobody made a twin of it; the last to change is the first"""
    page: int
    """Of all tasks, the last to change first"""

    @property
    def changed(self) -> datetime:
        """When anything of it was."""
        return _moment(self.tasks[0])

    @property
    def annotations(self) -> int:
        """How many there are, those of people who skipped it included."""
        return sum(task["total_annotations"] + task["cancelled_annotations"] for task in self.tasks)


Read = tuple[_Window, list[tuple[Task, Row]]]
"""A window with its annotations"""


def fetch(studio: Studio, journal: Journal, project_id: int, pushed: Sequence[str], *, sweep: bool) -> Fetched:
    """Add what changed since the last time; with `sweep`, note what was deleted.

    `pushed` are the model versions that were ever pushed from here. The watermark follows what is safe in the journal,
    so that a run that ends early is continued by the next.
    """
    known, mark = _known(journal), journal.watermark()
    there = sorted(_listed(studio.tasks(project_id)), key=lambda window: (window.changed, window.uid))
    changed = [
        window
        for window in there
        if mark is None or window.changed >= mark - OVERLAP or window.annotations != len(known.get(window.uid, ()))
    ]
    worked = [window for window in changed if window.annotations or window.uid in known]
    log.info("%d windows, %d of them with news; %d have annotations here", len(there), len(worked), len(known))
    gone = [number for uid in known.keys() - {window.uid for window in there} for number in known[uid]]
    new, names = 0, dict[int, str]()
    for chunk in ahead(_chunks(studio, project_id, worked)):
        if any(row["completed_by"] not in names for _, rows in chunk for _, row in rows):
            names = studio.annotators()
        new += journal.pulled(list(_annotations(studio, chunk, known, names, pushed)), chunk[-1][0].changed)
        for window, rows in chunk:
            gone += sorted(known.get(window.uid, {}).keys() - {row["id"] for _, row in rows})
        log.info("annotations up to %s", f"{chunk[-1][0].changed:%Y-%m-%d %H:%M:%S} UTC")
    if there:
        journal.pulled([], there[-1].changed)
    if sweep:
        journal.gone(gone)
    return Fetched(new=new, gone=len(gone) if sweep else 0)


def _known(journal: Journal) -> dict[str, dict[int, str | None]]:
    """Annotations in the journal and their model versions, by window."""
    known = defaultdict[str, dict[int, str | None]](dict)
    for one in journal.latest(results=False):
        known[one.uid][one.annotation_id] = one.model_version
    return dict(known)


def _listed(tasks: Sequence[Task]) -> Iterator[_Window]:
    found, strange = defaultdict[str, list[tuple[int, Task]]](list), []
    for place, task in enumerate(sorted(tasks, key=_moment, reverse=True)):
        try:
            found[convert.window(task["data"]).uid].append((place, task))
        except DataError:
            strange.append(str(task["id"]))
    if strange:
        log.warning("%d tasks are no windows of a clip and are passed over: %s", len(strange), named(strange))
    for uid, own in found.items():
        yield _Window(uid, tuple(task for _, task in own), 1 + own[0][0] // PAGE)


def _chunks(studio: Studio, project_id: int, windows: Sequence[_Window]) -> Iterator[list[Read]]:
    """In the same order; windows of which a task is deleted meanwhile are left to the next list of tasks."""
    pages = [list(group) for _, group in groupby(windows, key=lambda window: window.page)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for first in range(0, len(pages), AT_ONCE):
            found = pool.map(partial(_read, studio, project_id), pages[first : first + AT_ONCE])
            chunk = [one for page in found for one in page]
            if chunk:
                yield chunk


def _read(studio: Studio, project_id: int, windows: Sequence[_Window]) -> list[Read]:
    """Windows of one page; what changes meanwhile moves tasks from page to page, and they are asked for one by one."""
    page = studio.newest(project_id, windows[0].page, PAGE) if len(windows) >= WORTH else {}
    found = [(window, _rows(studio, project_id, window, page)) for window in windows]
    return [(window, rows) for window, rows in found if rows is not None]


def _rows(
    studio: Studio, project_id: int, window: _Window, page: Mapping[int, list[Row]]
) -> list[tuple[Task, Row]] | None:
    """Annotations of a window; None if a task of it is there no longer."""
    found = []
    for task in window.tasks:
        rows = page.get(task["id"])
        if rows is None or any(row["parent_prediction"] is None for row in rows):
            rows = studio.annotations(project_id, task["id"], skipped=task["cancelled_annotations"] > 0)
        if rows is None:
            return None
        found += [(task, row) for row in rows]
    return found


def _annotations(
    studio: Studio,
    chunk: Sequence[Read],
    known: Mapping[str, Mapping[int, str | None]],
    names: Mapping[int, str],
    pushed: Sequence[str],
) -> Iterator[Annotation]:
    """What was submitted or skipped; drafts and predictions are no annotations."""
    for window, rows in chunk:
        for task, row in rows:
            version = known.get(window.uid, {}).get(row["id"]) or _model_version(studio, task, row, pushed)
            yield _annotation(row, window.uid, names.get(row["completed_by"], f"user {row['completed_by']}"), version)


def _annotation(row: Row, uid: str, annotator: str, version: str | None) -> Annotation:
    result = json.dumps(row["result"] or [], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return Annotation(
        annotation_id=row["id"],
        updated_at=_moment(row),
        sha=hashlib.sha256(result.encode()).hexdigest(),
        uid=uid,
        result=result,
        annotator=windows.file_name(annotator),
        lead_time_s=row["lead_time"],
        was_cancelled=row["was_cancelled"],
        model_version=version,
    )


def _model_version(studio: Studio, task: Task, row: Row, pushed: Sequence[str]) -> str | None:
    """Of the pre-label that a person started with, or else of the one that was shown at the end.

    The server needs long to tell. Where a task had one prediction when it was listed, it is the only one ever pushed.
    """
    parent, shown = row["parent_prediction"], row.get("prediction") or {}
    if parent is None or parent == shown.get("id"):
        return shown.get("model_version")
    if len(pushed) == task["total_predictions"] == 1 and _moment(row) <= _moment(task):
        return pushed[0]
    return studio.version_of(parent)


def _moment(row: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(row["updated_at"])
