"""Sends tasks so that each window is one task, whatever dies and whenever.

A batch is noted in the journal before it is sent and after it was answered. One without an answer may be on the server
or not: the next run asks for it before anything is sent again.
"""

import json
import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from secrets import token_hex

from annotate.ahead import ahead
from annotate.client import Studio
from annotate.connection import LARGEST
from annotate.convert import Task
from annotate.journal import Journal

SETTLE_S = 10.0
"""How long to wait for an import that the server may still be at, after the last task of it has come"""
TICK_S = 1.0
ROOM = 64
"""Bytes of a request with one task besides that task: its brackets and the name of its batch"""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A task that is to be sent."""

    task: Task
    sha: str
    """Of what it shows"""
    size: int
    """Bytes"""

    @property
    def uid(self) -> str:
        """Of its window."""
        return str(self.task["data"]["uid"])


Group = list[Sent]
"""What goes in one request"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Of one request."""

    tasks: int
    size: int
    """Bytes"""


def sent(task: Task, sha: str) -> Sent | None:
    """The task, measured; None, with a warning, for one that no server takes."""
    size = len(json.dumps(task, ensure_ascii=False, separators=(",", ":")).encode())
    if size + ROOM <= LARGEST:
        return Sent(task=task, sha=sha, size=size)
    log.warning(
        "window %s is left out: its pre-labels have %.0f MB, a server takes %.0f; set a smaller `window`",
        task["data"]["uid"],
        size / 2**20,
        LARGEST / 2**20,
    )
    return None


def gathered(tasks: Iterable[Sent], limits: Limits) -> Iterator[Group]:
    """In groups for one request each; a task that is too large for that goes alone."""
    group: Group = []
    for task in tasks:
        if group and (len(group) >= limits.tasks or sum(one.size for one in group) + task.size > limits.size):
            yield group
            group = []
        group.append(task)
    if group:
        yield group


class Sender:
    """Sends to one project."""

    def __init__(self, studio: Studio, journal: Journal, project_id: int, limits: Limits) -> None:
        self._studio, self._journal, self._project_id, self._limits = studio, journal, project_id, limits

    def send(self, tasks: Iterable[Sent]) -> Iterator[int]:
        """Send windows that the journal does not know; how many, after each request."""
        for group in ahead(gathered(tasks, self._limits)):
            yield self._post(f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{token_hex(4)}", group)

    def reconcile(self, tasks: Callable[[Sequence[str]], Iterable[Sent]]) -> tuple[int, int]:
        """Windows of batches without an answer: how many were there after all, and how many were sent now.

        `tasks` makes the tasks of windows anew; a window of which it makes none stays as it is in the journal.
        """
        adopted = again = 0
        for batch, windows in self._journal.unsure().items():
            there = self._settled(batch, {window.uid for window in windows})
            self._journal.done(there)
            adopted += len(there)
            missing = [window.uid for window in windows if window.uid not in there]
            for group in gathered(tasks(missing) if missing else (), self._limits):
                again += self._post(batch, group)
        return adopted, again

    def _settled(self, batch: str, uids: set[str]) -> Mapping[str, int]:
        """The tasks of a batch, once all are there or no more come."""
        there: dict[str, int] = {}
        end = time.monotonic() + SETTLE_S
        while True:
            found: dict[str, int] = {}
            for task in self._studio.find_tasks(self._project_id, "batch", batch):
                if task["data"].get("uid") in uids:
                    found.setdefault(task["data"]["uid"], int(task["id"]))
            if len(found) > len(there):
                end = time.monotonic() + SETTLE_S
            there = found
            if len(there) == len(uids) or time.monotonic() > end:
                return there
            time.sleep(TICK_S)

    def _post(self, batch: str, group: Sequence[Sent]) -> int:
        """One request."""
        for one in group:
            one.task["data"]["batch"] = batch
        self._journal.intent(batch, {one.uid: one.sha for one in group})
        ids = self._studio.import_tasks(self._project_id, [one.task for one in group])
        self._journal.done({one.uid: task_id for one, task_id in zip(group, ids, strict=True)})
        return len(group)
