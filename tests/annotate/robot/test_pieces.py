"""A corrected mask is cut into words that keep their numbers."""

import numpy as np

from annotate.robot import pieces
from annotate.robot.pieces import Region
from sts import geometry, masks
from tests.annotate.robot.scene import HEIGHT, WIDTH, letters

TEXT, SIGN = (Region(track_id=n, mask=masks.encode(letters(word))) for n, word in ((7, "TEXT"), (9, "SIGN")))


def test_letters_of_a_word_are_one_piece_and_words_are_two() -> None:
    found = pieces.cut(letters("TEXT") | letters("SIGN"), (), 1)
    assert [masks.area(one.mask) for one in found] == [masks.area(TEXT.mask), masks.area(SIGN.mask)]


def test_a_piece_keeps_the_number_of_the_region_it_was() -> None:
    half = letters("SIGN")
    half[:, 150:] = False
    found = pieces.cut(letters("TEXT") | letters("SIGN"), (Region(track_id=9, mask=masks.encode(half)), TEXT), 20)
    assert [one.track_id for one in found] == [7, 9]


def test_new_pieces_take_numbers_that_nobody_has() -> None:
    assert [one.track_id for one in pieces.cut(letters("TEXT") | letters("SIGN"), (SIGN,), 10)] == [10, 9]


def test_a_number_is_given_once() -> None:
    both = Region(track_id=5, mask=masks.union([TEXT.mask, SIGN.mask]))
    assert sorted(one.track_id for one in pieces.cut(letters("TEXT") | letters("SIGN"), (both,), 6)) == [5, 6]


def test_nothing_drawn_is_no_piece() -> None:
    assert pieces.cut(np.zeros((HEIGHT, WIDTH), np.bool_), (TEXT,), 1) == ()


def test_an_instance_for_carrying_is_a_persons_and_its_outline_holds_its_strokes() -> None:
    (made,) = pieces.instances((TEXT,))
    rows, columns = np.nonzero(letters("TEXT"))
    centres = np.stack([columns, rows], axis=1) + 0.5
    assert (made.source, made.track_id, made.mask) == ("human", 7, TEXT.mask)
    assert geometry.contains(made.polygon, centres).all()
    assert geometry.box(made.polygon) == masks.box(TEXT.mask)


def test_regions_are_instances_with_strokes_and_their_union_is_the_mask() -> None:
    empty = Region(track_id=1, mask=masks.empty(HEIGHT, WIDTH))
    found = pieces.regions(pieces.instances((TEXT, SIGN)))
    assert found == (TEXT, SIGN)
    assert (pieces.union((*found, empty), HEIGHT, WIDTH) == (letters("TEXT") | letters("SIGN"))).all()
