"""Characters of a word from a region map, and the rules of counting (Char-SAM's CBR)."""

import itertools

import numpy as np
import pytest

from realv import strip
from realv.labelers import characters
from realv.labelers.characters import Cuts

LINE = ((0.0, 0.0), (100.0, 0.0), (100.0, 20.0), (0.0, 20.0))


def hills(*centres: float, width: float = 6.0) -> np.ndarray:
    """A region map of LINE with a hill at each x."""
    x, y = np.arange(100) + 0.5, np.arange(20) + 0.5
    along = np.max([np.exp(-(((x - one) / width) ** 2)) for one in centres], axis=0)
    return (along[None] * np.exp(-(((y - 10) / 6) ** 2))[:, None]).astype(np.float32)


def profile(*heights: float) -> np.ndarray:
    """An upright map that is as high everywhere in a column."""
    return np.array([heights] * 3, np.float32)


def widths(cuts: Cuts) -> list[float]:
    return [round(end - start, 2) for start, end in cuts]


def test_as_many_hills_as_letters_are_taken_as_they_are() -> None:
    cuts = characters.cut(strip.of(LINE), hills(12, 37, 62, 87), [1.0] * 4)
    assert np.allclose([end for _, end in cuts], [0.245, 0.495, 0.745, 1.0], atol=0.02)
    assert cuts[0][0] == 0


def test_without_a_transcript_hills_are_counted() -> None:
    assert len(characters.cut(strip.of(LINE), hills(20, 50, 80), ())) == 3
    assert characters.cut(strip.of(LINE), None, ()) == ()


def test_only_what_rises_above_the_seed_is_a_character() -> None:
    assert len(characters.hills(profile(0.0, 0.61, 0.0, 0.59, 0.0, 0.61))) == 2
    assert len(characters.hills(profile(0.9, 0.61, 0.9))) == 1
    assert len(characters.hills(profile(0.9, 0.59, 0.9))) == 2


def test_neighbours_part_where_the_map_is_lowest_and_in_the_middle_where_nothing_belongs_to_either() -> None:
    assert widths(characters.hills(profile(0.9, 0.5, 0.45, 0.5, 0.5, 0.9))) == [0.42, 0.58]
    assert widths(characters.hills(profile(0.9, 0.3, 0.1, 0.3, 0.3, 0.9))) == [0.5, 0.5]


def test_as_many_places_as_letters_are_taken_whatever_their_widths() -> None:
    uneven = ((0.0, 0.1), (0.1, 0.8), (0.8, 1.0))
    assert characters.counted(uneven, [1.0, 2.0, 3.0]) == uneven


def test_too_few_hills_split_the_widest() -> None:
    cuts = ((0.0, 0.2), (0.2, 0.4), (0.4, 0.8), (0.8, 1.0))
    assert widths(characters.counted(cuts, [9.0, 1.0, 1.0, 1.0, 1.0])) == [0.2] * 5


def test_a_wide_one_becomes_as_many_as_its_width_says() -> None:
    cuts = ((0.0, 0.1), (0.1, 0.2), (0.2, 0.9), (0.9, 1.0))
    assert widths(characters.counted(cuts, [9.0] + [1.0] * 9)) == [0.1] * 10


def test_a_wide_one_becomes_no_more_than_the_letters_that_are_missing() -> None:
    cuts = ((0.0, 0.1), (0.1, 0.2), (0.2, 0.9), (0.9, 1.0))
    assert widths(characters.counted(cuts, [9.0, 1.0, 1.0, 1.0, 1.0])) == [0.1, 0.1, 0.35, 0.35, 0.1]


def test_one_and_a_half_times_the_usual_width_is_where_a_wide_one_begins() -> None:
    glyphs, usual = [1.0, 1.0, 1.0, 1.0, 6.0], ((0.0, 0.2), (0.2, 0.4))
    assert widths(characters.counted((*usual, (0.4, 0.68), (0.68, 0.88)), glyphs)) == [0.1, 0.1, 0.1, 0.1, 0.6]
    assert widths(characters.counted((*usual, (0.4, 0.72), (0.72, 0.92)), glyphs)) == [0.2, 0.2, 0.16, 0.16, 0.2]


def test_too_many_hills_merge_the_closest() -> None:
    assert widths(characters.counted(((0.0, 0.3), (0.3, 0.4), (0.4, 0.5), (0.5, 1.0)), [1.0] * 3)) == [0.3, 0.2, 0.5]


def test_hills_of_one_width_that_do_not_agree_become_parts_by_the_widths_of_glyphs() -> None:
    assert widths(characters.counted(((0.0, 0.5), (0.5, 1.0)), [3.0, 1.0, 4.0, 2.0])) == [0.3, 0.1, 0.4, 0.2]
    assert widths(characters.counted((), [3.0, 1.0, 4.0, 2.0])) == [0.3, 0.1, 0.4, 0.2]


@pytest.mark.parametrize("n", [1, 2, 7, 30])
def test_there_are_always_as_many_places_as_letters(n: int) -> None:
    for regions in (None, hills(50), hills(10, 20, 90), np.zeros((20, 100), np.float32)):
        cuts = characters.cut(strip.of(LINE), regions, [1.0] * n)
        assert len(cuts) == n
        assert (cuts[0][0], cuts[-1][1]) == (0.0, 1.0)
        assert all(a[1] == b[0] for a, b in itertools.pairwise(cuts))


def test_letters_on_an_arch_follow_its_middle_line() -> None:
    angles = np.linspace(np.pi, 0, 9)
    arch = [(100 + r * np.cos(a), 110 - r * np.sin(a)) for r, way in ((90, 1), (60, -1)) for a in angles[::way]]
    ridge = np.zeros((120, 200), np.float32)
    y, x = np.indices(ridge.shape) + 0.5
    for angle in np.deg2rad([162, 126, 90, 54, 18]):
        hill = np.exp(-((x - 100 - 75 * np.cos(angle)) ** 2 + (y - 110 + 75 * np.sin(angle)) ** 2) / 150)
        ridge = np.maximum(ridge, hill).astype(np.float32)
    word = strip.of([(float(a), float(b)) for a, b in arch])
    cuts = characters.cut(word, ridge, [1.0] * 5)
    assert np.allclose([end for _, end in cuts], [0.2, 0.4, 0.6, 0.8, 1.0], atol=0.03)
