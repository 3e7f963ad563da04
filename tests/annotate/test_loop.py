import json
from dataclasses import replace
from urllib.request import Request, urlopen

import numpy as np
import pytest

from annotate import bitmask, events
from annotate.journal import Journal
from annotate.pulling import Pulled
from sts import layers, manifest, masks
from tests.annotate.editor import ACCEPT, Region
from tests.annotate.looping import ME, Loop, digest, kept, predicted, two
from tests.model import small_set

pytestmark = pytest.mark.server


def test_what_is_submitted_unchanged_comes_back_as_it_was_to_the_pixel(loop: Loop) -> None:
    clips = two()
    source = loop.layer("prelabel", clips)
    done = loop.push(source)
    assert (done.windows, done.sent, done.adopted, done.changed, done.left_out) == (4, 4, 0, 0, 0)
    editor = loop.editor
    assert sorted(editor.tasks()) == [f"clip-{i}:{span}" for i in (0, 1) for span in ("000000-000007", "000008-000019")]
    assert editor.call("GET", f"api/projects/{editor.project_id}/next")["predictions"][0]["result"]
    for uid in editor.tasks():
        editor.submit(uid)
    assert loop.pull() == Pulled(new=4, gone=0, labels=4, people=1, unusable=0)
    for clip in clips:
        back = loop.labels(clip.clip_id)
        assert [frame.instances for frame in back.frames] == [
            tuple(kept(one) for one in frame.instances) for frame in clip.frames
        ]
        assert all(frame.labelled for frame in back.frames)
        assert layers.jpegs(loop.root / "human" / "by" / ME, clip.clip_id) == layers.jpegs(source, clip.clip_id)
    rows = events.read(loop.root / "human")
    assert {(row.quality, row.lead_time_s, row.annotator, row.honeypot) for row in rows} == {
        ("accept", 12.5, ME, False)
    }
    assert {row.model_version for row in rows} == set(
        json.loads((loop.root / "push/push.json").read_text())["versions"]
    )


def test_pictures_are_served_as_they_are_stored(loop: Loop) -> None:
    clip = replace(small_set.clip(0, n_frames=8), clip_id="sign é/1 %&?")
    source = loop.layer("prelabel", [clip])
    loop.push(source)
    editor, (uid,) = loop.editor, loop.editor.tasks()
    urls = editor.call("GET", f"api/tasks/{editor.tasks()[uid]}/?resolve_uri=false")["data"]["frames"]
    for url, stored in zip(urls, layers.jpegs(source, clip.clip_id), strict=True):
        with urlopen(Request(loop.studio.url + url, headers={"Authorization": f"Token {loop.studio.token}"})) as answer:
            assert answer.read() == stored


def test_what_a_person_changed_and_drew_comes_back(loop: Loop) -> None:
    (clip,) = [predicted(small_set.clip(0, n_frames=8, size=(48, 160)))]
    loop.push(loop.layer("prelabel", [clip]))
    inside, beside = np.zeros((2, clip.height, clip.width), np.bool_)
    inside[14:18, 30:50] = True
    beside[2:9, 3:30] = True

    def edit(regions: list[Region]) -> list[Region]:
        (text, *_) = (one for one in regions if one["type"] == "bitmasklabels" and one["item_index"] == 3)
        painted = bitmask.decode(text["value"]["imageDataURL"], clip.height, clip.width) | inside
        drawn = {key: value for key, value in text.items() if key != "score"}
        drawn |= {"id": "new", "origin": "manual", "item_index": 5}
        drawn["value"] = {**text["value"], "imageDataURL": bitmask.encode(beside)}
        text |= {"origin": "prediction-changed", "value": {**text["value"], "imageDataURL": bitmask.encode(painted)}}
        texts = [one for one in regions if one["type"] == "textarea" and one["item_index"] == 3]
        texts[1]["value"] = {**texts[1]["value"], "text": ["OPEN"]}
        return [*regions, drawn]

    loop.editor.submit("clip-0:000000-000007", edit)
    loop.pull()
    back = loop.labels("clip-0")
    before, after = ({one.track_id: one for one in one.frames[3].instances} for one in (clip, back))
    assert before[1].mask is not None
    assert after[1].mask == masks.encode(masks.decode(before[1].mask) | inside)
    assert (after[1].effort, after[2].effort, after[2].text) == ("changed", "changed", "OPEN")
    assert (after[2].mask, after[3]) == (before[2].mask, kept(before[3]))
    new = [one for one in back.frames[5].instances if one.level == "text"]
    assert [(one.mask, one.effort, one.track_id) for one in new] == [(masks.encode(beside), "drawn", 10)]
    assert back.frames[4].instances == tuple(kept(one) for one in clip.frames[4].instances)


def test_a_second_pull_changes_nothing_and_a_second_push_neither(loop: Loop) -> None:
    source = loop.layer("prelabel", two())
    loop.push(source)
    loop.editor.submit("clip-0:000000-000007")
    loop.pull()
    before = digest(loop.root / "human")
    assert loop.pull() == Pulled(new=0, gone=0, labels=1, people=1, unusable=0)
    assert digest(loop.root / "human") == before
    assert loop.pull(sweep=False).new == 0
    assert digest(loop.root / "human") == before
    assert loop.push(source).sent == 0
    assert len(loop.editor.tasks()) == 4


def test_skipped_windows_drafts_and_predictions_are_no_labels(loop: Loop) -> None:
    loop.push(loop.layer("prelabel", two()))
    editor, uids = loop.editor, sorted(loop.editor.tasks())
    editor.submit(uids[0], was_cancelled=True)
    editor.call("POST", f"api/tasks/{editor.tasks()[uids[1]]}/drafts", {"result": [ACCEPT], "lead_time": 1})
    editor.submit(uids[2])
    assert loop.pull() == Pulled(new=2, gone=0, labels=1, people=1, unusable=0)
    assert [(row.uid, row.was_cancelled, row.counts) for row in events.read(loop.root / "human")] == [
        (uids[0], True, False),
        (uids[2], False, True),
    ]
    assert [clip.clip_id for clip in layers.read(loop.root / "human" / "by" / ME)] == ["clip-1"]
    frames = loop.labels("clip-1").frames
    assert [frame.labelled for frame in frames] == [True] * 8 + [False] * 12
    assert not any(frame.instances for frame in frames[8:])


def test_an_edited_annotation_counts_once_as_it_is_now(loop: Loop) -> None:
    loop.push(loop.layer("prelabel", two()))
    editor, uid = loop.editor, "clip-0:000000-000007"
    number = editor.submit(uid)
    loop.pull()
    editor.change(number, [ACCEPT])
    assert loop.pull() == Pulled(new=1, gone=0, labels=1, people=1, unusable=0)
    assert all(
        frame.labelled and not [one for one in frame.instances if one.level != "char"]
        for frame in loop.labels("clip-0").frames[:8]
    )
    with Journal(loop.root / "push") as journal:
        assert len(journal.history(number)) == 2


def test_deleted_annotations_and_tasks_are_gone_and_stay_in_the_journal(loop: Loop) -> None:
    source = loop.layer("prelabel", two())
    loop.push(source)
    editor, uids = loop.editor, sorted(loop.editor.tasks())
    numbers = [editor.submit(uid) for uid in uids]
    loop.pull()
    editor.call("DELETE", f"api/annotations/{numbers[0]}/")
    editor.call("DELETE", f"api/tasks/{editor.tasks()[uids[3]]}/")
    assert loop.pull() == Pulled(new=0, gone=2, labels=2, people=1, unusable=0)
    assert {row.uid for row in events.read(loop.root / "human")} == {uids[1], uids[2]}
    with Journal(loop.root / "push") as journal:
        assert len(journal.history(numbers[3])) == 1
    assert loop.push(source).sent == 0
    for number in numbers[1:3]:
        editor.call("DELETE", f"api/annotations/{number}/")
    assert loop.pull().labels == 0
    assert list(layers.read(loop.root / "human" / "by" / ME)) == []


def test_an_annotation_that_cannot_be_used_is_left_out_and_the_rest_goes_on(
    loop: Loop, caplog: pytest.LogCaptureFixture
) -> None:
    loop.push(loop.layer("prelabel", two()))
    editor, uids = loop.editor, sorted(loop.editor.tasks())

    def spoil(regions: list[Region]) -> list[Region]:
        return [{**region, "original_width": 99} for region in regions]

    bad = editor.submit(uids[0], spoil)
    editor.submit(uids[1])
    assert loop.pull() == Pulled(new=2, gone=0, labels=1, people=1, unusable=1)
    (line,) = [record.getMessage() for record in caplog.records if "left out" in record.getMessage()]
    assert f"annotation {bad} of {ME}" in line
    assert uids[0] in line
    made = manifest.read(loop.root / "human" / "by" / ME)
    assert made.dropped == {"annotation that cannot be used": 1}
    assert [row.uid for row in events.read(loop.root / "human")] == [uids[1]]
