"""Puts the windows of clips into a project of Label Studio, each one once, with what labelers say of them."""

import contextlib
import fcntl
import hashlib
import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path

from annotate import auditing, batches, convert, interface, pictures, proposals, record, windows
from annotate.batches import Limits, Sender, Sent
from annotate.client import Project, Studio
from annotate.convert import Prelabel, Window
from annotate.journal import Journal
from annotate.proposals import Planned, Proposals
from annotate.record import Record
from sts import files
from sts.errors import ConfigError
from sts.files import Location
from sts.run import settle

LOCK = "push.lock"
MEGABYTE = 10**6

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class PushConfig:
    """Settings of `annotate.push`."""

    title: str = "Video text strokes"
    """Of the project: windows go to the one of this title, which is made if there is none"""
    window: int = 16
    """Frames of a task; the last one of a clip may have fewer, or a few more"""
    documents: str = "data/labelstudio/files"
    """Folder that the server shows, where frames are put"""
    served: str = ""
    """The same folder as the server names it, where it runs elsewhere; "" for `documents`"""
    honeypots: str = ""
    """Layer of pre-labels of other clips, whose truth is known, which are pushed among the others; "" for none"""
    tasks: int = 500
    """At most, in one request"""
    megabytes: float = 8.0
    """At most, in one request of more than one task"""

    def __post_init__(self) -> None:
        """ConfigError for what no project can have."""
        if not windows.SHORTEST <= self.window <= windows.LONGEST:
            raise ConfigError(f"window = {self.window}: give {windows.SHORTEST} to {windows.LONGEST} frames")
        if self.tasks < 1 or not self.megabytes > 0:
            raise ConfigError(f"tasks = {self.tasks}, megabytes = {self.megabytes}: give at least 1, and more than 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """What is in the project now."""

    url: str
    """Of the project"""
    windows: int
    """With a task"""
    sent: int
    """In this run"""
    adopted: int
    """Were there, but an earlier run got no answer"""
    changed: int
    """Have new pre-labels"""
    left_out: int
    """Too large for a task"""


@dataclass(frozen=True, slots=True)
class _Push:
    """One run."""

    studio: Studio
    journal: Journal
    project: Project
    shown: Proposals
    folder: Path
    documents: Path
    plan: Mapping[str, tuple[Planned, Window]]
    """By uid, in the order of work"""
    bare: list[str] = field(default_factory=list)
    """Windows that were sent without any text"""


def push(settings: PushConfig, sources: Sequence[Location], out: Location, n: int | None) -> Pushed:
    """Push what is missing of the first `n` clips of `sources`: layers of the same clips, of which the first is shown.

    The journal in `out` knows what was sent; whatever ended an earlier run, each window becomes one task. Where layers
    differ from those that were pushed before, their tasks get the new pre-labels, and keep their annotations.
    """
    place = files.local(out)
    if place is None:
        raise ConfigError(f"--out {out}: the journal lies on this machine; give a directory")
    if any(files.same(source, out) for source in sources):
        raise ConfigError(f"--out {out} is --in too: the journal needs a directory of its own")
    folder = Path(place)
    settle()  # a window is ten thousand objects, and each search for garbage would look at all that is loaded
    with _alone(folder), Journal(folder) as journal:
        shown = Proposals(sources, settings.honeypots or None, folder)
        plan = _plan(shown, settings.window, n)
        with Studio.from_environment() as studio:
            project, kept = _project(studio, journal, settings, shown, folder)
            documents = Path(settings.documents).resolve()
            (documents / pictures.FOLDER).mkdir(parents=True, exist_ok=True)
            studio.show_files(project.id, Path(settings.served or documents) / pictures.FOLDER)
            run = _Push(studio, journal, project, shown, folder, documents, plan)
            return _run(run, Limits(tasks=settings.tasks, size=int(settings.megabytes * MEGABYTE)), kept)


def _run(run: _Push, limits: Limits, kept: Record) -> Pushed:
    """Everything that talks to the server, in an order in which annotators always see pre-labels."""
    sender = Sender(run.studio, run.journal, run.project.id, limits)
    log.info("%d windows for %s, project %d", len(run.plan), run.studio.url, run.project.id)
    doubted = run.journal.unsure()
    adopted, sent = sender.reconcile(lambda uids: _tasks(run, uids))
    known = run.journal.windows()
    waiting = [window.uid for windows in run.journal.unsure().values() for window in windows]
    if waiting:
        log.warning("not sent before, and not in --in now: %s", auditing.named(waiting))
    tasks = {uid: window.sha for uid, window in known.items() if window.task_id is not None}
    changed = _change(run, [uid for uid in run.plan if uid in tasks and tasks[uid] != _sha(run, uid)])
    _show(run)
    missing = [uid for uid in run.plan if uid not in known]
    for n in sender.send(_tasks(run, missing)):
        sent += n
        log.info("%d of %d windows sent", sent, len(missing))
    _show(run)
    if run.bare:
        log.warning("without any text in their pre-labels: %s", auditing.named(run.bare))
    there = sum(window.task_id is not None for window in run.journal.windows().values())
    if doubted or run.studio.numbers(run.project.id)[0] != there:
        auditing.audit(run.studio, run.journal, run.project.id)
    _forget(run, kept)
    return Pushed(
        url=f"{run.studio.url}/projects/{run.project.id}/data",
        windows=there,
        sent=sent,
        adopted=adopted,
        changed=changed,
        left_out=len(set(run.plan) - set(run.journal.windows())),
    )


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One push at a time; a lock ends with its process, however that ends."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / LOCK).open("w")
    except OSError as error:
        raise ConfigError(f"--out {folder} cannot hold a journal: {error.strerror}; choose another --out") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ConfigError(f"another push into {folder} is running: wait until it has ended") from error
        yield


def _plan(shown: Proposals, size: int, n: int | None) -> dict[str, tuple[Planned, Window]]:
    return {
        window.uid: (clip, window)
        for clip in shown.clips(n)
        for window in windows.cut(clip.clip_id, clip.n_frames, size)
    }


def _project(
    studio: Studio, journal: Journal, settings: PushConfig, shown: Proposals, folder: Path
) -> tuple[Project, Record]:
    """The project of an earlier push, or of that title, or a new one."""
    there = record.read(folder)
    project = studio.project(there.project) if there else studio.find_project(settings.title)
    if project is None:
        project = studio.create_project(settings.title, interface.xml())
    journal.bind(project.id, project.created_at)
    interface.check(project.label_config)
    if there is None:
        auditing.adopt(studio, journal, project.id)
    made = Record(
        project=project.id, url=studio.url, title=settings.title, window=settings.window, versions=shown.versions
    )
    return project, record.write(folder, made)


def _change(run: _Push, uids: Sequence[str]) -> int:
    """Give windows that are tasks already their new pre-labels; how many windows."""
    known = run.journal.windows()
    there = {version: run.studio.predicted(run.project.id, version) for version in run.shown.versions if uids}
    for n, (uid, urls, prelabels) in enumerate(_loaded(run, uids), 1):
        task_id = known[uid].task_id
        assert task_id is not None
        for prelabel in prelabels:
            if task_id not in there[prelabel.model_version]:
                _predict(run, task_id, convert.task(run.plan[uid][1], urls, [prelabel], ""))
        run.journal.changed({uid: _sha(run, uid)})
        if n % 100 == 0:
            log.info("%d of %d windows have their new pre-labels", n, len(uids))
    return len(uids)


def _predict(run: _Push, task_id: int, task: convert.Task) -> None:
    """The one prediction of a task, for a task that is there."""
    one = task["predictions"][0]
    run.studio.predict(task_id, one["model_version"], one["result"], one.get("score"))


def _tasks(run: _Push, uids: Sequence[str]) -> Iterator[Sent]:
    """Tasks of windows, with their pictures where the server shows them."""
    for uid, urls, prelabels in _loaded(run, uids):
        made = convert.task(run.plan[uid][1], urls, prelabels, "")
        task = batches.sent(made, _sha(run, uid))
        if task is not None:
            run.bare.extend([] if any(one["result"] for one in made["predictions"]) else [uid])
            yield task


def _loaded(run: _Push, uids: Sequence[str]) -> Iterator[tuple[str, list[str], list[Prelabel]]]:
    """Window by window, in the order of work, one clip at a time: its addresses and pre-labels."""
    chosen = set(uids)
    wanted = [uid for uid in run.plan if uid in chosen]
    for clip, group in groupby(wanted, key=lambda uid: run.plan[uid][0]):
        found, stored = run.shown.of(clip), run.shown.jpegs(clip)
        for uid in group:
            window = run.plan[uid][1]
            pictures.show(window, stored, run.documents)
            priority = run.shown.priority(clip, window.first, window.last)
            yield uid, pictures.urls(window), [replace(one, priority=priority) for one in found]


def _show(run: _Push) -> None:
    """Let annotators see the pre-labels of this push, as soon as there are any."""
    studio, number, version = run.studio, run.project.id, run.shown.shown
    if studio.project(number).model_version != version and version in studio.model_versions(number):
        studio.change_project(number, model_version=version)


def _forget(run: _Push, kept: Record) -> None:
    """Delete the pre-labels of earlier pushes but the last one's, which people may have before them just now."""
    old = proposals.kept(run.folder / proposals.PRELABELS).keys() - {*kept.versions, kept.before}
    for version in sorted(old & run.studio.model_versions(run.project.id).keys()) if old else ():
        n = run.studio.delete_predictions(run.project.id, version)
        log.info("%d pre-labels of %s are deleted", n, version)


def _sha(run: _Push, uid: str) -> str:
    """Of what the task of a window shows: layers are the same for ever under their model version."""
    return hashlib.sha256(json.dumps([uid, *run.shown.versions]).encode()).hexdigest()
