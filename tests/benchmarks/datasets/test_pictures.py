"""Pictures and masks as foreign datasets have them: every kind is read right or refused with a reason."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from benchmarks.datasets import pictures
from benchmarks.datasets.reader import UnusableError
from sts import jpeg
from tests.benchmarks.datasets.conftest import HEIGHT, WIDTH, decoded, palette, photo, save


def test_a_baseline_jpeg_is_kept_byte_for_byte(tmp_path: Path) -> None:
    data = photo(tmp_path / "a.jpg", quality=80)
    found = pictures.picture(tmp_path / "a.jpg", (HEIGHT, WIDTH))
    assert found.kept
    assert found.data == data


@pytest.mark.parametrize(("name", "options"), [("a.jpg", {"progressive": True}), ("a.png", {}), ("a.bmp", {})])
def test_any_other_picture_becomes_a_jpeg_of_the_same_colours(tmp_path: Path, name: str, options: Any) -> None:
    photo(tmp_path / name, **options)
    found = pictures.picture(tmp_path / name)
    wanted = np.asarray(Image.open(tmp_path / name).convert("RGB"), np.int64)
    assert not found.kept
    assert np.abs(decoded(found.data) - wanted).mean() < 4


def test_sixteen_bits_become_eight_and_alpha_is_dropped(tmp_path: Path) -> None:
    deep = (np.mgrid[:HEIGHT, :WIDTH].sum(axis=0) * 1000).astype(np.uint16)
    cv2.imwrite(str(tmp_path / "deep.png"), deep)
    found = decoded(pictures.picture(tmp_path / "deep.png").data)
    assert np.abs(found[..., 0].astype(np.int64) - deep // 256).mean() < 3
    clear = np.full((HEIGHT, WIDTH, 4), (200, 30, 60, 0), np.uint8)
    save(tmp_path / "clear.png", clear)
    assert np.abs(decoded(pictures.picture(tmp_path / "clear.png").data).mean(axis=(0, 1)) - (200, 30, 60)).max() < 4


def turned(path: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[jpeg.ORIENTATION] = orientation
    photo(path, exif=exif)


def test_an_exif_orientation_is_not_applied_and_not_kept(tmp_path: Path) -> None:
    turned(tmp_path / "a.jpg", 6)
    found = pictures.picture(tmp_path / "a.jpg", (HEIGHT, WIDTH))
    assert not found.kept
    assert decoded(found.data).shape == (HEIGHT, WIDTH, 3)


def test_an_exif_orientation_is_applied_where_the_labels_have_the_turned_size(tmp_path: Path) -> None:
    turned(tmp_path / "a.jpg", 6)
    found = pictures.picture(tmp_path / "a.jpg", (WIDTH, HEIGHT))
    upright = np.rot90(np.asarray(Image.open(tmp_path / "a.jpg")), -1).astype(np.int64)
    assert np.abs(decoded(found.data) - upright).mean() < 4


def test_labels_of_another_size_are_refused_and_never_scaled(tmp_path: Path) -> None:
    photo(tmp_path / "a.jpg")
    with pytest.raises(UnusableError, match=r"40x24 px, what belongs to it 41x24 px") as error:
        pictures.picture(tmp_path / "a.jpg", (HEIGHT, WIDTH + 1))
    assert error.value.reason == "sizes differ"


@pytest.mark.parametrize("share", [0.02, 0.5, 0.9])
def test_a_damaged_picture_is_refused(tmp_path: Path, share: float) -> None:
    data = photo(tmp_path / "a.jpg", 200, 300)
    (tmp_path / "a.jpg").write_bytes(data[: int(len(data) * share)])
    with pytest.raises(UnusableError, match=r"a\.jpg is damaged"):
        pictures.picture(tmp_path / "a.jpg")


def test_a_jpeg_mask_is_cut_at_127_and_not_at_0(tmp_path: Path, strokes: Any) -> None:
    """Trap 31: compression leaves small values round the strokes."""
    save(tmp_path / "a.jpg", np.where(strokes, 255, 0).astype(np.uint8), quality=60)
    assert (pictures.values(tmp_path / "a.jpg")[~strokes] > 0).any()
    assert (pictures.above_middle(tmp_path / "a.jpg") == strokes).all()
    assert (pictures.two_valued(tmp_path / "a.jpg") == strokes).all()


@pytest.mark.parametrize("kind", ["1 bit", "0 and 255", "0 and 1", "colour"])
def test_masks_of_two_values_are_read_whatever_they_are(tmp_path: Path, strokes: Any, kind: str) -> None:
    white = np.where(strokes, 255, 0).astype(np.uint8)
    kinds = {
        "1 bit": strokes,
        "0 and 255": white,
        "0 and 1": strokes.astype(np.uint8),
        "colour": np.dstack([white] * 3),
    }
    save(tmp_path / "a.png", kinds[kind])
    assert (pictures.above_middle(tmp_path / "a.png") == strokes).all()
    assert (pictures.two_valued(tmp_path / "a.png") == strokes).all()


def test_a_mask_that_the_threshold_would_empty_is_refused(tmp_path: Path, strokes: Any) -> None:
    save(tmp_path / "a.png", np.where(strokes, 100, 0).astype(np.uint8))
    with pytest.raises(UnusableError, match="values up to 100"):
        pictures.above_middle(tmp_path / "a.png")


def test_a_png_of_greys_is_no_binary_mask(tmp_path: Path) -> None:
    save(tmp_path / "a.png", np.arange(HEIGHT * WIDTH).reshape(HEIGHT, WIDTH).astype(np.uint8))
    with pytest.raises(UnusableError, match="256 values") as error:
        pictures.two_valued(tmp_path / "a.png")
    assert error.value.reason == "mask is not binary"


def test_a_mask_of_one_value_that_is_not_0_is_all_text_or_refused(tmp_path: Path) -> None:
    save(tmp_path / "a.png", np.full((HEIGHT, WIDTH), 255, np.uint8))
    assert pictures.two_valued(tmp_path / "a.png").all()
    save(tmp_path / "b.png", np.where(np.eye(HEIGHT, WIDTH) > 0, 9, 200).astype(np.uint8))
    with pytest.raises(UnusableError, match="2 values"):
        pictures.two_valued(tmp_path / "b.png")


def test_a_mask_with_alpha_colours_or_sixteen_bits_is_refused(tmp_path: Path) -> None:
    save(tmp_path / "alpha.png", np.zeros((4, 4, 4), np.uint8))
    save(tmp_path / "deep.png", np.zeros((4, 4), np.uint16))
    save(tmp_path / "colour.png", np.full((4, 4, 3), (255, 0, 0), np.uint8))
    for name in ("alpha", "deep", "colour"):
        with pytest.raises(UnusableError):
            pictures.values(tmp_path / f"{name}.png")


def test_a_palette_gives_numbers_and_not_colours(tmp_path: Path) -> None:
    numbers = (np.arange(HEIGHT * WIDTH).reshape(HEIGHT, WIDTH) % 7).astype(np.uint8)
    palette(tmp_path / "a.png", numbers)
    assert (pictures.values(tmp_path / "a.png") == numbers).all()
