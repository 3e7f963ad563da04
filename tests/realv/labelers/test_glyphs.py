"""Priors of characters and the points they give (Char-SAM's CGR)."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from realv import strip
from realv.labelers import fitting, glyphs
from sts.errors import ConfigError
from tests.realv.labelers.drawn import word

BOX = ((10.0, 10.0), (42.0, 10.0), (42.0, 42.0), (10.0, 42.0))


def prior(char: str) -> np.ndarray:
    found = glyphs.prior(char, char, "")
    assert found is not None
    return found


def blank() -> np.ndarray:
    """A prior of nothing, to draw on."""
    return np.zeros((glyphs.SIDE, glyphs.SIDE), np.float32)


@pytest.mark.parametrize("char", ["O", "A", "g", "8", "R"])
def test_negative_points_lie_in_counters_first_and_positive_ones_on_strokes(char: str) -> None:
    shown = prior(char)
    on, off = glyphs.positives(shown), glyphs.negatives(shown)
    assert 1 <= len(on[0]) <= 3
    assert len(off[0]) == 2
    assert (shown[on] > 0.9).all()
    assert (shown[off] < 0.1).all()
    _, labels = cv2.connectedComponents((shown < 0.1).astype(np.uint8), connectivity=4)
    rim = {*labels[0], *labels[-1], *labels[:, 0], *labels[:, -1]}
    assert labels[off[0][0], off[1][0]] not in rim


def test_a_letter_without_counter_has_its_negative_points_beside_it() -> None:
    off = glyphs.negatives(prior("L"))
    assert (prior("L")[off] < 0.1).all()
    assert (off[0] < 24).any()


def test_positive_points_lie_in_the_middle_of_what_all_fonts_draw_and_nowhere_else() -> None:
    """A bar of all fonts, 5 px wide, and a wider one of most of them."""
    drawn = blank()
    drawn[3:29, 4:9], drawn[3:29, 16:28] = 1.0, 0.85
    rows, columns = glyphs.positives(drawn)
    assert columns.tolist() == [6, 6, 6]
    assert np.diff(sorted(rows)).min() >= 8


def test_negative_points_lie_in_the_middle_of_a_counter_and_then_where_there_is_most_room() -> None:
    """A ring round a counter of 5 x 5 px, a hole that some fonts fill, and room on the right."""
    drawn = blank()
    drawn[6:19, 1:14] = 1.0
    drawn[10:15, 5:10] = 0.0
    drawn[21:30, 1:14], drawn[24:27, 5:8] = 1.0, 0.2
    (first, second) = zip(*glyphs.negatives(drawn), strict=True)
    assert first == (12, 7)
    assert 20 <= second[1] <= 25


def test_a_prior_is_the_mean_over_the_fonts(tmp_path: Path) -> None:
    """With serifs and without."""
    for name in ("news-sans", "news-serif"):
        font = next(path for path in glyphs.fonts("") if path.stem == name)
        for folder in (tmp_path / name, tmp_path / "both"):
            folder.mkdir(exist_ok=True)
            (folder / font.name).symlink_to(font)
    sans, serif, both = (glyphs.prior("I", "I", str(tmp_path / name)) for name in ("news-sans", "news-serif", "both"))
    assert sans is not None and serif is not None and both is not None
    assert not np.array_equal(sans, serif)
    assert both == pytest.approx((sans + serif) / 2)


def test_points_are_apart() -> None:
    rows, columns = glyphs.positives(prior("H"))
    gaps = np.hypot(rows[:, None] - rows, columns[:, None] - columns)[np.triu_indices(len(rows), 1)]
    assert gaps.min() > 8


def test_a_glyph_is_as_high_as_its_word() -> None:
    low, high = glyphs.prior("a", "ama", ""), glyphs.prior("a", "alma", "")
    assert low is not None and high is not None
    assert low[:6].max() > 0.5 > high[:6].max()


def test_a_character_that_no_font_has_is_none() -> None:
    assert glyphs.prior("\U000e0fff", "\U000e0fff", "") is None


def test_chinese_has_glyphs() -> None:
    assert prior("永").max() > 0.9


def test_a_glyph_stands_in_its_place_in_the_picture() -> None:
    one = glyphs.glyph(prior("O"), strip.of(BOX), (0.0, 0.0, 1.0, 1.0))
    plane = np.zeros((52, 52), np.float32)
    glyphs.draw(one, plane, 0, 0)
    assert plane[:10].max() == plane[:, :10].max() == plane[42:].max() == 0
    assert plane[10:42, 10:42] == pytest.approx(one.prior, abs=0.01)
    assert all(plane[int(y), int(x)] > 0.9 for x, y in one.positive)
    assert all(plane[int(y), int(x)] < 0.1 for x, y in one.negative)


@pytest.mark.parametrize("dark", [True, False])
def test_glyphs_move_to_the_letters(dark: bool) -> None:
    """The cells are a third too high: the letters stand in their lower part."""
    picture, strokes, ((left, top), _, (right, bottom), _) = word("HAT", (20,) * 3, (230,) * 3)
    grey = (picture if dark else 255 - picture)[..., 0].astype(np.float32)
    loose = strip.of(((left, top - 12), (right, top - 12), (right, bottom), (left, bottom)))
    priors = [glyphs.prior(char, "HAT", "") for char in "HAT"]
    cells = tuple((i / 3, (i + 1) / 3) for i in range(3))
    places = fitting.fit(loose.upright(grey), cells, priors)
    plane = np.zeros(strokes.shape, np.float32)
    for place, shown in zip(places, priors, strict=True):
        assert shown is not None
        glyphs.draw(glyphs.glyph(shown, loose, place), plane, 0, 0)
    assert all(0.15 < place[1] < 0.35 and place[3] > 0.9 for place in places)
    assert ((plane > 0.5) & strokes).sum() / ((plane > 0.5) | strokes).sum() > 0.6


def test_a_folder_without_fonts_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no \.ttf"):
        glyphs.fonts(str(tmp_path))
