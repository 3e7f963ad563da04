"""Whether a project has each window of a journal once."""

import contextlib
import logging
from collections import defaultdict
from collections.abc import Sequence

from annotate import convert
from annotate.client import Studio
from annotate.journal import Journal
from sts.errors import DataError

NAMED = 5
"""Windows that are named where there may be many"""

log = logging.getLogger(__name__)


def adopt(studio: Studio, journal: Journal, project_id: int) -> None:
    """Tasks of a project whose journal was lost; what they show is not known, so it is looked up with the next push."""
    known, of = journal.windows(), defaultdict[str, dict[str, int]](dict)
    for uid, tasks in _there(studio, project_id).items():
        if uid not in known:
            task_id, batch = next(iter(tasks.items()))
            of[batch][uid] = task_id
    for batch, found in of.items():
        journal.intent(batch, dict.fromkeys(found, ""))
        journal.done(found)
    if of:
        log.warning(
            "the project has %d windows that this journal did not know: now it does", sum(map(len, of.values()))
        )


def audit(studio: Studio, journal: Journal, project_id: int) -> None:
    """Delete tasks that are there twice and that nobody has worked on; name the others, and windows without a task."""
    there = _there(studio, project_id)
    noted = {window.uid: window.task_id for window in journal.windows().values() if window.task_id is not None}
    twins = [task_id for uid, tasks in there.items() for task_id in tasks if task_id != noted.get(uid, task_id)]
    worked = []
    for task in studio.export(project_id, twins):
        uid = task["data"]["uid"]
        if task["annotations"] or task["drafts"] or noted[uid] not in there[uid]:
            worked.append(f"{uid} (tasks {noted[uid]} and {task['id']})")
        else:
            studio.delete_task(task["id"])
            log.warning("task %d is deleted: window %s is task %d", task["id"], uid, noted[uid])
    if worked:
        log.warning("windows with more than one task; delete all but one in Label Studio: %s", named(worked))
    gone = [uid for uid in noted if uid not in there]
    if gone:  # A task that is deleted while tasks are listed can hide another one
        again = _there(studio, project_id)
        gone = [uid for uid in gone if uid not in again]
    if gone:
        log.warning("windows whose task somebody deleted, which stay deleted: %s", named(gone))


def named(names: Sequence[str]) -> str:
    """Some names, and how many more there are."""
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def _there(studio: Studio, project_id: int) -> dict[str, dict[int, str]]:
    """Tasks that are windows, by uid: number and batch, the oldest first."""
    found: dict[str, dict[int, str]] = {}
    for task in studio.tasks(project_id):
        with contextlib.suppress(DataError):
            uid = convert.window(task["data"]).uid
            found.setdefault(uid, {})[int(task["id"])] = str(task["data"].get("batch"))
    return found
