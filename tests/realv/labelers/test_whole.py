"""Words that were seen whole on some frames and in pieces on others."""

from fractions import Fraction

import numpy as np

from realv.labelers.whole import Whole
from sts import geometry, masks
from sts.geometry import Polygon
from sts.types import Clip, Frame, Mask, Origin, Source, TextInstance

LEFT, RIGHT = (10, 60), (60, 80)
"""Columns of `#BLAC` and of `K`"""


def quad(left: float, right: float) -> Polygon:
    return (left, 10.0), (right, 10.0), (right, 30.0), (left, 30.0)


def bar(left: int, right: int) -> Mask:
    pixels = np.zeros((40, 100), np.bool_)
    pixels[12:28, left:right] = True
    return masks.encode(pixels)


def word(track: int, columns: tuple[int, int], text: str | None, source: Source = "predicted") -> TextInstance:
    polygon = quad(float(columns[0]), float(columns[1]))
    mask = bar(columns[0] + 2, columns[1] - 2)
    return TextInstance(track_id=track, level="word", polygon=polygon, source=source, mask=mask, text=text)


def label(*frames: tuple[TextInstance, ...]) -> tuple[Frame, ...]:
    clip = Clip(
        clip_id="clip",
        fps=Fraction(25),
        height=40,
        width=100,
        frames=tuple(Frame(index=i, time_s=i / 25, instances=one) for i, one in enumerate(frames)),
        origin=Origin(kind="real", uri="x.mp4", license="CC0-1.0"),
    )
    return Whole().label(clip).frames


def shown(frame: Frame) -> list[tuple[int, str | None]]:
    return [(one.track_id, one.text) for one in frame.instances]


ALL = word(1, (LEFT[0], RIGHT[1]), "#BLACK")
CUT, REST = word(1, LEFT, "#BLACK"), word(2, RIGHT, "K")


def test_a_piece_goes_into_the_word_that_it_often_lies_in_and_no_stroke_is_lost() -> None:
    found = label((ALL, REST), (CUT, REST), (CUT, REST), (REST,), (ALL,))
    assert [shown(frame) for frame in found] == [[(1, "#BLACK")]] * 5
    (cut,) = found[2].instances
    assert cut.mask is not None and CUT.mask is not None and REST.mask is not None
    assert cut.mask == masks.union([CUT.mask, REST.mask])
    assert geometry.contains(cut.polygon, masks.centres(cut.mask)).all()
    assert found[3].instances[0].mask == REST.mask
    assert found[4].instances == (ALL,)


def test_words_that_are_beside_each_other_nearly_always_stay_two() -> None:
    frames = ((ALL, REST), *[(CUT, REST)] * 4)
    assert [frame.instances for frame in label(*frames)] == [*frames]


def test_a_word_that_says_something_else_is_no_piece() -> None:
    other = word(2, RIGHT, "EXIT")
    assert label((ALL, other))[0].instances == (ALL, other)


def test_what_a_person_labelled_stays() -> None:
    person = word(2, RIGHT, "K", "human")
    assert [frame.instances for frame in label((ALL, REST), (ALL, person))] == [(ALL, REST), (ALL, person)]
