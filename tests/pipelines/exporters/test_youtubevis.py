"""YouTube-VIS: the layout that its API reads, masks decoded by pycocotools."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pycocotools import mask as tools

from sts import masks

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.fixture
def read(export_of: Callable[..., Path], pairs: Any) -> Any:
    out = export_of("youtubevis", pairs)
    table = json.loads((out / "annotations.json").read_text(encoding="utf-8"))
    for video in table["videos"]:
        assert all((out / "JPEGImages" / name).is_file() for name in video["file_names"])
    return table


def test_every_mask_bit_id_and_transcript_comes_back(read: Any, pairs: Any) -> None:
    clip = pairs[0][0]
    video = next(one for one in read["videos"] if one["clip_id"] == clip.clip_id)
    tracks = {one["track_id"]: one for one in read["annotations"] if one["video_id"] == video["id"]}
    assert sorted(tracks) == [3, 4, 5, 9, 300]
    for at, index in enumerate(video["frames"]):
        there = {one.track_id: one for one in clip.frames[index].instances}
        for track_id, track in tracks.items():
            one = there.get(track_id)
            if one is None:
                assert (track["segmentations"][at], track["bboxes"][at], track["areas"][at]) == (None, None, None)
            else:
                assert (tools.decode(track["segmentations"][at]).astype(bool) == masks.decode(one.mask)).all()
                assert track["areas"][at] == masks.area(one.mask)
                assert (track["ignored"][at], track["legible"][at]) == (one.ignore, one.legible)
                assert track["text"] == one.text


def test_a_video_has_the_keys_of_the_format_and_one_entry_a_labelled_frame(read: Any) -> None:
    video = next(one for one in read["videos"] if one["clip_id"] == "synth-0-000001")
    assert (video["length"], video["frames"], video["fps"]) == (2, [0, 2], "30000/1001")
    assert video["file_names"] == ["synth-0-000001/00000.jpg", "synth-0-000001/00002.jpg"]
    assert {len(one[key]) for one in read["annotations"] for key in ("segmentations", "bboxes", "areas")} == {1, 2}
    assert min(one["id"] for one in read["annotations"]) == min(one["id"] for one in read["videos"]) == 1


def test_a_track_is_a_crowd_only_where_all_of_it_is_ignored(export_of: Callable[..., Path], pairs: Any) -> None:
    (clip, data), other = pairs
    frames = tuple(
        replace(frame, instances=tuple(one for one in frame.instances if one.track_id == 5)) for frame in clip.frames
    )
    both = (replace(clip, frames=frames), data), (replace(clip, clip_id="all", frames=frames[:1]), data[:1]), other
    table = json.loads((export_of("youtubevis", both) / "annotations.json").read_text(encoding="utf-8"))
    assert [(one["ignored"], one["iscrowd"]) for one in table["annotations"]][:2] == [([True, False], 0), ([True], 1)]


def test_lines_characters_words_without_mask_and_hidden_words_are_lost(read: Any) -> None:
    assert not {1, 2, 6, 7, 8, 10} & {one["track_id"] for one in read["annotations"] if one["video_id"] == 1}
    assert not {"polygon", "script", "parent_id", "effect_mask"} & set(read["annotations"][0])
