"""Folders of frames: numbers keep their holes, times come from file names, masks their pixels."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.datasets.reader import UnusableError
from sts.errors import DataError
from tests.benchmarks.datasets.conftest import (
    HEIGHT,
    WIDTH,
    clips,
    only,
    palette,
    photo,
    pixels,
    region,
    save,
    with_bytes,
    write,
)


def numbers(strokes: Any, left: int = 2, right: int = 7) -> Any:
    return np.where(strokes, np.where(np.arange(WIDTH) < 18, left, right), 0)


def film(root: Path, strokes: Any, frames: tuple[int, ...] = (0, 1, 2), size: str = "480p") -> list[bytes]:
    """Two objects, 2 and 7; the second frame has void, the third no 7."""
    data = []
    for i, frame in enumerate(frames):
        values = numbers(strokes)
        if i == 1:
            values[22:] = 255
        if i == 2:
            values[values == 7] = 0
        palette(root / "Annotations" / size / "bear" / f"{frame:05d}.png", values)
        data.append(photo(root / "JPEGImages" / size / "bear" / f"{frame:05d}.jpg"))
    return data


def test_davis_numbers_are_track_ids_and_255_is_ignored(tmp_path: Path, strokes: Any) -> None:
    data = film(tmp_path, strokes)
    clip, stored = with_bytes(tmp_path, "davis")
    assert (clip.clip_id, clip.fps, stored) == ("bear", Fraction(24), tuple(data))
    assert [frame.time_s for frame in clip.frames] == [0, 1 / 24, 2 / 24]
    assert [[one.track_id for one in frame.instances if not one.ignore] for frame in clip.frames] == [
        [2, 7],
        [2, 7],
        [2],
    ]
    for one in clip.frames[0].instances:
        assert (pixels(one) == (numbers(strokes) == one.track_id)).all()
    assert (region(clip, 1) == (np.arange(HEIGHT) >= 22)[:, None]).all()
    assert not region(clip, 0).any()


def test_a_clip_of_white_alone_is_one_object_as_in_davis_2016(tmp_path: Path, strokes: Any) -> None:
    for i in range(2):
        save(tmp_path / "Annotations" / "bear" / f"{i:05d}.png", np.where(strokes, 255, 0).astype(np.uint8))
    clip = only(tmp_path, "davis")
    assert [(one.track_id, one.ignore) for one in clip.frames[1].instances] == [(1, False)]


def test_frames_without_masks_are_not_labelled(tmp_path: Path, strokes: Any) -> None:
    film(tmp_path, strokes)
    (tmp_path / "Annotations" / "480p" / "bear" / "00001.png").unlink()
    clip = only(tmp_path, "davis")
    assert [frame.labelled for frame in clip.frames] == [True, False, True]


def test_predictions_without_pictures_are_read_from_the_folder_of_clips(tmp_path: Path, strokes: Any) -> None:
    palette(tmp_path / "bear" / "00004.png", numbers(strokes))
    palette(tmp_path / "cow" / "00000.png", numbers(strokes, 1, 200))
    found = clips(tmp_path, "davis")
    assert [(clip.clip_id, clip.frames[0].index, clip.frames[0].labelled) for clip in found] == [
        ("bear", 4, True),
        ("cow", 0, True),
    ]
    assert [one.track_id for one in found[1].frames[0].instances] == [1, 200]


def test_youtubevos_counts_frames_at_30_a_second_and_knows_no_void(tmp_path: Path, strokes: Any) -> None:
    for frame in (5, 10, 15):
        palette(tmp_path / "Annotations" / "0043f" / f"{frame:05d}.png", numbers(strokes, 255, 3))
        photo(tmp_path / "JPEGImages" / "0043f" / f"{frame:05d}.jpg")
    write(tmp_path / "meta.json", {"videos": {"0043f": {"objects": {"3": {"category": "dog", "frames": ["00005"]}}}}})
    clip = only(tmp_path, "youtubevos")
    assert clip.fps == Fraction(6)
    assert [(frame.index, frame.time_s) for frame in clip.frames] == [(5, 0), (10, 5 / 30), (15, 10 / 30)]
    assert [(one.track_id, one.ignore) for one in clip.frames[0].instances] == [(3, False), (255, False)]


def test_meta_json_of_our_exporters_gives_ids_words_and_what_is_ignored(tmp_path: Path, strokes: Any) -> None:
    palette(tmp_path / "Annotations" / "a%2Fb" / "00000.png", numbers(strokes))
    objects = {"2": {"category": "word", "track_id": 70, "text": "HI", "ignored": []}, "7": {"ignored": ["00000"]}}
    write(tmp_path / "meta.json", {"videos": {"a%2Fb": {"objects": objects}}})
    clip = only(tmp_path, "youtubevos")
    assert clip.clip_id == "a/b"
    assert [(one.track_id, one.text, one.ignore) for one in clip.frames[0].instances] == [
        (70, "HI", False),
        (7, None, True),
    ]


@pytest.mark.parametrize(
    "meta", ['{"videos": {"bear": {"objects": 7}}}', '{"videos": {"bear": {"objects": {"x": {}}}}}']
)
def test_meta_json_of_another_form_leaves_the_clip_out(tmp_path: Path, strokes: Any, meta: str) -> None:
    film(tmp_path, strokes)
    write(tmp_path / "meta.json", meta)
    with pytest.raises(UnusableError, match=r"meta\.json"):
        only(tmp_path, "davis")


def test_meta_json_with_nan_is_an_error(tmp_path: Path, strokes: Any) -> None:
    film(tmp_path, strokes)
    write(tmp_path / "meta.json", '{"videos": NaN}')
    with pytest.raises(DataError, match="NaN"):
        only(tmp_path, "davis")


def test_sav_objects_may_overlap_and_masks_come_every_fourth_frame(tmp_path: Path, strokes: Any) -> None:
    for frame in range(5):
        photo(tmp_path / "JPEGImages_24fps" / "sav_1" / f"{frame:05d}.jpg")
    wide = strokes | (np.arange(WIDTH) < 9)
    for frame in (0, 4):
        save(tmp_path / "Annotations_6fps" / "sav_1" / "000" / f"{frame:05d}.png", strokes)
        save(
            tmp_path / "Annotations_6fps" / "sav_1" / "012" / f"{frame:05d}.png", wide if frame else np.zeros_like(wide)
        )
    clip = only(tmp_path, "sav")
    assert [frame.labelled for frame in clip.frames] == [True, False, False, False, True]
    assert [one.track_id for one in clip.frames[0].instances] == [0]
    first, second = clip.frames[4].instances
    assert (first.track_id, second.track_id) == (0, 12)
    assert (pixels(first) == strokes).all()
    assert (pixels(second) == wide).all()
    assert clip.fps == 24


@pytest.mark.parametrize("mode", ["RGBA", "RGB"])
def test_a_mask_in_colours_is_refused(tmp_path: Path, strokes: Any, mode: str) -> None:
    film(tmp_path, strokes)
    colours = np.zeros((HEIGHT, WIDTH, len(mode)), np.uint8)
    colours[strokes] = 200
    colours[..., 0] //= 3
    save(tmp_path / "Annotations" / "480p" / "bear" / "00001.png", colours)
    with pytest.raises(UnusableError, match=r"00001\.png"):
        only(tmp_path, "davis")


def test_frames_of_two_sizes_and_two_resolutions_are_refused(tmp_path: Path, strokes: Any) -> None:
    film(tmp_path, strokes)
    photo(tmp_path / "JPEGImages" / "480p" / "bear" / "00002.jpg", HEIGHT + 1)
    with pytest.raises(UnusableError, match="pictures and masks of"):
        only(tmp_path, "davis")
    film(tmp_path, strokes, size="Full-Resolution")
    with pytest.raises(DataError, match="load them apart"):
        clips(tmp_path, "davis")
