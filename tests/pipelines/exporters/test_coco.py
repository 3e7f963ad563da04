"""COCO, read by pycocotools."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pycocotools.coco import COCO

from pipelines.exporters import coco
from sts import masks
from sts.types import Clip, Mask, TextInstance

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.fixture
def read(export_of: Callable[..., Path], pairs: Any) -> COCO:
    return COCO(export_of("coco", pairs) / "annotations.json")


def by_track(read: COCO, clip_id: str, frame: int) -> dict[int, dict[str, Any]]:
    image = next(one for one in read.imgs.values() if (one["clip_id"], one["frame"]) == (clip_id, frame))
    return {one["track_id"]: one for one in read.imgToAnns[image["id"]]}


def test_every_mask_bit_id_category_and_transcript_comes_back(read: COCO, pairs: Any) -> None:
    names = {number: one["name"] for number, one in read.cats.items()}
    compared = 0
    for clip, _ in pairs:
        for frame in (one for one in clip.frames if one.labelled):
            found = by_track(read, clip.clip_id, frame.index)
            for one in frame.instances:
                if one.mask is None or not masks.area(one.mask):
                    continue
                entry = found[one.track_id]
                assert (read.annToMask(entry) == masks.decode(one.mask)).all()
                assert entry["area"] == masks.area(one.mask)
                assert (names[entry["category_id"]], entry["text"], entry["script"]) == (
                    one.level,
                    one.text,
                    one.script,
                )
                assert (entry["parent_id"], entry["legible"], bool(entry["iscrowd"])) == (
                    one.parent_id,
                    one.legible,
                    one.ignore,
                )
                assert tuple(zip(entry["polygon"][::2], entry["polygon"][1::2], strict=True)) == one.polygon
                compared += 1
    assert compared == 8


def test_lines_paragraphs_and_words_without_mask_have_polygons(read: COCO) -> None:
    found = by_track(read, "synth-0-000001", 0)
    assert found[2]["segmentation"] == [[3, 3, 58, 3, 58, 16, 3, 16]]
    assert read.annToMask(found[7]).sum() == 6 * 8
    assert found[1]["bbox"] == [2, 2, 58, 16]


def test_characters_hidden_words_and_unlabelled_frames_are_lost(read: COCO) -> None:
    found = by_track(read, "synth-0-000001", 0)
    assert set(found) == {1, 2, 3, 5, 7, 8, 9, 300}
    assert sorted((one["clip_id"], one["frame"]) for one in read.imgs.values()) == [
        ("real/été.mp4 #2", 0),
        ("synth-0-000001", 0),
        ("synth-0-000001", 2),
    ]
    assert not {"effect_mask", "amodal_mask", "font", "source", "effort"} & set(found[3])


def test_run_lengths_are_compressed_text_and_numbers_start_at_1(read: COCO) -> None:
    """pycocotools takes an annotation with the number 0 for one that was not matched."""
    assert min(read.anns) == min(read.imgs) == 1
    assert all(
        isinstance(one["segmentation"]["counts"], str) for one in read.anns.values() if one["track_id"] in (3, 9)
    )


def test_licences_are_named_once(read: COCO) -> None:
    names = {one["id"]: one["name"] for one in read.dataset["licenses"]}
    assert names == {1: "CC0-1.0", 2: "CC-BY-4.0"}
    assert [names[one["license"]] for one in read.imgs.values()] == ["CC0-1.0", "CC0-1.0", "CC-BY-4.0"]


def test_the_evaluator_gives_1_to_the_truth_and_skips_what_is_ignored(read: COCO) -> None:
    from pycocotools.cocoeval import COCOeval

    words = [
        one for one in read.anns.values() if one["category_id"] == 1 and one["track_id"] != 7 and not one["iscrowd"]
    ]
    keys = ("image_id", "category_id", "segmentation")
    evaluation = COCOeval(
        read, read.loadRes([{key: one[key] for key in keys} | {"score": 1.0} for one in words]), "segm"
    )
    evaluation.params.catIds = [1]
    evaluation.evaluate()
    matched = [one["dtMatches"][0] for one in evaluation.evalImgs if one and one["aRng"] == [0, 1e10]]
    assert sum(int((each > 0).sum()) for each in matched) == len(words) == 6


@pytest.mark.parametrize("counts", [(0, 3, 9), (12,), (0, 12), (3, 0, 4, 2, 3), (11, 1)])
def test_run_lengths_of_any_form_survive(counts: tuple[int, ...]) -> None:
    from pycocotools import mask as tools

    mask = Mask(height=4, width=3, counts=counts)
    packed = coco.compressed(mask)
    assert (tools.decode(packed).astype(bool) == masks.decode(mask)).all()
    assert json.loads(json.dumps(packed)) == packed


def test_a_polygon_that_leaves_the_picture_is_cut_and_one_outside_is_left_out(
    pairs: Any, piece_of: Callable[..., TextInstance]
) -> None:
    clip: Clip = pairs[1][0]
    over = piece_of(1, "line", ((-5.0, -5.0), (10.0, -5.0), (10.0, 10.0), (-5.0, 10.0)))
    outside = piece_of(2, "line", ((-5.0, -5.0), (-1.0, -5.0), (-1.0, -1.0), (-5.0, -1.0)))
    frame = replace(clip.frames[0], instances=(over, outside))
    found = coco.annotations(clip, frame)
    assert [(one["track_id"], one["bbox"], one["area"]) for one in found] == [(1, [0, 0, 10, 10], 100)]
    assert np.allclose(found[0]["polygon"][:2], (-5, -5))
