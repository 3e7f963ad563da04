"""A round's figures are sums over clips, its differences are paired by clip, and a round that ended says so."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from annotate.robot import traces
from annotate.robot.actions import KINDS, Kind, Trace
from annotate.robot.costs import Costs
from pipelines import round_scores
from pipelines.round_scores import Figure, Round, Work
from sts import stage
from sts.errors import DataError
from sts.stage import Notes, Stage
from sts.types import Clip
from tests.model import small_set

Deeds = Sequence[tuple[Kind, int]]
"""What was done, and on which frame"""
BOOTSTRAP = (0, 200, 0.95)


def trace(clip_id: str, deeds: Deeds) -> Trace:
    """Of four frames."""
    return Trace(
        strategy="keys",
        clip_id=clip_id,
        seed=0,
        n_frames=4,
        kinds=np.array([KINDS.index(kind) for kind, _ in deeds]),
        frames=np.array([frame for _, frame in deeds]),
        amounts=np.zeros(len(deeds)),
        start=np.zeros(3, np.int64),
        counts=np.zeros((len(deeds), 3), np.int64),
    )


def layer(out: Path, work: Mapping[str, Deeds]) -> Path:
    """A layer that says how it was made."""

    def clips(_: int, notes: Notes) -> Iterator[Clip]:
        for clip_id, deeds in work.items():
            notes.facts.append(traces.plain(trace(clip_id, deeds)))
            yield replace(small_set.clip(n_frames=4), clip_id=clip_id)

    stage.make(Stage(command="test", config={}, out=out), clips, [0])
    return out


@pytest.fixture
def slow(tmp_path: Path) -> Path:
    """Three clicks of 1.5 s on two frames, then one; 8 frames in all."""
    return layer(tmp_path / "slow", {"b": [("click", 3)], "a": [("click", 0), ("click", 0), ("click", 1)]})


@pytest.fixture
def fast(tmp_path: Path) -> Path:
    """A click less in one clip, and nothing but looking in the other."""
    return layer(tmp_path / "fast", {"a": [("click", 0), ("click", 1)], "b": [("look", 3)]})


def test_work_is_the_seconds_and_the_frames_that_were_edited(slow: Path, fast: Path) -> None:
    assert round_scores.worked(slow, Costs()) == Work(frames=8, seconds=6.0, touched=3)
    assert round_scores.worked(fast, Costs()) == Work(frames=8, seconds=4.0, touched=2)


def test_seconds_a_frame_and_the_difference_are_paired_by_clip(slow: Path, fast: Path) -> None:
    values, less = round_scores.effort(fast, slow, Costs(), BOOTSTRAP)
    assert (values["seconds"].value, values["touched"].value) == (0.5, 0.25)
    assert (less["seconds"].value, less["touched"].value) == (-0.25, -0.125)
    assert (less["seconds"].low, less["seconds"].high) == (-0.375, -0.125)


def test_a_first_round_has_no_difference_and_one_clip_no_interval(tmp_path: Path) -> None:
    one = layer(tmp_path / "one", {"a": [("click", 0)]})
    assert round_scores.effort(one, None, Costs(), BOOTSTRAP) == (
        {"seconds": Figure(value=0.375), "touched": Figure(value=0.25)},
        {},
    )


def test_scores_are_those_of_the_first_prediction(tmp_path: Path) -> None:
    value = {"value": 0.5, "low": 0.4, "high": None}
    page = {"predictions": [{"scores": {"fgiou": value, "mae": value}}, {"scores": {}}], "difference": {"fgiou": value}}
    (tmp_path / "scores.json").write_text(json.dumps(page))
    expected = {"fgiou": Figure(value=0.5, low=0.4)}
    assert round_scores.scored(tmp_path) == (expected, expected)


def test_a_round_that_was_written_is_read_again(tmp_path: Path) -> None:
    one = Round(
        name="round-0",
        clips=("a", "b"),
        layers=("round-0/human/labels",),
        work=Work(frames=8, seconds=6.0, touched=3),
        scores={"fgiou": Figure(value=0.5, low=0.4, high=0.6), "seconds": Figure(value=2.0)},
        better={"fgiou": Figure(value=0.1, low=-0.1, high=0.3)},
    )
    assert round_scores.read(tmp_path) is None
    assert round_scores.write(tmp_path, one) == one == round_scores.read(tmp_path)


def test_a_damaged_round_is_one_line(tmp_path: Path) -> None:
    (tmp_path / round_scores.NAME).write_text("{")
    with pytest.raises(DataError, match=r"is damaged .* run the rounds again"):
        round_scores.read(tmp_path)


def test_the_table_has_a_row_a_round_with_values_intervals_and_differences(capsys: pytest.CaptureFixture[str]) -> None:
    start = Round(name="start", scores={"fgiou": Figure(value=0.4, low=0.3, high=0.5)})
    first = Round(
        name="round-0",
        clips=("a", "b"),
        work=Work(frames=8, seconds=6.0, touched=2),
        scores={"fgiou": Figure(value=0.5), "seconds": Figure(value=1.25)},
        better={"fgiou": Figure(value=0.1, low=0.05, high=0.2)},
    )
    Console(width=160).print(round_scores.table([start, first]))
    said = capsys.readouterr().out
    for text in ("start", "40.00 [30.00, 50.00]", "round-0", "0.8", "25", "50.00", "+10.00 [5.00, 20.00]", "1.25"):
        assert text in said
