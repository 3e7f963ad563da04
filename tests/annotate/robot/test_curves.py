"""Figures come from sums over clips, and say when a quality is reached."""

import math

import numpy as np
import pytest

from annotate.robot import curves
from annotate.robot.actions import KINDS, Kind, Trace
from annotate.robot.costs import Costs

COSTS = Costs()


def trace(done: list[tuple[Kind, int, int]], clip_id: str = "a", n_frames: int = 2, name: str = "s") -> Trace:
    """Each action with its frame and the px that are right after it, of 100; 0 at the beginning."""
    right = np.array([hits for _, _, hits in done], np.int64)
    return Trace(
        strategy=name,
        clip_id=clip_id,
        seed=0,
        n_frames=n_frames,
        kinds=np.array([KINDS.index(kind) for kind, _, _ in done], np.int64),
        frames=np.array([frame for _, frame, _ in done], np.int64),
        amounts=np.zeros(len(done)),
        start=np.array([0, 100, 100], np.int64),
        counts=np.stack([right, 100 - right, 100 - right], axis=1),
    )


WORK: list[tuple[Kind, int, int]] = [
    ("look", 0, 0),
    ("stroke", 0, 50),
    ("machine", 0, 90),
    ("stroke", 0, 96),
    ("accept", 0, 96),
    ("accept", 1, 96),
]
"""1 + 1.5 + 1.5 + 1 + 1 s; 90 is reached after 2.5 s and 95 after 4 s, on 2 frames"""


def figures(traces: list[Trace], costs: Costs = COSTS) -> dict[str, float]:
    points = curves.scale(traces, costs)
    return curves.figures(curves.rows(traces, costs, points), points)


def test_work_and_edits_are_counted() -> None:
    found = figures([trace(WORK)])
    assert found["seconds"] == pytest.approx(6 / 2)
    assert (found["edited"], found["actions_per_edited"], found["actions"]) == (0.5, 2, 5 / 2)
    assert found["fgiou"] == found["tolerant"] == 0.96


def test_a_level_is_reached_after_the_work_that_led_to_it() -> None:
    found = figures([trace(WORK)])
    assert found["seconds_to_90"] == pytest.approx(2.5 / 2, rel=0.04)
    assert found["seconds_to_95"] == pytest.approx(4.0 / 2, rel=0.04)
    assert found["actions_to_95"] == pytest.approx(3 / 2, rel=0.04)


def test_frames_are_edited_until_a_level_is_reached() -> None:
    """The second frame is edited after 95 was reached by work on the first."""
    found = figures([trace([*WORK[:4], ("stroke", 1, 97), ("stroke", 1, 98), ("stroke", 0, 98)])])
    assert (found["edited_to_90"], found["edited_to_95"], found["edited"]) == (0.5, 0.5, 1)
    assert math.isnan(figures([trace(WORK[:3])])["edited_to_95"])


def test_a_level_that_is_not_reached_has_no_seconds() -> None:
    found = figures([trace(WORK[:3])])
    assert found["seconds_to_90"] > 0
    assert math.isnan(found["seconds_to_95"])


def test_the_area_is_the_mean_quality_over_all_the_time() -> None:
    """0 for 2.5 of 6 s, then 0.9 for 1.5 s, then 0.96, with half of the first stroke for nothing."""
    assert figures([trace(WORK)])["auc"] == pytest.approx((1.5 * 0.9 + 2 * 0.96) / 6, abs=0.02)


def test_costs_that_are_assumed_change_seconds_and_no_action() -> None:
    once, twice = figures([trace(WORK)]), figures([trace(WORK)], COSTS.scaled(2.0))
    assert twice["seconds"] == pytest.approx((1 + 2 * (1.5 + 1.5 + 1 + 1)) / 2)
    assert twice["actions"] == once["actions"]


def test_clips_share_a_curve_when_each_has_the_same_work_a_frame() -> None:
    long = trace(WORK, "b", n_frames=4)
    found = figures([trace(WORK), long])
    assert found["seconds"] == pytest.approx(12 / 6)
    assert found["seconds_to_90"] == pytest.approx(2.5 / 2, rel=0.04)


def test_runs_of_one_clip_are_one_row() -> None:
    traces = [trace(WORK), trace(WORK), trace(WORK, "b")]
    points = curves.scale(traces, COSTS)
    table = curves.rows(traces, COSTS, points)
    assert len(table) == 2
    np.testing.assert_allclose(table[0], 2 * table[1])


def test_half_the_work_is_two_times_less() -> None:
    slow = [trace([*WORK[:1], *WORK[:1] * 6, *WORK[1:]], clip) for clip in "abc"]
    fast = [trace(WORK, clip) for clip in "abc"]
    points = curves.scale([*slow, *fast], COSTS)
    a, b = (curves.rows(traces, COSTS, points) for traces in (slow, fast))
    found = curves.times_less(a, b, points, np.random.default_rng(0), 50, 0.95)
    assert found["seconds"].value == found["seconds"].low == pytest.approx(2)
    assert found["seconds_to_95"].value == pytest.approx(10 / 4, rel=0.06)
