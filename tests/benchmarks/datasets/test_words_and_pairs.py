"""ICDAR, SCUT-EnsText, COCO_TS, MLT_S and plain folders, on files in the published layouts."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.datasets.reader import UnusableError
from tests.benchmarks.datasets.conftest import (
    HEIGHT,
    WIDTH,
    box,
    only,
    palette,
    photo,
    pixels,
    read,
    region,
    save,
    union,
    white,
    words,
    write,
)

LEFT, RIGHT = box(2, 3, 16, 15), box(20, 10, 33, 22)


def test_icdar13_characters_of_a_word_give_its_strokes_and_other_colours_are_ignored(tmp_path: Path) -> None:
    colours = np.full((HEIGHT, WIDTH, 3), 255, np.uint8)
    areas = {
        (255, 0, 0): (4, 8, 3, 6),
        (0, 0, 255): (4, 8, 9, 12),
        (0, 9, 0): (12, 15, 3, 9),
        (1, 2, 3): (18, 20, 20, 30),
    }
    for colour, (top, bottom, left, right) in areas.items():
        colours[top:bottom, left:right] = colour
    name = "Challenge2_Test_Task2_GT/100_GT"
    save(tmp_path / f"{name}.bmp", colours)
    photo(tmp_path / "Challenge2_Test_Task12_Images" / "100.jpg")
    lines = '255 0 0 4 6 3 4 6 8 "A"\r\n0 0 255 10 6 9 4 12 8 """\r\n\r\n\r\n#0 9 0 6 13 3 12 9 15 "C"\r\n'
    write(tmp_path / f"{name}.txt", lines, "utf-8-sig")
    clip = only(tmp_path, "icdar13seg")
    assert clip.clip_id == "icdar13seg-test-100"
    (word,) = words(clip.frames[0])
    assert word.text == 'A"'
    assert [one.text for one in words(clip.frames[0], "char")] == ["A", '"']
    assert (union(clip) == (colours[..., 1] == 0) & (colours[..., 0] != 1)).all()
    assert (region(clip) == np.isin(colours[..., 1], (9, 2))).all()


def test_icdar15_words_may_hold_commas_and_three_hashes_are_ignored(tmp_path: Path) -> None:
    photo(tmp_path / "ch4_training_images" / "img_1.jpg")
    text = f"{','.join(map(str, LEFT))},a, b\r\n{','.join(map(str, RIGHT))},###\r\n"
    write(tmp_path / "ch4_training_localization_transcription_gt" / "gt_img_1.txt", text, "utf-8-sig")
    clip = only(tmp_path, "icdar15")
    first, second = clip.frames[0].instances
    assert (first.text, first.ignore, second.text, second.ignore) == ("a, b", False, None, True)
    assert first.mask is None
    assert first.polygon == ((2, 3), (16, 3), (16, 15), (2, 15))


@pytest.mark.parametrize("line", ["1,2,3,4,5,6,7", "1,2,3,4,5,6,7,x,word", "1,2,3,4,5,6,7,nan,word"])
def test_a_line_that_is_no_word_leaves_the_picture_out(tmp_path: Path, line: str) -> None:
    photo(tmp_path / "ch4_test_images" / "img_1.jpg")
    write(tmp_path / "Challenge4_Test_Task1_GT" / "gt_img_1.txt", line)
    with pytest.raises(UnusableError, match=r"gt_img_1\.txt:1"):
        only(tmp_path, "icdar15")


def test_scut_enstext_has_polygons_of_any_number_of_points(tmp_path: Path) -> None:
    photo(tmp_path / "train" / "all_images" / "7.jpg")
    photo(tmp_path / "train" / "all_labels" / "7.jpg")
    write(tmp_path / "train" / "all_gts" / "7.txt", "2,3,16,3,16,15,9,17,2,15\n" + ",".join(map(str, RIGHT)) + "\n")
    clip = only(tmp_path, "scutenstext")
    assert (clip.clip_id, [len(one.polygon) for one in clip.frames[0].instances]) == ("scutenstext-train-7", [5, 4])


def three(strokes: Any) -> Any:
    values = strokes.astype(np.uint8)
    values[7:10, 6:11] = 255
    return values


def test_cocots_ignores_what_is_uncertain_and_reads_pictures_with_masks_alone(tmp_path: Path, strokes: Any) -> None:
    for name in "ab":
        photo(tmp_path / "train2014" / f"COCO_train2014_{name}.jpg")
    palette(tmp_path / "COCO_TS_labels" / "COCO_train2014_a.png", three(strokes))
    clip = only(tmp_path, "cocots")
    assert (union(clip) == strokes).all()
    assert (region(clip) == (three(strokes) == 255)).all()


def test_mlts_has_words_with_scripts(tmp_path: Path, strokes: Any) -> None:
    photo(tmp_path / "ch8_training_images_3" / "img_9.jpg")
    save(tmp_path / "MLT_S_labels" / "training_labels" / "img_9.png", three(strokes))
    text = f"{','.join(map(str, LEFT))},Arabic,عام\n{','.join(map(str, RIGHT))},None,###\n"
    write(tmp_path / "ch8_training_localization_transcription_gt_v2" / "gt_img_9.txt", text, "utf-8-sig")
    clip = only(tmp_path, "mlts")
    first, second = words(clip.frames[0])
    assert (first.text, first.script, second.script, second.legible) == ("عام", "Arab", None, False)
    assert (union(clip) == strokes).all()
    assert (region(clip) == (three(strokes) == 255)).all()


@pytest.mark.parametrize("beside", [True, False])
def test_a_folder_of_pictures_and_masks(tmp_path: Path, strokes: Any, beside: bool) -> None:
    picture, mask = ("a.jpg", "a_mask.png") if beside else ("images/a.jpg", "masks/a.png")
    photo(tmp_path / picture)
    save(tmp_path / mask, strokes)
    clip = only(tmp_path, "folder")
    assert (clip.clip_id, [one.level for one in clip.frames[0].instances]) == ("a", ["text"])
    assert (union(clip) == strokes).all()


def test_a_palette_in_a_folder_holds_words_by_number_with_holes(tmp_path: Path, strokes: Any) -> None:
    numbers = np.where(strokes, np.where(np.arange(WIDTH) < 18, 9, 4), 0)
    numbers[22:, :] = 255
    photo(tmp_path / "images" / "a.jpg")
    palette(tmp_path / "masks" / "a.png", numbers)
    clip = only(tmp_path, "folder")
    assert {one.track_id: int(pixels(one).sum()) for one in words(clip.frames[0])} == {
        4: (numbers == 4).sum(),
        9: (numbers == 9).sum(),
    }
    assert (region(clip) == (numbers == 255)).all()


def test_a_palette_of_0_and_255_is_a_mask_and_not_ignored(tmp_path: Path, strokes: Any) -> None:
    photo(tmp_path / "images" / "a.jpg")
    palette(tmp_path / "masks" / "a.png", white(strokes))
    assert (union(only(tmp_path, "folder")) == strokes).all()


@pytest.mark.parametrize(("mask", "reason"), [("b", "no picture"), ("", "no mask")])
def test_a_mask_without_picture_and_a_picture_without_mask_are_left_out(
    tmp_path: Path, strokes: Any, mask: str, reason: str
) -> None:
    save(tmp_path / "masks" / "a.png", strokes)
    photo(tmp_path / "images" / "a.jpg")
    if mask:
        save(tmp_path / "masks" / f"{mask}.png", strokes)
    else:
        photo(tmp_path / "images" / "b.jpg")
    with pytest.raises(UnusableError) as error:
        read(tmp_path, "folder")
    assert error.value.reason == reason
