"""Kappa inside the band, by hand and against whole frames."""

import numpy as np
import pytest

from benchmarks import cases
from benchmarks.metrics import frames
from benchmarks.metrics.agreement import Cohen, Fleiss, cohen, fleiss
from benchmarks.metrics.frames import Pixels
from sts import masks
from sts.types import Clip, TextInstance

SIZE = (60, 90)


def drawn(strokes: Pixels, *, ignore: Pixels | None = None) -> Clip:
    shapes = [(strokes, False)] + ([] if ignore is None else [(ignore, True)])
    ones = [
        TextInstance(track_id=i, level="text", polygon=(), source="human", mask=masks.encode(shape), ignore=skip)
        for i, (shape, skip) in enumerate(shapes)
    ]
    return cases.clip("a", [tuple(ones)], SIZE)


def bars(shift: int = 0) -> Pixels:
    made = np.zeros(SIZE, np.bool_)
    made[20:40, 20 + shift : 60 + shift] = np.arange(40) % 4 < 2
    return made


def kappa(first: Clip, second: Clip) -> float:
    metric = Cohen()
    metric.update(first, second)
    return metric.compute()["kappa"]


def test_cohen_of_a_published_table() -> None:
    """Two readers of 50 grants: both yes 20, both no 15, 5 and 10 split; kappa is 0.4."""
    assert cohen(np.array([[15.0, 10, 5, 20]]))["kappa"] == pytest.approx(0.4)


def test_fleiss_of_a_hand_count() -> None:
    """Three raters, four pixels with 3, 2, 1 and 0 votes for text: P = (1 + 1/3 + 1/3 + 1) / 4, P_e = 1/2."""
    agreement = 1 + 1 / 3 + 1 / 3 + 1
    assert fleiss(np.array([[4, 2.0, agreement]]))["kappa"] == pytest.approx((agreement / 4 - 0.5) / 0.5)


def test_raters_who_agree_have_kappa_1() -> None:
    assert kappa(drawn(bars()), drawn(bars())) == 1
    three = Fleiss()
    three.update([drawn(bars())] * 3)
    assert three.compute() == {"kappa": 1}


def test_raters_who_draw_something_else_are_below_chance() -> None:
    assert kappa(drawn(bars()), drawn(bars(shift=2))) < 0


def test_background_does_not_make_agreement_look_good() -> None:
    first, second = bars(), bars(shift=1)
    whole = cohen(np.bincount((2 * first + second).ravel(), minlength=4)[None].astype(float))["kappa"]
    assert kappa(drawn(first), drawn(second)) < whole - 0.1


def test_the_band_reaches_5_px_around_the_strokes_of_either() -> None:
    first, second = bars(), bars(shift=7)
    band = frames.grown(first | second, 5)
    expected = cohen(np.bincount((2 * first + second)[band], minlength=4)[None].astype(float))["kappa"]
    assert kappa(drawn(first), drawn(second)) == pytest.approx(expected)
    dot = np.zeros(SIZE, np.bool_)
    dot[30, 40] = True
    assert frames.grown(dot, 5).sum() == sum(x * x + y * y <= 25 for x in range(-5, 6) for y in range(-5, 6))


def test_pixels_that_anybody_ignores_do_not_count() -> None:
    second = bars()
    second[20:40, 20:30] = False
    ignored = np.zeros(SIZE, np.bool_)
    ignored[:, :30] = True
    assert kappa(drawn(bars()), drawn(second)) < 1
    assert kappa(drawn(bars()), drawn(second, ignore=ignored)) == 1


def test_fleiss_of_many_raters_is_that_of_all_pixels() -> None:
    raters = [bars(), bars(shift=1), bars(shift=2), bars()]
    votes = np.stack(raters)[:, frames.grown(np.any(raters, axis=0), 5)].sum(axis=0)
    share = votes.mean() / 4
    observed = np.mean((votes**2 + (4 - votes) ** 2 - 4) / 12)
    chance = share**2 + (1 - share) ** 2
    metric = Fleiss()
    metric.update([drawn(one) for one in raters])
    assert metric.compute()["kappa"] == pytest.approx((observed - chance) / (1 - chance))


def test_without_strokes_there_is_no_score() -> None:
    empty = drawn(np.zeros(SIZE, np.bool_))
    metric = Cohen()
    metric.update(empty, empty)
    assert metric.compute() == {}
