"""Submits a layer of human labels to Label Studio as whoever the token belongs to, each window once."""

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from annotate import convert, interface, proposals, record, windows
from annotate.client import Studio, Task
from annotate.convert import Prelabel, Window
from annotate.journal import Journal
from annotate.regions import Region
from sts import files, layers
from sts.errors import DataError, ServerError
from sts.files import Location
from sts.types import Clip

ACCEPT: Region = {
    "id": interface.QUALITY,
    "from_name": interface.QUALITY,
    "to_name": interface.IMAGE,
    "type": "choices",
    "value": {"choices": ["accept"]},
    "origin": "manual",
}
Seconds = Callable[[int, int], float]
"""Of the work on the frames from the first to the last"""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Work:
    """One run."""

    studio: Studio
    user: int
    project: int
    version: str
    """Of the pre-labels that the layer was made from"""


def submit(push: Location, prelabels: Location, layer: Location, times: Mapping[str, Seconds]) -> None:
    """Submit the layer, made from these pre-labels, to the tasks that were pushed; `times` says how long a clip took.

    DataError where a task does not show these pre-labels.
    """
    folder = Path(files.local(push) or "")
    made = record.read(folder)
    if made is None:
        raise DataError(f"{push} has no {record.NAME}: give the --out of `python -m annotate.push`")
    with Journal(folder) as kept:
        tasks = sorted((windows.of(uid).clip_id, uid, one.task_id) for uid, one in kept.windows().items())
    counts = Counter[str]()
    with Studio.from_environment() as studio:
        work = _Work(studio, studio.who(), made.project, proposals.version(prelabels))
        for clip_id, group in groupby(tasks, key=lambda task: task[0]):
            clip = layers.labels(layer, clip_id)
            for _, uid, task_id in group if clip is not None else ():
                assert clip is not None
                counts[_submit(work, clip, uid, task_id, times[clip_id])] += 1
    told = ", ".join(f"{n} {what}" for what, n in sorted(counts.items()))
    log.info("windows of %s: %s", layer, told or "none was pushed")


def _submit(work: _Work, clip: Clip, uid: str, task_id: int | None, seconds: Seconds) -> str:
    """What became of one window. A kill may have left a request that the server is still at: it takes none twice."""
    if task_id is None:
        return "without a task"
    task = work.studio.task(task_id)
    if _mine(work, task):
        return "there before"
    window = windows.of(uid)
    result = [*_regions(clip, window, _shown(work, task)["result"]), ACCEPT]
    annotation = {
        "result": result,
        "lead_time": round(seconds(window.first, window.last), 3),
        "parent_prediction": _shown(work, task)["id"],
        "unique_id": str(uuid5(NAMESPACE_URL, f"{work.studio.url}/projects/{work.project}/{uid}/{work.user}")),
    }
    try:
        work.studio.annotate(task_id, annotation)
    except ServerError:
        if not _mine(work, work.studio.task(task_id)):
            raise
    return "submitted"


def _mine(work: _Work, task: Task) -> bool:
    return any(one["completed_by"]["id"] == work.user for one in task["annotations"])


def _shown(work: _Work, task: Task) -> dict[str, Any]:
    """The prediction that the annotator began with."""
    for one in task["predictions"]:
        if one["model_version"] == work.version:
            return dict(one)
    raise DataError(f"task {task['id']} has no pre-label of {work.version}: push these pre-labels first")


def _regions(clip: Clip, window: Window, shown: Sequence[Region]) -> Iterator[Region]:
    """What the editor hands in, with what it says of the origin of each region."""
    label = Prelabel(model_version="", clip=clip)
    result = convert.task(window, [], [label], "")["predictions"][0]["result"]
    before, after = _by_id(shown), _by_id(result)
    for region in result:
        key = region["id"]
        changed = "prediction-changed" if before.get(key) != after[key] else "prediction"
        yield region | {"origin": changed if key in before else "manual"}


def _by_id(result: Sequence[Region]) -> dict[str, dict[str, Any]]:
    """What can be changed in the editor, by region and type: an outline has its transcript beside it."""
    found: dict[str, dict[str, Any]] = {}
    for region in result:
        found.setdefault(region["id"], {})[region["type"]] = (region["value"], region.get("parentID"))
    return found
