"""Seconds of actions are the published ones, and only what is assumed is scaled."""

from dataclasses import asdict

import numpy as np
import pytest

from annotate.robot.actions import KINDS
from annotate.robot.costs import Costs


def test_a_stroke_costs_its_beginning_and_its_length() -> None:
    assert Costs().of("stroke", 300.0) == 1.5 + 2.0
    assert Costs().of("erase", 0.0) == 1.5


def test_published_costs_are_those_of_sam_2_and_eva_vos() -> None:
    costs = Costs()
    assert costs.of("examine", 300.0) == 30.0
    assert [costs.of(kind, 0.0) for kind in ("look", "click", "no_object", "box")] == [1.0, 1.5, 3.0, 7.0]


def test_only_assumed_costs_are_scaled() -> None:
    once, twice = asdict(Costs()), asdict(Costs().scaled(2.0))
    changed = {name: twice[name] / once[name] for name in once if twice[name] != once[name]}
    assert changed == pytest.approx(dict.fromkeys(("stroke", "stroke_speed", "accept", "letter"), 2.0))


def test_the_seconds_of_many_actions_are_those_of_each() -> None:
    kinds, amounts = np.arange(len(KINDS)), np.linspace(0, 90, len(KINDS))
    one_by_one = [Costs().of(kind, amount) for kind, amount in zip(KINDS, amounts.tolist(), strict=True)]
    np.testing.assert_allclose(Costs().seconds(kinds, amounts), one_by_one)


def test_a_machine_costs_nobody_time() -> None:
    assert Costs().of("machine", 0.0) == 0
