"""COCO and YouTube-VIS JSON: every kind of segmentation, the keys of our exporters, and files that cannot be right."""

import copy
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pycocotools import mask as coco

from benchmarks.datasets.reader import UnusableError
from sts import masks
from sts.errors import DataError
from tests.benchmarks.datasets.conftest import (
    HEIGHT,
    WIDTH,
    box,
    clips,
    only,
    photo,
    pixels,
    region,
    union,
    with_bytes,
    write,
)

SIZE = [HEIGHT, WIDTH]


def plain(mask: Any) -> dict[str, Any]:
    return {"size": SIZE, "counts": list(masks.encode(np.ascontiguousarray(mask)).counts)}


def packed(mask: Any) -> dict[str, Any]:
    found = coco.frPyObjects(plain(mask), *SIZE)
    return {"size": SIZE, "counts": found["counts"].decode()}


def images(strokes: Any) -> dict[str, Any]:
    left = strokes & (np.arange(WIDTH) < 18)
    return {
        "licenses": [{"id": 4, "url": "http://creativecommons.org/licenses/by/2.0/", "name": "Attribution License"}],
        "categories": [{"id": 1, "name": "word"}, {"id": 2, "name": "line"}],
        "images": [{"id": 7, "file_name": "x/a.jpg", "width": WIDTH, "height": HEIGHT, "license": 4}],
        "annotations": [
            {"id": 1, "image_id": 7, "category_id": 1, "iscrowd": 0, "segmentation": packed(left), "text": "Käse"},
            {"id": 2, "image_id": 7, "category_id": 1, "iscrowd": 0, "segmentation": plain(strokes & ~left)},
            {"id": 900100448263, "image_id": 7, "category_id": 1, "iscrowd": 1, "segmentation": plain(~strokes)},
            {"id": 4, "image_id": 7, "category_id": 2, "iscrowd": 0, "segmentation": [box(1, 1, 35, 22)]},
        ],
    }


def test_coco_masks_are_exact_and_crowds_are_ignored(tmp_path: Path, strokes: Any) -> None:
    write(tmp_path / "annotations" / "set.json", images(strokes))
    write(tmp_path / "annotations" / "captions.json", {"info": {}})
    data = photo(tmp_path / "train" / "x" / "a.jpg")
    clip, stored = with_bytes(tmp_path, "coco")
    assert (clip.clip_id, clip.origin.license, stored) == ("x/a", "CC-BY-2.0", (data,))
    assert (union(clip) == strokes).all()
    assert (region(clip) == ~strokes).all()
    first = clip.frames[0].instances[0]
    assert (first.text, pixels(first).sum()) == ("Käse", (strokes[:, :18]).sum())
    (line,) = (one for one in clip.frames[0].instances if one.level == "line")
    assert (line.mask, line.polygon) == (None, ((1, 1), (35, 1), (35, 22), (1, 22)))
    assert len({one.track_id for one in clip.frames[0].instances}) == len(clip.frames[0].instances)


def test_images_of_one_clip_become_one_clip(tmp_path: Path, strokes: Any) -> None:
    table = images(strokes)
    extra = {"clip_id": "synth-1", "frame": 3, "time_s": 0.25}
    table["images"] = [
        {**table["images"][0], "id": 8, **extra},
        {**table["images"][0], "clip_id": "synth-1", "frame": 2, "time_s": 0.0},
    ]
    table["annotations"] = [
        {"id": 1, "image_id": 8, "category_id": 1, "segmentation": packed(strokes), "iscrowd": 1, "track_id": 5}
        | {"polygon": box(2, 3, 33, 22), "parent_id": 6, "script": "Latn", "legible": False, "score": 0.5}
    ]
    write(tmp_path / "a.json", table)
    clip = only(tmp_path, "coco")
    assert (clip.clip_id, clip.fps, [(frame.index, frame.time_s) for frame in clip.frames]) == (
        "synth-1",
        Fraction(4),
        [(2, 0), (3, 0.25)],
    )
    (one,) = clip.frames[1].instances
    assert (one.track_id, one.parent_id, one.script, one.legible, one.ignore, one.score) == (
        5,
        6,
        "Latn",
        False,
        True,
        0.5,
    )
    assert (pixels(one) == strokes).all()


def damaged(strokes: Any, **changes: Any) -> dict[str, Any]:
    table = copy.deepcopy(images(strokes))
    for where, value in changes.items():
        member, _, key = where.partition("__")
        table[member][0][key] = value
    return table


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"images__file_name": "../../etc/a.jpg"}, "not a path below"),
        ({"images__file_name": 7}, "names the file 7"),
        ({"annotations__image_id": 99}, "annotations of 1 images that it does not list, such as 99"),
        ({"images__width": "wide"}, "height and width"),
        ({"images__width": WIDTH + 1}, "segmentation cannot be read"),
        ({"annotations__segmentation": [[1, 2, 3]]}, "annotation 1: a segmentation cannot be read"),
        ({"annotations__track_id": "x"}, "ValueError"),
    ],
)
def test_tables_that_cannot_be_right_are_one_line(tmp_path: Path, strokes: Any, changes: Any, said: str) -> None:
    write(tmp_path / "a.json", damaged(strokes, **changes))
    with pytest.raises(DataError, match=said) as error:
        clips(tmp_path, "coco")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("text", ['{"images": [], "annotations": [{"a": NaN}]}', '{"images": [', "[1", '{"images": 1}'])
def test_json_with_nan_or_cut_off_is_an_error(tmp_path: Path, text: str) -> None:
    write(tmp_path / "a.json", text)
    with pytest.raises(DataError, match="no JSON"):
        clips(tmp_path, "coco")


def test_a_missing_picture_leaves_the_clip_out(tmp_path: Path, strokes: Any) -> None:
    write(tmp_path / "a.json", images(strokes))
    photo(tmp_path / "images" / "other.jpg")
    with pytest.raises(UnusableError) as error:
        clips(tmp_path, "coco")
    assert error.value.reason == "no picture/0"


def films(strokes: Any) -> dict[str, Any]:
    names = ["v1/00000.jpg", "v1/00005.jpg", "v1/00010.jpg"]
    return {
        "categories": [{"id": 1, "name": "dog"}],
        "videos": [{"id": 3, "width": WIDTH, "height": HEIGHT, "file_names": names, "length": 3}],
        "annotations": [
            {"id": 1, "video_id": 3, "category_id": 1, "segmentations": [packed(strokes), None, plain(strokes)]},
            {"id": 2, "video_id": 3, "category_id": 1, "segmentations": [None, [box(3, 3, 9, 9)], None]},
        ],
    }


def test_youtubevis_null_is_a_track_that_is_not_seen(tmp_path: Path, strokes: Any) -> None:
    write(tmp_path / "instances.json", films(strokes))
    clip = only(tmp_path, "youtubevis")
    assert (clip.clip_id, clip.fps) == ("v1", Fraction(6))
    assert [[one.track_id for one in frame.instances] for frame in clip.frames] == [[1], [2], [1]]
    assert [frame.index for frame in clip.frames] == [0, 5, 10]
    assert (union(clip, 2) == strokes).all()
    assert union(clip, 1).sum() == 36


def test_youtubevis_of_our_exporter_has_times_ids_and_what_is_ignored(tmp_path: Path, strokes: Any) -> None:
    table = films(strokes)
    table["videos"][0] |= {"clip_id": "synth-0", "fps": "30000/1001", "frames": [0, 1, 2], "times_s": [0.0, 0.04, 0.07]}
    table["annotations"][0] |= {
        "track_id": 9,
        "text": "HI",
        "legible": [True, None, False],
        "ignored": [False, None, True],
    }
    write(tmp_path / "a.json", table)
    clip = only(tmp_path, "youtubevis")
    assert (clip.clip_id, clip.fps, clip.frames[2].time_s) == ("synth-0", Fraction(30000, 1001), 0.07)
    first, last = clip.frames[0].instances[0], clip.frames[2].instances[0]
    assert (first.track_id, first.text, first.legible, first.ignore) == (9, "HI", True, False)
    assert (last.track_id, last.legible, last.ignore) == (9, False, True)
