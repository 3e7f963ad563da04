"""Sauvola's threshold in the place of a network."""

import cv2
import numpy as np
import pytest

from model.threshold import Threshold
from sts import masks
from sts.errors import ConfigError
from sts.protocols import Prompt

INK, PAPER = (30, 30, 30), (220, 220, 220)


def page(ink: tuple[int, int, int], paper: tuple[int, int, int]) -> tuple[np.ndarray, np.ndarray]:
    """A video of one frame with a word, and the word's strokes."""
    frame = np.empty((1, 80, 200, 3), np.uint8)
    frame[:] = paper
    cv2.putText(frame[0], "Hotel", (30, 55), cv2.FONT_HERSHEY_SIMPLEX, 1.4, ink, 4)
    return frame, (frame[0] == ink).all(axis=-1)


@pytest.mark.parametrize("colours", [(INK, PAPER), (PAPER, INK)], ids=["dark", "bright"])
@pytest.mark.parametrize(
    "prompts", [(), (Prompt(track_id=4, frame=0, box=(15.0, 5.0, 190.0, 70.0)),)], ids=["all", "box"]
)
def test_strokes_are_found_whether_dark_or_bright(
    colours: tuple[tuple[int, int, int], tuple[int, int, int]], prompts: tuple[Prompt, ...]
) -> None:
    video, strokes = page(*colours)
    (segments,) = Threshold().segment(video, prompts)
    found = masks.union(one.mask for one in segments)
    assert masks.iou(found, masks.encode(strokes)) > 0.9


def test_nothing_outside_the_box_is_found() -> None:
    video, strokes = page(INK, PAPER)
    ((one,),) = Threshold().segment(video, (Prompt(track_id=1, frame=0, box=(20.0, 0.0, 60.5, 80.0)),))
    strokes[:, :20] = strokes[:, 61:] = False
    assert masks.iou(one.mask, masks.encode(strokes)) > 0.85


def test_a_place_stays_until_the_next_prompt_of_its_track() -> None:
    video, _ = page(INK, PAPER)
    prompts = [
        Prompt(track_id=1, frame=frame, box=box)
        for frame, box in ((3, (100.0, 0.0, 200.0, 80.0)), (1, (0.0, 0.0, 90.0, 80.0)))
    ]
    found = list(Threshold().segment(np.repeat(video, 5, axis=0), prompts))
    sides = [masks.box(one.mask) for (one,) in found]
    assert sides[0] == sides[1] == sides[2] != sides[3] == sides[4]


def test_a_box_outside_the_frame_is_an_empty_segment() -> None:
    video, _ = page(INK, PAPER)
    ((one,),) = Threshold().segment(video, (Prompt(track_id=1, frame=0, box=(500.0, 0.0, 600.0, 9.0)),))
    assert (masks.area(one.mask), one.score) == (0, 0.0)


def test_a_setting_that_cannot_be_meant_is_one_line() -> None:
    with pytest.raises(ConfigError, match=r"window = 0, k = 0\.2"):
        Threshold(window=0)
