import re
from dataclasses import replace
from pathlib import Path

import pytest

from annotate import events, pulling
from annotate.pulling import PullConfig, Pulled
from sts import layers
from sts.errors import ConfigError, DataError, ServerError
from tests.annotate.editor import ACCEPT
from tests.annotate.looping import ME, Loop, digest, predicted, two
from tests.model import small_set

pytestmark = pytest.mark.server


def test_new_pre_labels_join_the_old_ones_and_annotations_stay(loop: Loop) -> None:
    clips = two()
    source = loop.layer("prelabel", clips)
    loop.push(source)
    editor, uid = loop.editor, "clip-0:000000-000007"
    first = editor.shown(uid)
    editor.submit(uid)
    better = loop.layer("better", two("!"))
    assert (loop.push(better).changed, loop.push(better).changed) == (4, 0)
    assert editor.shown(uid)["model_version"] != first["model_version"]
    assert next(one["value"]["text"] for one in editor.shown(uid)["result"] if one["type"] == "textarea") == ["lll!"]
    predictions = editor.call("GET", f"api/tasks/{editor.tasks()[uid]}/")["predictions"]
    assert len(predictions) == 2
    editor.submit("clip-0:000008-000019")
    loop.pull()
    frames = loop.labels("clip-0").frames
    assert [{one.text for one in frames[i].instances if one.text} for i in (0, 8)] == [{"lll"}, {"lll!"}]
    loop.push(loop.layer("best", two("?")))
    left = loop.server.model_versions(editor.project_id)
    assert sorted(left.values()) == [4, 4]
    assert first["model_version"] not in left
    before = digest(loop.root / "human" / "by")
    assert loop.pull().labels == 2
    assert digest(loop.root / "human" / "by") == before


def test_a_person_who_had_the_window_open_can_submit_after_new_pre_labels_came(loop: Loop) -> None:
    loop.push(loop.layer("prelabel", two()))
    editor, uid = loop.editor, "clip-1:000000-000007"
    opened = editor.shown(uid)
    loop.push(loop.layer("better", two("!")))
    body = {"result": [*opened["result"], ACCEPT], "parent_prediction": opened["id"]}
    editor.call("POST", f"api/tasks/{editor.tasks()[uid]}/annotations/", body)
    loop.pull()
    (row,) = events.read(loop.root / "human")
    assert row.model_version == opened["model_version"]
    assert {one.text for one in loop.labels("clip-1").frames[0].instances if one.text} == {"lll"}


def test_two_labelers_are_two_model_versions_of_one_task(loop: Loop) -> None:
    sources = [loop.layer("one", two()), loop.layer("two", two("!"))]
    loop.push(*sources)
    versions = loop.server.model_versions(loop.editor.project_id)
    assert sorted(versions.values()) == [4, 4]
    shown = loop.editor.shown("clip-0:000000-000007")
    assert next(one["value"]["text"] for one in shown["result"] if one["type"] == "textarea") == ["lll"]


def test_honeypots_look_like_other_windows_and_never_become_labels(loop: Loop) -> None:
    hidden = loop.layer("truth", [replace(small_set.clip(7, n_frames=8), clip_id="clip-7")])
    guess = loop.layer("guess", [predicted(small_set.clip(7, n_frames=8))])
    loop.push(loop.layer("prelabel", two()), honeypots=str(guess))
    editor = loop.editor
    tasks = [editor.call("GET", f"api/tasks/{task_id}/") for task_id in editor.tasks().values()]
    assert len({tuple(sorted(task["data"])) for task in tasks}) == 1
    assert len({tuple(one["model_version"] for one in task["predictions"]) for task in tasks}) == 1
    assert min(len(task["predictions"][0]["result"]) for task in tasks) > 0
    for uid in editor.tasks():
        editor.submit(uid)
    assert loop.pull().labels == 4
    assert {clip.clip_id for clip in layers.read(loop.root / "human" / "by" / ME)} == {"clip-0", "clip-1"}
    assert [clip.clip_id for clip in layers.read(loop.root / "human" / "honeypots" / ME)] == ["clip-7"]
    assert {row.uid for row in events.read(loop.root / "human") if row.honeypot} == {"clip-7:000000-000007"}
    assert hidden.exists()


def test_the_truth_of_a_honeypot_is_not_shown(loop: Loop) -> None:
    truth = loop.layer("truth", [small_set.clip(7, n_frames=8)])
    loop.push(loop.layer("prelabel", two()), honeypots=str(truth))
    assert loop.editor.shown("clip-7:000000-000007")["result"] == []


def test_more_clips_of_a_larger_n_join_the_project(loop: Loop) -> None:
    source = loop.layer("prelabel", two())
    assert (loop.push(source, n=1).sent, loop.push(source).sent) == (2, 2)


def test_a_lost_journal_is_made_again_from_the_project(loop: Loop, caplog: pytest.LogCaptureFixture) -> None:
    source = loop.layer("prelabel", two())
    loop.push(source)
    (loop.root / "push").rename(loop.root / "lost")
    done = loop.push(source)
    assert (done.windows, done.sent, done.changed) == (4, 0, 4)
    assert "the project has 4 windows that this journal did not know" in caplog.text
    assert len(loop.editor.tasks()) == 4
    versions = loop.server.model_versions(loop.editor.project_id)
    assert list(versions.values()) == [4]


def test_an_empty_twin_is_deleted_and_one_with_work_is_named(loop: Loop, caplog: pytest.LogCaptureFixture) -> None:
    source = loop.layer("prelabel", two())
    loop.push(source)
    editor, studio = loop.editor, loop.server
    rows = {task["data"]["uid"]: task for task in studio.tasks(editor.project_id)}
    uids = sorted(rows)
    empty, worked = studio.import_tasks(editor.project_id, [{"data": rows[uid]["data"]} for uid in uids[:2]])
    editor.call("POST", f"api/tasks/{worked}/annotations/", {"result": [ACCEPT]})
    loop.push(source)
    there = {task["id"] for task in studio.tasks(editor.project_id)}
    assert empty not in there
    assert worked in there
    assert f"{uids[1]} (tasks {rows[uids[1]]['id']} and {worked})" in caplog.text


def test_a_label_config_that_somebody_changed_stops_a_push_and_not_a_pull(
    loop: Loop, caplog: pytest.LogCaptureFixture
) -> None:
    source = loop.layer("prelabel", two())
    loop.push(source)
    studio = loop.server
    changed = re.sub('<Label value="ignore"[^>]*/>', "", studio.project(loop.editor.project_id).label_config)
    studio.change_project(loop.editor.project_id, label_config=changed)
    with pytest.raises(DataError, match="label config is not ours: labels of 'stroke'"):
        loop.push(source)
    loop.editor.submit("clip-0:000000-000007")
    assert loop.pull().labels == 1
    assert "label config is not ours" in caplog.text


def test_a_deleted_project_is_one_line(loop: Loop) -> None:
    source = loop.layer("prelabel", two())
    loop.push(source)
    loop.editor.call("DELETE", f"api/projects/{loop.editor.project_id}/")
    for again in (lambda: loop.push(source), loop.pull):
        with pytest.raises(ServerError, match=r"has no project \d+: it was deleted"):
            again()


def test_other_windows_into_the_same_journal_are_refused(loop: Loop) -> None:
    source = loop.layer("prelabel", two())
    loop.push(source)
    with pytest.raises(ConfigError, match="window was 8 and is now 16"):
        loop.push(source, window=16)


def test_a_foreign_task_is_passed_over(loop: Loop, caplog: pytest.LogCaptureFixture) -> None:
    loop.push(loop.layer("prelabel", two()))
    studio = loop.server
    (foreign,) = studio.import_tasks(loop.editor.project_id, [{"data": {"frames": ["/x"], "uid": "mine"}}])
    loop.editor.call("POST", f"api/tasks/{foreign}/annotations/", {"result": [ACCEPT]})
    assert loop.pull() == Pulled(new=0, gone=0, labels=0, people=0, unusable=0)
    assert f"1 tasks are no windows of a clip and are passed over: {foreign}" in caplog.text


def test_what_people_did_in_one_project_is_not_replaced_by_another(loop: Loop, tmp_path: Path) -> None:
    other = replace(loop, root=tmp_path / "other", settings=replace(loop.settings, title=f"{loop.settings.title} 2"))
    for one in (loop, other):
        one.push(one.layer("prelabel", two()[:1]))
        one.editor.submit("clip-0:000000-000007")
    loop.pull()
    human = loop.root / "human"
    before = digest(human)
    with pytest.raises(ConfigError, match=r"human holds what people did in project \d+, .*: give project \d+, "):
        pulling.pull(PullConfig(), other.root / "push", human, "1")
    assert digest(human) == before
    assert loop.pull().labels == other.pull().labels == 1
    (human / "pull.json").write_text("[]")
    with pytest.raises(DataError, match=r"pull\.json is damaged \(.*delete the file"):
        loop.pull()
    (human / "pull.json").unlink()
    assert loop.pull().labels == 1


def test_windows_without_any_text_are_said_when_they_are_sent(loop: Loop, caplog: pytest.LogCaptureFixture) -> None:
    bare = replace(two()[0], clip_id="bare")
    bare = replace(bare, frames=tuple(replace(frame, instances=()) for frame in bare.frames))
    loop.push(loop.layer("prelabel", [two()[0], bare]))
    assert "without any text in their pre-labels: bare:000000-000007, bare:000008-000019" in caplog.text
