"""What goes wrong on a server: one line each, nothing is lost, and the next run goes on."""

import sqlite3
from base64 import b64encode
from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from annotate import events, pushing
from annotate.journal import Journal
from annotate.pulling import Pulled
from sts import layers
from sts.errors import DataError, ServerError
from tests.annotate.editor import ACCEPT, Region
from tests.annotate.looping import ME, Loop, predicted, two
from tests.model import small_set

pytestmark = pytest.mark.server

FIRST, SECOND = "clip-0:000000-000007", "clip-0:000008-000019"


def opaque(regions: list[Region]) -> list[Region]:
    """The masks as grey pictures without an alpha channel, of their size."""
    file = BytesIO()
    Image.new("L", (160, 48), 255).save(file, "PNG")
    url = "data:image/png;base64," + b64encode(file.getvalue()).decode()
    for one in regions:
        if one["type"] == "bitmasklabels":
            one["value"] = {**one["value"], "imageDataURL": url}
    return regions


def turned(regions: list[Region]) -> list[Region]:
    """Drawn on a picture of another size."""
    return [{**one, "original_width": 48, "original_height": 160} for one in regions]


def twice(regions: list[Region]) -> list[Region]:
    return [*regions, regions[0]]


def strange(regions: list[Region]) -> list[Region]:
    """With a region of another tool."""
    return [*regions, {**regions[0], "id": "r", "from_name": "box", "type": "rectanglelabels", "value": {"x": 1}}]


@pytest.mark.filterwarnings("ignore:The `parse_obj` method is deprecated")
def test_a_token_that_is_revoked_stops_a_push_and_another_goes_on(loop: Loop, monkeypatch: pytest.MonkeyPatch) -> None:
    source = loop.layer("prelabel", two())
    loop.push(source, n=1)
    personal = loop.editor.call("POST", "api/token/")["token"]
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", personal)
    assert loop.push(source, n=1).windows == 2
    loop.editor.call("POST", "api/token/blacklist/", {"refresh": personal})
    for again in (lambda: loop.push(source), loop.pull):
        with pytest.raises(ServerError, match="refuses the token of LABEL_STUDIO_API_KEY") as caught:
            again()
        assert "\n" not in str(caught.value)
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", loop.studio.token)
    assert loop.push(source).sent == 2
    assert len(loop.editor.tasks()) == 4


def test_what_cannot_be_read_is_one_line_each_and_counts_once_it_is_mended(
    loop: Loop, caplog: pytest.LogCaptureFixture
) -> None:
    loop.push(loop.layer("prelabel", two()))
    editor, uids = loop.editor, sorted(loop.editor.tasks())
    good = {uid: [*editor.shown(uid)["result"], ACCEPT] for uid in uids}
    edits = dict(zip(uids, (opaque, turned, twice, strange), strict=True))
    made = {uid: editor.submit(uid, edit) for uid, edit in edits.items()}
    assert loop.pull() == Pulled(new=4, gone=0, labels=1, people=1, unusable=3)
    said = sorted(one.getMessage() for one in caplog.records if "left out" in one.getMessage())
    for uid, line, told in zip(uids, said, ("no alpha channel", "of 48x160 px", "occurs twice"), strict=False):
        assert line.startswith(f"annotation {made[uid]} of {ME} is left out: window {uid}: ")
        assert told in line
        assert "\n" not in line
    assert len(said) == 3
    assert [row.uid for row in events.read(loop.root / "human")] == [uids[3]]
    for uid in uids[:3]:
        editor.change(made[uid], good[uid])
    assert loop.pull() == Pulled(new=3, gone=0, labels=4, people=1, unusable=0)


def test_a_window_of_300_megabytes_is_left_out_and_the_others_are_sent(
    loop: Loop, caplog: pytest.LogCaptureFixture
) -> None:
    large, small = (predicted(small_set.clip(i, n_frames=8)) for i in range(2))
    first, *rest = large.frames
    word, *others = first.instances
    first = replace(first, instances=(replace(word, text="x" * 300_000_000), *others))
    source = loop.layer("prelabel", [replace(large, frames=(first, *rest)), small])
    done = loop.push(source)
    assert (done.windows, done.sent, done.left_out) == (1, 1, 1)
    assert f"window {FIRST} is left out: its pre-labels have 286 MB, a server takes 250" in caplog.text
    assert loop.push(source).sent == 0
    assert set(loop.editor.tasks()) == {"clip-1:000000-000007"}


def test_tasks_that_a_synchronised_storage_makes_are_passed_over_in_one_line(
    loop: Loop, caplog: pytest.LogCaptureFixture
) -> None:
    source = loop.layer("prelabel", two())
    loop.push(source)
    editor, tasks = loop.editor, loop.editor.tasks()
    folder = loop.studio.files / "frames" / "clip-0"
    body = {"project": editor.project_id, "path": str(folder), "use_blob_urls": True}
    storage = editor.call("POST", "api/storages/localfiles/", body)
    editor.call("POST", f"api/storages/localfiles/{storage['id']}/sync")
    there = loop.server.numbers(editor.project_id)[0]
    assert there == 4 + len([*folder.iterdir()]) > 4  # a task for each picture
    assert loop.push(source).sent == 0
    editor.call("POST", f"api/tasks/{tasks[FIRST]}/annotations/", {"result": [ACCEPT]})
    assert loop.pull().labels == 1
    assert len([line for line in caplog.messages if f"{there - 4} tasks are no windows of a clip" in line]) == 1
    assert loop.server.numbers(editor.project_id)[0] == there


def test_a_restored_database_is_noticed(loop: Loop) -> None:
    database = loop.studio.out / "server" / "label_studio.sqlite3"
    kept = loop.root / "backup.sqlite3"
    with sqlite3.connect(database) as live, sqlite3.connect(kept) as copy:
        live.backup(copy)
    source = loop.layer("prelabel", two())
    loop.push(source)
    number = loop.editor.project_id
    loop.studio.stop()
    database.write_bytes(kept.read_bytes())
    loop.studio.start()
    assert loop.server.create_project("another", "<View/>").id == number
    for again in (lambda: loop.push(source), loop.pull):
        with pytest.raises(
            DataError, match=f"belongs to project {number} of .*, not to project {number} of .*restored"
        ):
            again()


def test_a_deleted_project_leaves_what_was_pulled_and_can_be_pushed_anew(loop: Loop) -> None:
    source = loop.layer("prelabel", two())
    loop.push(source)
    loop.editor.submit(FIRST)
    loop.pull()
    loop.editor.call("DELETE", f"api/projects/{loop.editor.project_id}/")
    with pytest.raises(ServerError, match=r"has no project \d+: it was deleted"):
        loop.pull()
    assert [clip.clip_id for clip in layers.read(loop.root / "human" / "by" / ME)] == ["clip-0"]
    assert pushing.push(loop.settings, [source], loop.root / "anew", None).sent == 4


def test_a_change_that_the_server_finished_late_is_found(loop: Loop) -> None:
    loop.push(loop.layer("prelabel", two()))
    numbers = [loop.editor.submit(uid) for uid in (FIRST, SECOND)]
    loop.pull()
    with Journal(loop.root / "push") as journal:
        mark = journal.watermark()
    assert mark is not None
    for number, moment in zip(numbers, (mark, mark - timedelta(seconds=1)), strict=True):
        loop.editor.change(number, [ACCEPT])
        moved(loop, number, moment)
    assert loop.pull() == Pulled(new=2, gone=0, labels=2, people=1, unusable=0)
    assert loop.pull().new == 0


def test_a_prediction_of_somebody_else_is_no_label_and_is_named_where_work_began_with_it(loop: Loop) -> None:
    loop.push(loop.layer("prelabel", two()))
    editor, task_id = loop.editor, loop.editor.tasks()[FIRST]
    body: list[dict[str, Any]] = [{"task": task_id, "result": [], "model_version": "stranger"}]
    assert editor.call("POST", f"api/projects/{editor.project_id}/import/predictions", body)["created"] == 1
    assert loop.pull() == Pulled(new=0, gone=0, labels=0, people=0, unusable=0)
    found = editor.call("GET", f"api/predictions/?task={task_id}")
    (parent,) = (one["id"] for one in found if one["model_version"] == "stranger")
    editor.call("POST", f"api/tasks/{task_id}/annotations/", {"result": [ACCEPT], "parent_prediction": parent})
    assert loop.pull().labels == 1
    assert [row.model_version for row in events.read(loop.root / "human")] == ["stranger"]


def moved(loop: Loop, annotation_id: int, moment: datetime) -> None:
    """Let the task of an annotation bear another moment of change."""
    with sqlite3.connect(loop.studio.out / "server" / "label_studio.sqlite3", timeout=30) as database:
        database.execute(
            "UPDATE task SET updated_at = ? WHERE id = (SELECT task_id FROM task_completion WHERE id = ?)",
            (f"{moment:%Y-%m-%d %H:%M:%S.%f}", annotation_id),
        )
