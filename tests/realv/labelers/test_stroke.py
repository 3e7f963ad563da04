"""Strokes of words by their colours."""

import cv2
import numpy as np
import pytest

from realv.labelers.grabcut import GrabCut
from realv.labelers.stroke import Stroke
from sts import geometry, masks
from sts.errors import ConfigError, DataError
from sts.geometry import Polygon
from sts.protocols import Prompt
from tests.realv.labelers.drawn import iou, word

Colour = tuple[int, int, int]
RED, WHITE, BLACK, GREY = (190, 30, 40), (240, 240, 235), (15, 15, 20), (120, 125, 118)


def ask(picture: np.ndarray, polygon: Polygon, **options: float) -> np.ndarray:
    place = np.zeros(picture.shape[:2], np.uint8)
    cv2.fillPoly(place, [np.round(np.array(polygon)).astype(np.int32)], 1)
    prompt = Prompt(track_id=5, frame=0, box=geometry.box(polygon), mask=masks.encode(place.astype(np.bool_)))
    ((one,),) = Stroke(**options).segment(picture[None], [prompt])
    assert one.track_id == 5
    assert 0 <= one.score <= 1
    return masks.decode(one.mask)


@pytest.mark.parametrize("colours", [(RED, WHITE), (WHITE, RED), (BLACK, GREY), (GREY, BLACK)], ids=str)
def test_strokes_of_either_polarity_are_found_to_the_pixel(colours: tuple[Colour, Colour]) -> None:
    picture, strokes, polygon = word("Hotel", *colours)
    assert iou(ask(picture, polygon), strokes) > 0.97


def test_light_may_change_along_a_word() -> None:
    picture, strokes, polygon = word("Sonnenberg", BLACK, WHITE)
    shade = np.linspace(1, 0.3, picture.shape[1])[None, :, None]
    dim = (picture * shade).astype(np.uint8)
    assert iou(ask(dim, polygon), strokes) > 0.95


def test_a_word_on_noise_keeps_its_letters() -> None:
    picture, strokes, polygon = word("Market", WHITE, (60, 90, 50))
    noise = np.random.default_rng(3).normal(0, 12, picture.shape)
    noisy = np.clip(picture + noise, 0, 255).astype(np.uint8)
    assert iou(ask(noisy, polygon), strokes) > 0.9


def test_counters_stay_open() -> None:
    """Trap 12: the holes of letters are no strokes."""
    picture, strokes, polygon = word("eoa8", BLACK, WHITE, size=36)
    found = ask(picture, polygon)
    holes = [cv2.connectedComponents((~one).astype(np.uint8), connectivity=4)[0] for one in (found, strokes)]
    assert holes[0] == holes[1] == 7


def test_an_outline_is_no_stroke() -> None:
    picture, strokes, polygon = word("SALE", WHITE, GREY, size=56)
    grown = cv2.dilate(strokes.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    picture[grown & ~strokes] = BLACK
    found = ask(picture, polygon)
    assert iou(found, strokes) > 0.8 > iou(grown, strokes)


def test_a_rim_that_leaves_the_place_is_no_stroke() -> None:
    picture, strokes, polygon = word("BOARD", BLACK, WHITE)
    top = round(polygon[0][1]) - 6
    picture[top - 10 : top + 3] = BLACK
    left, right, bottom = polygon[0][0] - 4, polygon[2][0] + 4, polygon[2][1] + 4
    wider = ((left, float(top)), (right, float(top)), (right, bottom), (left, bottom))
    assert iou(ask(picture, wider), strokes) > 0.95


def test_points_turn_the_choice() -> None:
    """A chequered word, where nothing but the points says which half is stroke."""
    picture = np.full((60, 160, 3), GREY, np.uint8)
    cells = (np.indices((40, 120)) // 10).sum(axis=0) % 2 == 0
    picture[10:50, 20:140] = np.where(cells[..., None], RED, WHITE)
    for on, off in (((45.0, 25.0), (55.0, 25.0)), ((55.0, 25.0), (45.0, 25.0))):
        prompt = Prompt(track_id=1, frame=0, box=(20.0, 10.0, 140.0, 50.0), points=(on, off), positive=(True, False))
        ((one,),) = Stroke().segment(picture[None], [prompt])
        found = masks.decode(one.mask)
        assert found[25, int(on[0])] and not found[25, int(off[0])]


def test_the_mask_has_the_pixels_of_the_picture_however_large_the_word() -> None:
    picture, strokes, polygon = word("OS", BLACK, WHITE, size=300)
    assert iou(ask(picture, polygon), strokes) > 0.985


def test_a_plain_or_tiny_place_has_no_strokes() -> None:
    plain = np.full((1, 40, 80, 3), 128, np.uint8)
    for box in ((5.0, 5.0, 60.0, 30.0), (5.0, 5.0, 7.0, 7.0), (500.0, 5.0, 600.0, 9.0), (-20.0, -9.0, -5.0, -2.0)):
        ((one,),) = Stroke().segment(plain, [Prompt(track_id=1, frame=0, box=box)])
        assert masks.area(one.mask) == 0
        assert one.score == 0


@pytest.mark.parametrize("segmenter", [Stroke(), GrabCut()], ids=lambda one: type(one).__name__)
def test_a_prompt_holds_on_its_own_frame(segmenter: Stroke | GrabCut) -> None:
    picture, strokes, polygon = word("Kino", BLACK, WHITE)
    prompt = Prompt(track_id=2, frame=1, box=geometry.box(polygon))
    first, second = segmenter.segment(np.stack([picture, picture]), [prompt])
    assert first == ()
    assert second[0].track_id == 2
    assert masks.intersection_area(second[0].mask, masks.encode(strokes)) > 0.5 * strokes.sum()


def test_what_cannot_be_asked_is_one_line() -> None:
    video = np.zeros((1, 9, 9, 3), np.uint8)
    for prompts, words in (
        ((), "no prompts"),
        ((Prompt(track_id=1, frame=3, box=(0.0, 0.0, 5.0, 5.0)),), "frame 3 of 1"),
        ((Prompt(track_id=7, frame=0),), "track 7 on frame 0 has neither box nor mask"),
    ):
        with pytest.raises(DataError, match=words):
            list(Stroke().segment(video, prompts))
    with pytest.raises(ConfigError, match="reach = 0"):
        Stroke(reach=0.0)
