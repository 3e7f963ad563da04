"""Readers of pictures with labels, on files in the published layouts: every stroke, word and region comes through."""

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

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
    read,
    region,
    save,
    union,
    white,
    with_bytes,
    words,
    write,
)
from tests.benchmarks.datasets.test_matlab import mat

LEFT, RIGHT = box(2, 3, 16, 15), box(20, 10, 33, 22)


def totaltext(root: Path, strokes: Any) -> bytes:
    save(root / "groundtruth_pixel" / "Test" / "img1.jpg", white(strokes), quality=90)
    return photo(root / "Images" / "Test" / "img1.jpg")


def record(numbers: list[int], text: str) -> str:
    xs, ys = " ".join(map(str, numbers[0::2])), "\n ".join(map(str, numbers[1::2]))
    return f"x: [[{xs}]], y: [[{ys}]], ornt: [u'c'], transcriptions: [u{text!r}]\n"


def test_totaltext_without_polygons_is_one_text_with_the_bytes_of_the_picture(tmp_path: Path, strokes: Any) -> None:
    data = totaltext(tmp_path, strokes)
    clip, stored = with_bytes(tmp_path, "totaltext")
    assert clip.clip_id == "totaltext-test-img1"
    assert [one.level for one in clip.frames[0].instances] == ["text"]
    assert (union(clip) == strokes).all()
    assert stored == (data,)


@pytest.mark.parametrize("kind", ["txt", "mat"])
def test_totaltext_words_have_their_strokes_and_all_strokes_count(tmp_path: Path, strokes: Any, kind: str) -> None:
    totaltext(tmp_path, strokes)
    folder = tmp_path / "Groundtruth" / "Polygon" / "Test"
    if kind == "txt":
        write(folder / "poly_gt_img1.txt", record(LEFT, "Joe's] x: 1") + record(RIGHT, "#"))
    else:
        folder.mkdir(parents=True)
        rows = [["x:", a[0::2], "y:", a[1::2], text, "c"] for a, text in ((LEFT, "Joe's] x: 1"), (RIGHT, "#"))]
        (folder / "poly_gt_img1.mat").write_bytes(mat(rows))
    clip = only(tmp_path, "totaltext")
    first, second = clip.frames[0].instances
    assert (first.text, first.legible, second.text, second.legible) == ("Joe's] x: 1", True, None, False)
    assert not region(clip).any()
    assert (union(clip) == strokes).all()
    assert (pixels(first) == strokes & (np.arange(WIDTH) < 18)).all()


@pytest.mark.parametrize(
    "text", ["x: [[1 2 3]], y: [[1 2]], ornt: [u'c'], transcriptions: [u'a']", "x: [[1 2 3]] nothing"]
)
def test_totaltext_words_that_cannot_be_read_leave_the_picture_out(tmp_path: Path, strokes: Any, text: str) -> None:
    totaltext(tmp_path, strokes)
    write(tmp_path / "Polygon" / "Test" / "poly_gt_img1.txt", text)
    with pytest.raises(UnusableError) as error:
        only(tmp_path, "totaltext")
    assert error.value.reason == "labels cannot be read"


def test_masks_without_pictures_are_a_layer_of_labels(tmp_path: Path, strokes: Any) -> None:
    save(tmp_path / "groundtruth_pixel" / "Test" / "img1.png", strokes)
    ((_, loaded),) = read(tmp_path, "totaltext")
    assert not isinstance(loaded, tuple)
    assert (union(loaded) == strokes).all()


def semantic(strokes: Any) -> Any:
    values = np.where(strokes, 100, 0).astype(np.uint8)
    values[1:3, 2:16] = 200
    values[18:22, 2:12] = 255
    values[19:21, 5:8] = 0
    return values


@pytest.mark.parametrize("name", ["textseg", "bts"])
def test_textseg_has_words_effects_characters_and_regions_to_ignore(tmp_path: Path, strokes: Any, name: str) -> None:
    values = semantic(strokes)
    folder = {"textseg": "annotation", "bts": "bpoly_label"}[name]
    photo(tmp_path / "image" / "a1.jpg")
    save(tmp_path / "semantic_label" / "a1_maskfg.png", values)
    letter = {"0": {"text": "H", "bbox": [[2, 3], [9, 3], [9, 15], [2, 15]], "mask_value": 1}}
    table = {"0": {"text": "HI", "bbox": LEFT, "char": letter}, "1": {"text": "#", "bbox": RIGHT, "char": {}}}
    write(tmp_path / folder / "a1_anno.json", table)
    clip = only(tmp_path, name)
    assert (union(clip) == strokes).all()
    assert (region(clip) == (values == 255)).all()
    first, second = words(clip.frames[0])
    assert (first.text, second.text, second.legible) == ("HI", None, False)
    assert first.effect_mask is not None
    assert (masks.decode(first.effect_mask) == (values == 200)).all()
    (character,) = words(clip.frames[0], "char")
    assert (character.text, character.parent_id) == ("H", first.track_id)


def test_textseg_as_hisam_orders_it_has_the_strokes_alone(tmp_path: Path, strokes: Any) -> None:
    photo(tmp_path / "val_images" / "a1.jpg")
    save(tmp_path / "val_gt" / "a1.png", semantic(strokes))
    clip = only(tmp_path, "textseg")
    assert clip.clip_id == "textseg-val-a1"
    assert [one.level for one in clip.frames[0].instances][:1] == ["text"]
    assert (union(clip) == strokes).all()


def test_a_white_mask_is_text_in_bts_and_ignored_in_textseg(tmp_path: Path, strokes: Any) -> None:
    photo(tmp_path / "image" / "a1.jpg")
    save(tmp_path / "semantic_label" / "a1_maskfg.png", white(strokes))
    assert (union(only(tmp_path, "bts")) == strokes).all()
    assert (region(only(tmp_path, "textseg")) == strokes).all()


def test_values_without_a_meaning_are_refused(tmp_path: Path) -> None:
    photo(tmp_path / "image" / "a1.jpg")
    save(tmp_path / "semantic_label" / "a1_maskfg.png", np.full((HEIGHT, WIDTH), 99, np.uint8))
    with pytest.raises(UnusableError, match=r"values \[99\]"):
        only(tmp_path, "textseg")


def points(numbers: list[int]) -> list[list[int]]:
    return [list(point) for point in zip(numbers[0::2], numbers[1::2], strict=True)]


def hiertext(root: Path, strokes: Any, *, packed: bool) -> None:
    word = {"vertices": points(LEFT), "text": "HI", "legible": True, "handwritten": False, "vertical": False}
    blur = {"vertices": points(RIGHT), "text": "", "legible": False}
    line = {"vertices": points(box(2, 3, 33, 22)), "text": "HI", "legible": False, "words": [word, blur]}
    paragraph = {"vertices": points(box(1, 2, 34, 23)), "legible": True, "lines": [line]}
    empty: dict[str, Any] = {"image_id": "b", "image_width": WIDTH, "image_height": HEIGHT, "paragraphs": []}
    full = {**empty, "image_id": "a", "paragraphs": [paragraph]}
    data = json.dumps({"info": {"date": "x"}, "annotations": [full, empty]}, indent=1).encode()
    path = root / "gt" / ("validation.jsonl" + ".gz" * packed)
    path.parent.mkdir(parents=True)
    path.write_bytes(gzip.compress(data) if packed else data)
    for name in "ab":
        photo(root / "validation" / f"{name}.jpg")
    save(root / "validation_gt" / "a.png", white(strokes))


@pytest.mark.parametrize("packed", [True, False])
def test_hiertext_has_the_tree_and_the_strokes(tmp_path: Path, strokes: Any, packed: bool) -> None:
    hiertext(tmp_path, strokes, packed=packed)
    clip, empty = clips(tmp_path, "hiertext")
    assert (clip.clip_id, empty.frames[0].instances) == ("hiertext-val-a", ())
    word, blur = words(clip.frames[0])
    (line,), (paragraph,) = words(clip.frames[0], "line"), words(clip.frames[0], "paragraph")
    assert (word.parent_id, blur.parent_id, line.parent_id) == (line.track_id, line.track_id, paragraph.track_id)
    assert (word.text, blur.text, blur.legible, blur.ignore, line.legible) == ("HI", None, False, False, False)
    assert (union(clip) == strokes).all()


def test_hiertext_that_is_cut_or_says_nan_is_a_one_line_error(tmp_path: Path, strokes: Any) -> None:
    hiertext(tmp_path, strokes, packed=False)
    write(tmp_path / "card.json", {"not": "records"})
    path = tmp_path / "gt" / "validation.jsonl"
    text = path.read_text()
    for damaged in (text[: len(text) // 2], text.replace('"image_width": 40', '"image_width": NaN'), "[]"):
        path.write_text(damaged + " " * (len(damaged) % 7))
        with pytest.raises(DataError, match="no HierText JSON"):
            clips(tmp_path, "hiertext")
