import itertools
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from annotate.journal import NAME, Annotation, Journal
from sts.errors import DataError

ROOT = Path(__file__).resolve().parents[2]
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
SENDING = """
import json, os, signal, sys
from pathlib import Path
from annotate.journal import Journal

folder, moment = Path(sys.argv[1]), int(sys.argv[2])
server = folder / "server.jsonl"
passed = 0

def maybe_die():
    global passed
    if passed == moment:
        os.kill(os.getpid(), signal.SIGKILL)
    passed += 1

class Deadly(dict):
    def items(self):
        for n, item in enumerate(super().items()):
            if n == 2:
                maybe_die()
            yield item

def there():
    lines = server.read_text().splitlines() if server.exists() else []
    return {task["uid"]: task["id"] for task in map(json.loads, lines)}

with Journal(folder) as journal:
    for batch, windows in journal.unsure().items():
        journal.done({w.uid: there()[w.uid] for w in windows if w.uid in there()})
    for batch in ("a", "b"):
        open_ = {w.uid: w.sha for w in journal.unsure().get(batch, [])}
        uids = [f"{batch}{i}" for i in range(4)]
        new = open_ or {uid: "sha" for uid in uids if uid not in journal.windows()}
        if not new:
            continue
        maybe_die()
        journal.intent(batch, Deadly(new))
        maybe_die()
        first = len(there())
        with server.open("a") as file:
            file.writelines(json.dumps({"uid": uid, "id": first + i}) + "\\n" for i, uid in enumerate(new))
        maybe_die()
        journal.done(Deadly({uid: there()[uid] for uid in new}))
"""
"""Sends two batches of four windows to a file that stands for the server, and is killed at a moment"""


def annotation(**changes: Any) -> Annotation:
    fields: dict[str, Any] = {
        "annotation_id": 1,
        "updated_at": NOON,
        "sha": "1" * 64,
        "uid": "clip:000000-000007",
        "result": "[]",
        "annotator": "ann@example.org",
        "lead_time_s": 12.5,
        "was_cancelled": False,
    }
    return Annotation(**{**fields, **changes})


@pytest.mark.parametrize("moment", range(10))
def test_a_sender_killed_at_any_moment_sends_each_window_once_when_it_runs_again(tmp_path: Path, moment: int) -> None:
    killed = send(tmp_path, moment)
    assert killed.returncode == -signal.SIGKILL
    on_server = sent(tmp_path)
    with Journal(tmp_path) as journal:
        noted, unsure = journal.windows(), journal.unsure()
    assert set(on_server) <= set(noted)
    assert {uid for uid, window in noted.items() if window.task_id is not None} <= set(on_server)
    assert sorted(unsure) == (["a"] if 1 < moment < 5 else ["b"] if moment > 6 else [])
    assert {len(windows) for windows in unsure.values()} <= {4}
    again = send(tmp_path, -1)
    assert again.returncode == 0, again.stderr
    with Journal(tmp_path) as journal:
        assert {uid: window.task_id for uid, window in journal.windows().items()} == dict(
            zip(sorted(sent(tmp_path)), range(8), strict=True)
        )
        assert journal.unsure() == {}


def test_a_window_is_unsure_until_its_task_is_known(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.intent("a", {"w1": "s1", "w2": "s2"})
        journal.done({"w1": 7})
        assert [window.uid for window in journal.unsure()["a"]] == ["w2"]
    with Journal(tmp_path) as journal:
        assert [(w.batch, w.sha, w.task_id) for w in journal.windows().values()] == [("a", "s1", 7), ("a", "s2", None)]


def test_a_window_that_may_be_on_its_way_goes_again_only_with_its_batch(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.intent("a", {"w1": "s1"})
        journal.intent("a", {"w1": "s2"})
        assert journal.windows()["w1"].sha == "s2"
        with pytest.raises(DataError, match="window w1 may have been sent with batch a: it cannot go with batch b"):
            journal.intent("b", {"w0": "s0", "w1": "s1"})
        journal.done({"w1": 3})
        with pytest.raises(DataError, match="window w1 is task 3 with batch a"):
            journal.intent("a", {"w1": "s1"})
        assert list(journal.windows()) == ["w1"]


def test_a_task_of_a_window_that_was_never_sent_is_an_error(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal, pytest.raises(DataError, match="task 3 is of window w9"):
        journal.done({"w9": 3})


def test_another_project_of_the_same_number_is_noticed(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.bind(1, NOON)
        journal.bind(1, NOON)
    with Journal(tmp_path) as journal:
        with pytest.raises(DataError, match=r"belongs to project 1 of 2026-05-04T12:00:00\.000000"):
            journal.bind(1, NOON + timedelta(microseconds=1))
        with pytest.raises(DataError, match="not to project 2"):
            journal.bind(2, NOON)


def test_the_same_pull_twice_adds_nothing(tmp_path: Path) -> None:
    found = [annotation(), annotation(annotation_id=2, lead_time_s=None, was_cancelled=True)]
    with Journal(tmp_path) as journal:
        assert journal.watermark() is None
        assert journal.pulled(found, NOON) == 2
        assert journal.pulled(found, NOON) == 0
    with Journal(tmp_path) as journal:
        assert list(journal.latest()) == found
        assert journal.watermark() == NOON


def test_the_newest_version_counts_in_whatever_order_they_come(tmp_path: Path) -> None:
    old, new = annotation(), annotation(updated_at=NOON + timedelta(seconds=1), sha="2" * 64, lead_time_s=20.0)
    with Journal(tmp_path) as journal:
        journal.pulled([new], NOON)
        journal.pulled([old, new], NOON)
        assert list(journal.latest()) == [new]
        assert journal.history(1) == [old, new]


@pytest.mark.parametrize("order", [*itertools.permutations(range(3))])
def test_news_that_come_late_twice_or_in_any_order_end_in_the_same_state(
    tmp_path: Path, order: tuple[int, ...]
) -> None:
    first = annotation()
    changed = annotation(updated_at=NOON + timedelta(seconds=1), sha="2" * 64)
    skipped = annotation(updated_at=NOON + timedelta(seconds=2), sha="3" * 64, was_cancelled=True)
    versions = [first, changed, skipped]
    with Journal(tmp_path) as journal:
        for number in (*order, *order[::-1]):
            journal.pulled([versions[number]], versions[number].updated_at)
        assert list(journal.latest()) == [skipped]
        assert journal.history(1) == versions
        assert journal.watermark() == skipped.updated_at


def test_two_versions_of_one_moment_are_both_kept(tmp_path: Path) -> None:
    first, second = annotation(), annotation(sha="2" * 64)
    with Journal(tmp_path) as journal:
        assert journal.pulled([first, second], NOON) == 2
        assert list(journal.latest()) == [second]


def test_a_deleted_annotation_counts_no_longer_and_stays_in_the_history(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.pulled([annotation(), annotation(annotation_id=2)], NOON)
        journal.gone([2])
        journal.gone([2])
        assert [one.annotation_id for one in journal.latest()] == [1]
        assert journal.history(2) == [annotation(annotation_id=2)]
        assert journal.pulled([annotation(annotation_id=2)], NOON) == 1
        assert [one.annotation_id for one in journal.latest()] == [1, 2]


def test_the_watermark_never_goes_back(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.pulled([], NOON)
        journal.pulled([], NOON - timedelta(seconds=1))
        assert journal.watermark() == NOON
        journal.pulled([], NOON + timedelta(microseconds=1))
        assert journal.watermark() == NOON + timedelta(microseconds=1)


def test_a_pull_that_cannot_be_noted_whole_moves_nothing(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.pulled([], NOON)
        with pytest.raises(ValueError, match="month must be"):
            journal.pulled(Spoilt([annotation()]), NOON + timedelta(days=1))
        assert journal.watermark() == NOON
        assert list(journal.latest()) == []


@pytest.mark.parametrize("damage", [b"no database at all, but long enough to be read" * 20, None])
def test_a_damaged_journal_is_one_line(tmp_path: Path, damage: bytes | None) -> None:
    with Journal(tmp_path) as journal:
        journal.intent("a", {f"w{i}": "s" * 64 for i in range(500)})
    path = tmp_path / NAME
    path.write_bytes(path.read_bytes()[:8192] if damage is None else damage)
    with pytest.raises(DataError, match=r"journal.sqlite is damaged \(.*\): put a copy of it back"):
        read(tmp_path)


def test_a_journal_of_another_version_is_refused(tmp_path: Path) -> None:
    Journal(tmp_path).close()
    with sqlite3.connect(tmp_path / NAME) as database:
        database.execute("PRAGMA user_version = 9")
    database.close()
    with pytest.raises(DataError, match="has version 9, this toolkit writes 1: give another --out"):
        Journal(tmp_path)


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match=r"cannot make .*file/journal for the journal"):
        Journal(tmp_path / "file" / "journal")


def test_a_full_disk_is_one_line_and_loses_nothing(tmp_path: Path) -> None:
    """The largest size of a file stands for the room on the disk."""
    with Journal(tmp_path) as journal:
        journal.intent("a", {"w1": "s1"})
    filling = """
import resource, sys
from pathlib import Path
from annotate.journal import Journal
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
with Journal(Path(sys.argv[1])) as journal:
    journal.intent("b", {f"v{i}": "s" * 64 for i in range(5_000)})
"""
    run = child(filling, str(tmp_path))
    assert run.returncode == 1
    assert run.stderr.splitlines()[-1].endswith("; make room and run the command again, what is in it is whole")
    with Journal(tmp_path) as journal:
        assert list(journal.windows()) == ["w1"]


class Spoilt(list[Annotation]):
    """Breaks when the second annotation is asked for."""

    def __iter__(self) -> Iterator[Annotation]:
        yield from super().__iter__()
        yield annotation(updated_at=datetime(2026, 13, 1, tzinfo=UTC))


def read(folder: Path) -> list[str]:
    with Journal(folder) as journal:
        return list(journal.windows())


def send(folder: Path, moment: int) -> subprocess.CompletedProcess[str]:
    return child(SENDING, str(folder), str(moment))


def sent(folder: Path) -> list[str]:
    """The uids that the server has, one as often as it was sent."""
    server = folder / "server.jsonl"
    return [json.loads(line)["uid"] for line in server.read_text().splitlines()] if server.exists() else []


def child(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code, *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=250)
