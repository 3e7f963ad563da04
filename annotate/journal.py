"""What was pushed and pulled, in SQLite: noted before a request and after its answer, so that no kill loses it."""

import contextlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from sts.errors import DataError

NAME = "journal.sqlite"
SCHEMA = 1
WAIT_S = 10.0
"""How long to wait for another process that writes"""
TABLES = """
CREATE TABLE project (one INTEGER PRIMARY KEY CHECK (one = 1), id INTEGER NOT NULL, created_at TEXT NOT NULL);
CREATE TABLE windows (uid TEXT PRIMARY KEY, batch TEXT NOT NULL, sha TEXT NOT NULL, task_id INTEGER) WITHOUT ROWID;
CREATE INDEX windows_by_batch ON windows (batch) WHERE task_id IS NULL;
CREATE TABLE watermark (one INTEGER PRIMARY KEY CHECK (one = 1), updated_at TEXT NOT NULL);
CREATE TABLE annotations (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, annotation_id INTEGER NOT NULL, updated_at TEXT NOT NULL, sha TEXT NOT NULL,
    uid TEXT NOT NULL, result TEXT NOT NULL, annotator TEXT NOT NULL, lead_time_s REAL, was_cancelled INTEGER NOT NULL,
    model_version TEXT, gone INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX annotations_by_id ON annotations (annotation_id, updated_at, seq);
"""
COLUMNS = "annotation_id, updated_at, sha, uid, result, annotator, lead_time_s, was_cancelled, model_version"
NEWEST = "(SELECT seq FROM annotations AS a WHERE a.annotation_id = {} ORDER BY updated_at DESC, seq DESC LIMIT 1)"
ADD = f"""
INSERT INTO annotations ({COLUMNS}) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9 WHERE NOT EXISTS (
    SELECT 1 FROM annotations WHERE annotation_id = ?1 AND updated_at = ?2 AND sha = ?3
    AND seq > coalesce((SELECT max(seq) FROM annotations WHERE annotation_id = ?1 AND gone), 0)
)
"""
"""A version that is there is not added again, unless it was gone since"""
GONE = f"""
INSERT INTO annotations ({COLUMNS}, gone)
SELECT annotation_id, updated_at, sha, uid, '', annotator, lead_time_s, was_cancelled, model_version, 1 FROM annotations
WHERE seq = {NEWEST.format("?1")} AND NOT gone
"""

Run = Callable[..., sqlite3.Cursor]


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A clip window that was, or may have been, sent."""

    uid: str
    batch: str
    sha: str
    """SHA-256 of what its task shows"""
    task_id: int | None
    """None until the server is known to have it: ask the server for the batch before it is sent again"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """One version of what a person submitted or skipped for a window."""

    annotation_id: int
    updated_at: datetime
    """By the clock of the server"""
    sha: str
    """SHA-256 of the result"""
    uid: str
    """Of the window"""
    result: str
    """JSON, as it came"""
    annotator: str
    lead_time_s: float | None
    """Seconds for which the editor was open, over all versions"""
    was_cancelled: bool
    """Skipped: no label"""
    model_version: str | None = None
    """Of the pre-label that it was made from"""


class Journal:
    """One file in `push --out`. Every method is one transaction that is on disk when it returns.

    DataError where the file is damaged, of another version, locked for long, or the disk is full.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME
        with self._told():
            folder.mkdir(parents=True, exist_ok=True)
            self._database = sqlite3.connect(self.path, timeout=WAIT_S, isolation_level=None)
        try:
            with self._told():
                self._open()
        except BaseException:
            self._database.close()
            raise

    def __enter__(self) -> "Journal":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def bind(self, project_id: int, created_at: datetime) -> None:
        """Belong to this project from now on; DataError if it is another one that has the same number by now.

        A deleted project or a restored database gives numbers of projects and tasks away again.
        """
        with self._writing() as run:
            mine = run("SELECT id, created_at FROM project").fetchone()
            if mine is None:
                run("INSERT INTO project VALUES (1, ?, ?)", (project_id, _text(created_at)))
            elif mine != (project_id, _text(created_at)):
                raise DataError(
                    f"{self.path} belongs to project {mine[0]} of {mine[1]}, not to project {project_id} of "
                    f"{_text(created_at)}, which the server has: the project was deleted or the server restored; "
                    "give another --out"
                )

    def intent(self, batch: str, windows: Mapping[str, str]) -> None:
        """Note windows (uid to SHA-256) before they are sent; DataError if one is a task or of another batch."""
        with self._writing() as run:
            for uid, sha in windows.items():
                there = run("SELECT batch, task_id FROM windows WHERE uid = ?", (uid,)).fetchone()
                if there is not None and (there[0] != batch or there[1] is not None):
                    state = "may have been sent" if there[1] is None else f"is task {there[1]}"
                    raise DataError(f"window {uid} {state} with batch {there[0]}: it cannot go with batch {batch} too")
                run("INSERT OR REPLACE INTO windows VALUES (?, ?, ?, NULL)", (uid, batch, sha))

    def done(self, tasks: Mapping[str, int]) -> None:
        """Note the tasks of windows (uid to task id) that the server has."""
        with self._writing() as run:
            for uid, task_id in tasks.items():
                if not run("UPDATE windows SET task_id = ? WHERE uid = ?", (task_id, uid)).rowcount:
                    raise DataError(f"task {task_id} is of window {uid}, which {self.path} has never sent")

    def changed(self, windows: Mapping[str, str]) -> None:
        """Note that the tasks of windows (uid to SHA-256) show something else than they were sent with."""
        with self._writing() as run:
            for uid, sha in windows.items():
                run("UPDATE windows SET sha = ? WHERE uid = ? AND task_id IS NOT NULL", (sha, uid))

    def unsure(self) -> dict[str, list[Window]]:
        """Batches of which some windows were not answered for, with those windows."""
        found: dict[str, list[Window]] = {}
        for window in self._windows("WHERE task_id IS NULL ORDER BY batch, uid"):
            found.setdefault(window.batch, []).append(window)
        return found

    def windows(self) -> dict[str, Window]:
        """Every window that was noted, by uid."""
        return {window.uid: window for window in self._windows("ORDER BY uid")}

    def watermark(self) -> datetime | None:
        """All changes before this moment of the server are in the journal; None before the first pull."""
        with self._told():
            row = self._database.execute("SELECT updated_at FROM watermark").fetchone()
        return None if row is None else datetime.fromisoformat(row[0])

    def pulled(self, annotations: Sequence[Annotation], watermark: datetime) -> int:
        """Add what is new and move the watermark, both or neither; how many versions were new."""
        with self._writing() as run:
            n = sum(run(ADD, _row(annotation)).rowcount for annotation in annotations)
            run(
                "INSERT INTO watermark VALUES (1, ?1) ON CONFLICT DO UPDATE SET updated_at = max(updated_at, ?1)",
                (_text(watermark),),
            )
        return n

    def gone(self, annotation_ids: Iterable[int]) -> None:
        """Note that the server has these annotations no longer; what they were stays in the journal."""
        with self._writing() as run:
            for annotation_id in annotation_ids:
                run(GONE, (annotation_id,))

    def latest(self, *, results: bool = True) -> Iterator[Annotation]:
        """The newest version of every annotation that the server still has, by number; results are large."""
        newest = NEWEST.format("annotations.annotation_id")
        yield from self._annotations(f"WHERE seq = {newest} AND NOT gone ORDER BY annotation_id", results=results)

    def history(self, annotation_id: int) -> list[Annotation]:
        """All versions of one annotation, the oldest first."""
        return list(self._annotations("WHERE annotation_id = ? AND NOT gone ORDER BY updated_at, seq", annotation_id))

    def _open(self) -> None:
        """Make the tables of a new file; check those of another."""
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = FULL")
        with self._writing() as run:
            version = run("PRAGMA user_version").fetchone()[0]
            if version not in (0, SCHEMA):
                raise DataError(f"{self.path} has version {version}, this toolkit writes {SCHEMA}: give another --out")
            if version == 0:
                for statement in TABLES.split(";\n"):
                    run(statement)
                run(f"PRAGMA user_version = {SCHEMA}")

    def _windows(self, where: str) -> list[Window]:
        with self._told():
            rows = self._database.execute(f"SELECT uid, batch, sha, task_id FROM windows {where}").fetchall()
        return [Window(uid=uid, batch=batch, sha=sha, task_id=task_id) for uid, batch, sha, task_id in rows]

    def _annotations(self, where: str, *values: int, results: bool = True) -> Iterator[Annotation]:
        columns = COLUMNS if results else COLUMNS.replace("result", "''")
        with self._told():
            for row in self._database.execute(f"SELECT {columns} FROM annotations {where}", values):
                annotation_id, updated_at, sha, uid, result, annotator, lead_time_s, was_cancelled, version = row
                yield Annotation(
                    annotation_id=annotation_id,
                    updated_at=datetime.fromisoformat(updated_at),
                    sha=sha,
                    uid=uid,
                    result=result,
                    annotator=annotator,
                    lead_time_s=lead_time_s,
                    was_cancelled=bool(was_cancelled),
                    model_version=version,
                )

    @contextlib.contextmanager
    def _writing(self) -> Iterator[Run]:
        """One transaction: all of it or nothing."""
        with self._told():
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield self._database.execute
                self._database.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):  # SQLite itself takes back what it could not write
                    self._database.execute("ROLLBACK")
                raise

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """Errors of SQLite and of the disk as one line."""
        try:
            yield
        except sqlite3.OperationalError as error:
            raise DataError(f"cannot use the journal {self.path}: {error}{_cure(str(error))}") from error
        except sqlite3.DatabaseError as error:
            raise DataError(f"the journal {self.path} is damaged ({error}): put a copy of it back") from error
        except OSError as error:
            raise DataError(f"cannot make {self.path.parent} for the journal: {error.strerror}") from error


def _row(annotation: Annotation) -> tuple[object, ...]:
    """Values in the order of COLUMNS."""
    return (
        annotation.annotation_id,
        _text(annotation.updated_at),
        annotation.sha,
        annotation.uid,
        annotation.result,
        annotation.annotator,
        annotation.lead_time_s,
        annotation.was_cancelled,
        annotation.model_version,
    )


def _text(moment: datetime) -> str:
    """Of one width and zone, so that text sorts as time does."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _cure(error: str) -> str:
    """What to do about what SQLite says, where it is known."""
    if "locked" in error:
        return "; another push or pull uses it: wait until that has ended"
    if "full" in error or "disk I/O" in error:
        return "; make room and run the command again, what is in it is whole"
    return ""
