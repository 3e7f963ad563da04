"""HierText: one JSON object in a file called .jsonl, and stroke masks beside it."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from pipelines.exporters import content
from sts import masks
from sts.types import TextInstance

FIRST = "synth-0-000001-00000"


@pytest.fixture
def out(export_of: Callable[..., Path], pairs: Any) -> Path:
    return export_of("hiertext", pairs)


def record(out: Path, image_id: str = FIRST) -> dict[str, Any]:
    table = json.loads((out / "gt" / "train.jsonl").read_text(encoding="utf-8"))
    return next(one for one in table["annotations"] if one["image_id"] == image_id)


def test_words_stand_in_lines_in_paragraphs_with_their_transcripts(out: Path) -> None:
    paragraph = record(out)["paragraphs"][0]
    assert paragraph["vertices"] == [[2, 2], [60, 2], [60, 18], [2, 18]]
    line = paragraph["lines"][0]
    assert (line["text"], line["legible"]) == ("Käse שלום", True)
    assert [(one["text"], one["legible"]) for one in line["words"]] == [("Käse", True), ("שלום", True)]
    assert set(line["words"][0]) == {"vertices", "text", "legible", "handwritten", "vertical"}


def test_what_has_no_line_or_paragraph_stands_for_it(out: Path) -> None:
    """The evaluator asks for three levels; a line without words stays, as its region is text."""
    others = record(out)["paragraphs"][1:]
    said = [[(line["text"], [one["text"] for one in line["words"]]) for line in one["lines"]] for one in others]
    assert said == [[("", [])], [("", [""])], [("box & <only>", ["box & <only>"])]]
    assert all(one["vertices"] == one["lines"][0]["vertices"] for one in others)


def test_ignored_and_illegible_words_are_not_legible_and_have_no_text(out: Path) -> None:
    tiny = record(out)["paragraphs"][2]
    assert (tiny["legible"], tiny["lines"][0]["legible"], tiny["lines"][0]["words"][0]["legible"]) == (False,) * 3
    later = [line["words"][0] for one in record(out, "synth-0-000001-00002")["paragraphs"] for line in one["lines"]]
    assert [(one["text"], one["legible"]) for one in later] == [("", False), ("नमस्ते", True), ("tiny", True)]


def test_the_strokes_of_what_counts_come_back_as_a_union(out: Path, pairs: Any) -> None:
    for clip, _ in pairs:
        for frame in (one for one in clip.frames if one.labelled):
            counted = [one.mask for one in frame.instances if one.mask and not one.ignore]
            with Image.open(out / "train_gt" / f"{content.image_name(clip, frame)}.png") as image:
                assert image.mode == "L"
                found = np.array(image)
            assert (found == 255 * masks.decode(masks.union(counted)).astype(np.uint8)).all()


def test_vertices_are_whole_numbers_that_opencv_fills(out: Path) -> None:
    """The evaluator gives them to fillPoly as they are."""
    entry = record(out, "synth-0-000001-00002")
    for paragraph in entry["paragraphs"]:
        for vertices in (paragraph["vertices"], paragraph["lines"][0]["words"][0]["vertices"]):
            canvas = np.zeros((entry["image_height"], entry["image_width"]), np.float32)
            assert cv2.fillPoly(canvas, [np.array(vertices, np.int32)], [1.0]).sum() > 0
            assert all(type(value) is int for point in vertices for value in point)


def test_ids_characters_script_and_which_word_has_which_stroke_are_lost(out: Path) -> None:
    text = (out / "gt" / "train.jsonl").read_text(encoding="utf-8")
    assert not [word for word in ("track_id", "Latn", "counts", "hidden", '"K"') if word in text]
    assert text.count('"image_id"') == 3
    assert sorted(path.stem for path in (out / "train").iterdir()) == sorted(
        [FIRST, "synth-0-000001-00002", "real%2F%C3%A9t%C3%A9%2Emp4%20%232-00000"]
    )


def test_a_hidden_line_is_left_out_and_a_loop_of_parents_ends(
    pairs: Any, piece_of: Callable[..., TextInstance]
) -> None:
    frame = pairs[1][0].frames[0]
    corners = ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0))
    nothing = masks.empty(40, 72)
    hidden = (piece_of(2, "line", corners), piece_of(1, "word", corners, parent_id=2, mask=nothing))
    assert content.regions(replace(frame, instances=hidden)) == ()
    loop = (piece_of(2, "line", corners, parent_id=3), piece_of(3, "paragraph", corners, parent_id=2))
    assert content.regions(replace(frame, instances=(*loop, piece_of(1, "word", corners, parent_id=2)))) == loop
