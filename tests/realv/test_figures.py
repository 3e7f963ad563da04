import cv2
import numpy as np

from realv import figures
from realv.words import Word
from sts import jpeg
from tests.sts.films import Picture, scene


def sign(words: str, height: int = 270, width: int = 480) -> Picture:
    picture = scene(1, height, width)
    cv2.putText(picture, words, (20, height - 20), cv2.FONT_HERSHEY_DUPLEX, 1.0, (255, 255, 255), 2, cv2.LINE_AA)
    return picture


def test_blur_lowers_sharpness_and_contrast_does_not() -> None:
    sharp = sign("SHARP")
    half = np.round(sharp * 0.5 + 60).astype(np.uint8)
    values = [figures.look(picture).sharpness for picture in (sharp, half, cv2.GaussianBlur(sharp, (0, 0), 3))]
    assert abs(values[1] / values[0] - 1) < 0.1
    assert values[2] < 0.2 * values[0]


def test_a_frozen_frame_repeats_and_a_new_caption_does_not() -> None:
    """Trap 55: frames are compared where they differ most, not as a whole."""
    first, frozen, changed = sign("ONE"), sign("ONE"), sign("TWO")
    noise = np.random.default_rng(0).integers(-2, 3, frozen.shape)
    frozen = np.clip(frozen.astype(int) + noise, 0, 255).astype(np.uint8)
    looks = [figures.look(picture) for picture in (first, frozen, changed)]
    assert figures.repeated(looks) == [1]
    assert (looks[0].hash ^ looks[2].hash).bit_count() <= 6


def test_text_is_the_mean_of_the_frames_that_are_searched() -> None:
    class Counting:
        seen = 0

        def find(self, picture: Picture) -> tuple[Word, ...]:
            self.seen += 1
            return (Word(polygon=((0.0, 0.0), (1.0, 0.0), (1.0, 1.0)), score=0.5),) * self.seen

    finder = Counting()
    assert figures.text([jpeg.encode(scene(1))] * 9, finder, 4) == 1.0
    assert finder.seen == 3
