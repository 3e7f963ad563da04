"""Windows as tasks and back: nothing is lost, each fault is one line."""

import json
from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from typing import Any

import cv2
import numpy as np
import pytest

from annotate import convert
from annotate.convert import Prelabel, Task, Window
from sts import masks
from sts.errors import DataError
from sts.types import Mask
from tests.annotate import signs

URLS = [f"/data/local-files/?d=sign/{i:06d}.jpg" for i in range(2)]


def task(batch: str = "b1", **changes: Any) -> Task:
    given: dict[str, Any] = {"model_version": "stroke@r1", "clip": signs.clip(), "priority": 0.25} | changes
    return convert.task(signs.window(2, 3), URLS, [Prelabel(**given)], batch)


def sent_back(made: Task) -> list[dict[str, Any]]:
    """What the editor submits when nothing was touched."""
    found: dict[str, Any] = json.loads(json.dumps(made))
    quality = {"from_name": "quality", "to_name": "img", "type": "choices", "value": {"choices": ["accept"]}}
    return [*({**one, "origin": "prediction"} for one in found["predictions"][0]["result"]), quality]


def read(result: Sequence[Any]) -> convert.Answer:
    return convert.answer(result, signs.window(2, 3), signs.clip(), count(100))


def test_a_task_names_its_window_in_flat_keys() -> None:
    data = task()["data"]
    sha = data.pop("sha")
    assert data == {
        "uid": "real:sign:000002-000003",
        "clip_id": "real:sign",
        "first": 2,
        "last": 3,
        "batch": "b1",
        "frames": URLS,
    }
    assert (len(sha), set(sha) <= set("0123456789abcdef")) == (64, True)
    assert convert.window(task()["data"]) == signs.window(2, 3)


def test_the_sha_tells_content_and_not_the_push() -> None:
    sha = task()["data"]["sha"]
    assert task("b2")["data"]["sha"] == sha
    assert task(model_version="stroke@r2")["data"]["sha"] != sha


def test_labelers_stand_side_by_side_as_model_versions() -> None:
    both = [Prelabel(model_version=name, clip=signs.clip()) for name in ("a@r1", "b@r1")]
    made = convert.task(signs.window(2, 3), URLS, both, "b1")["predictions"]
    assert [(one["model_version"], "score" in one) for one in made] == [("a@r1", False), ("b@r1", False)]
    assert task()["predictions"][0]["score"] == 0.25


def test_a_clip_that_nobody_labelled_shows_nothing_of_a_model() -> None:
    """So are clips for a test set pushed: pictures alone."""
    clip = signs.clip()
    bare = replace(clip, frames=tuple(replace(frame, labelled=False, instances=()) for frame in clip.frames))
    assert [one["result"] for one in task(clip=bare)["predictions"]] == [[]]


def test_a_window_comes_back_with_every_frame_and_instance_in_place() -> None:
    answer, before = read(sent_back(task())), signs.clip().frames[2:]
    assert [(frame.index, frame.time_s) for frame in answer.frames] == [(2, 0.08), (3, 0.12)]
    assert (answer.quality, answer.issues, answer.dropped) == ("accept", (), {})
    for frame, old in zip(answer.frames, before, strict=True):
        assert [(one.track_id, one.polygon, one.mask) for one in frame.instances] == [
            (one.track_id, one.polygon, one.mask) for one in old.instances
        ]


def test_brush_tasks_come_back_as_well() -> None:
    made = convert.task(signs.window(2, 3), URLS, [Prelabel(model_version="m", clip=signs.clip())], "b", "brushlabels")
    assert [frame.instances[2].mask for frame in read(sent_back(made)).frames] == [signs.sign()[2].mask] * 2


def test_holes_of_letters_survive() -> None:
    before = [euler(one.mask) for one in signs.sign() if one.mask]
    after = [euler(one.mask) for one in read(sent_back(task())).frames[0].instances if one.mask]
    assert before == after
    assert before == [0, 1, -2]


def euler(mask: Mask) -> int:
    """Pieces less holes, neighbours by edge or corner in strokes and by edge in the ground."""
    pixels = masks.decode(mask)
    pieces = cv2.connectedComponents(pixels.astype(np.uint8), connectivity=8)[0] - 1
    ground = np.pad(~pixels, 1, constant_values=True).astype(np.uint8)
    return pieces - (cv2.connectedComponents(ground, connectivity=4)[0] - 2)


def test_polygons_that_are_read_as_new_ones_are_where_they_were() -> None:
    """A known one that was not moved is the pre-label's own; these ids are unknown."""
    outlines = [one for one in sent_back(task()) if one["type"] != "bitmasklabels"]
    result = [one | {"id": f"new-{one.get('id')}"} for one in outlines]
    found = {one.text: one.polygon for one in read(result).frames[0].instances if one.level == "word"}
    assert found == {one.text: one.polygon for one in signs.sign() if one.level == "word"}


def test_new_tracks_of_two_windows_do_not_share_ids() -> None:
    fresh = count(100)
    drawn = [signs.painted("a", signs.blot(1, 1, 3, 3))]
    answers = [convert.answer(drawn, signs.window(i, i), signs.clip(), fresh) for i in range(2)]
    ids = [one.frames[0].instances[-1].track_id for one in answers]
    assert ids == [100, 101]


def test_faults_name_the_window() -> None:
    with pytest.raises(DataError, match=r"window real:sign:000002-000003: region 't-1f2m' is on item 2"):
        read([one | ({"item_index": 2} if one.get("id") == "t-1f2m" else {}) for one in sent_back(task())])


def test_a_quality_that_is_none_is_refused() -> None:
    choice = {"from_name": "quality", "type": "choices", "value": {"choices": ["perfect"]}}
    with pytest.raises(DataError, match=r"quality is \['perfect'\] instead of one of accept"):
        read([choice])
    assert read([]).quality is None


@pytest.mark.parametrize("changes", [{"uid": "real:sign:000002-000004"}, {"first": None}, {"first": 4}, {"clip_id": 7}])
def test_a_task_of_somebody_else_is_told(changes: dict[str, Any]) -> None:
    with pytest.raises(DataError, match="is no window of a clip"):
        convert.window(task()["data"] | changes)


@pytest.mark.parametrize("window", [Window(clip_id="x", first=0, last=1), Window(clip_id="real:sign", first=2, last=4)])
def test_a_window_of_another_clip_is_refused(window: Window) -> None:
    with pytest.raises(DataError, match="is no part of clip real:sign with 4 frames"):
        convert.answer([], window, signs.clip(), count())
