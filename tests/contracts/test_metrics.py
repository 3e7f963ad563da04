"""What every metric promises: shards merge exactly, no silent zero, the truth is best, numbers are finite."""

import importlib
import inspect
import math
import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import permutations
from typing import Any

import numpy as np
import pytest

from benchmarks import cases, metrics, scoring
from benchmarks.metrics import legend
from benchmarks.metrics.agreement import Cohen, Fleiss
from benchmarks.metrics.boundary import Boundary
from benchmarks.metrics.objects import Objects
from benchmarks.metrics.panoptic import Panoptic
from benchmarks.metrics.pixels import Pixels
from benchmarks.metrics.precision import AveragePrecision
from benchmarks.metrics.region import Region
from benchmarks.metrics.rows import by_rule, scorer
from benchmarks.metrics.temporal import Temporal
from benchmarks.metrics.track import Tracking
from benchmarks.metrics.transcription import Transcription
from sts import masks
from sts.errors import DataError
from sts.protocols import Metric
from sts.types import Clip, TextInstance

METRICS = (
    *(Region, Boundary, Objects, Pixels, Temporal, Panoptic, AveragePrecision, Tracking, Transcription),
    *(Cohen, Fleiss),
)
ERRORS = {"hd95_px", "asd_truth_px", "asd_prediction_px", "flicker_8", "flicker_16", "cer"}
"""Scores that are 0 at best"""
NO_BEST = {"tiou", "e_warp", "area_cov"}
"""Say how steady text is, which moves in the truth too"""
SIZE = (32, 48)
N = 18
"""Frames: enough for every window"""

metrics_of_the_field = pytest.mark.parametrize("kind", METRICS, ids=lambda kind: kind.__name__)
Case = tuple[Clip, Clip]


def instances(left: int, score: float | None = None) -> tuple[TextInstance, ...]:
    """A paragraph of one line of one word: a ring of strokes from x = left."""
    pixels = np.zeros(SIZE, np.bool_)
    pixels[8:20, left : left + 24] = True
    pixels[11:17, left + 3 : left + 21] = False
    one = TextInstance(
        track_id=1, level="word", polygon=cases.box(left, 8, 24, 12), source="human", text="word", score=score
    )
    return (
        replace(one, parent_id=2, mask=masks.encode(pixels)),
        replace(one, track_id=2, parent_id=3, level="line"),
        replace(one, track_id=3, level="paragraph"),
    )


def clip(name: str, lefts: Sequence[int], score: float | None = None) -> Clip:
    made = cases.clip(name, [instances(left, score) for left in lefts], SIZE)
    video = np.zeros((len(lefts), *SIZE, 3), np.uint8)
    for picture, frame in zip(video, made.frames, strict=True):
        word = frame.instances[0]
        assert word.mask is not None
        picture[masks.decode(word.mask)] = 220
    return replace(made, video=video)


def empty(name: str) -> Clip:
    return cases.clip(name, [()] * N, SIZE)


def drift(start: int) -> list[int]:
    return [start + i // 9 for i in range(N)]


@pytest.fixture(scope="module")
def pairs() -> list[Case]:
    """Right, moved, trembling, missed and invented."""
    tremble = [4 + (i % 3 == 0) for i in range(N)]
    return [
        (clip("right", drift(4)), clip("right", drift(4), 0.9)),
        (clip("moved", drift(6)), clip("moved", drift(8), 0.9)),
        (clip("trembling", drift(4)), clip("trembling", tremble, 0.3)),
        (clip("missed", drift(4)), empty("missed")),
        (empty("invented"), clip("invented", drift(10), 0.5)),
    ]


def counted(kind: Callable[[], Any], given: Sequence[Case]) -> Any:
    """A metric with these clips; Fleiss has three raters."""
    metric = kind()
    for truth, prediction in given:
        if isinstance(metric, Fleiss):
            metric.update((truth, prediction, truth))
        else:
            metric.update(truth, prediction)
    return metric


def test_every_metric_is_listed_here() -> None:
    found = set()
    for module in pkgutil.iter_modules(metrics.__path__):
        loaded = importlib.import_module(f"benchmarks.metrics.{module.name}")
        here = [one for _, one in inspect.getmembers(loaded, inspect.isclass) if one.__module__ == loaded.__name__]
        found |= {one for one in here if hasattr(one, "compute") and hasattr(one, "update")}
    assert found == set(METRICS)
    assert {path.partition(":")[2] for path in scoring.METRICS} <= {one.__name__ for one in found}


@metrics_of_the_field
def test_it_fits_the_protocol(kind: type[Any]) -> None:
    assert isinstance(kind(), Metric)


@metrics_of_the_field
def test_any_split_in_any_order_gives_the_very_same_numbers(kind: type[Any], pairs: list[Case]) -> None:
    whole = dict(counted(kind, pairs).compute())
    assert whole
    for first, second in permutations((pairs[:2], pairs[2:])):
        merged = counted(kind, first[::-1])
        merged.merge(counted(kind, second))
        assert merged.compute() == whole


@metrics_of_the_field
def test_merging_leaves_the_other_as_it_was(kind: type[Any], pairs: list[Case]) -> None:
    mine, other = counted(kind, pairs[:1]), counted(kind, pairs[1:])
    before = dict(other.compute())
    mine.merge(other)
    assert other.compute() == before


@metrics_of_the_field
def test_nothing_counted_is_an_error_and_no_zero(kind: type[Any]) -> None:
    with pytest.raises(DataError, match="no clip was scored"):
        kind().compute()


@metrics_of_the_field
def test_a_clip_cannot_count_twice(kind: type[Any], pairs: list[Case]) -> None:
    metric = counted(kind, pairs[:1])
    with pytest.raises(DataError, match="clip right is counted twice"):
        metric.merge(counted(kind, pairs[:1]))


@metrics_of_the_field
def test_the_truth_scores_best(kind: type[Any], pairs: list[Case]) -> None:
    """Of clips with text; in frames without any Hi-SAM's p and r are 0 even so, and so are ours."""
    found = counted(kind, [(truth, truth) for truth, _ in pairs[:4]]).compute()
    wanted = {name: 0.0 if name in ERRORS else 1.0 for name in found if name not in NO_BEST}
    assert {name: found[name] for name in wanted} == pytest.approx(wanted, abs=1e-6)


@metrics_of_the_field
def test_reports_say_what_each_score_means_and_which_way_is_better(kind: type[Any], pairs: list[Case]) -> None:
    told = {name: legend.explain(name) for name in counted(kind, pairs[:3]).compute()}
    assert {name for name, text in told.items() if not text} == set()
    assert {name for name, text in told.items() if "lower is better" in text} == told.keys() & ERRORS
    assert {name for name, text in told.items() if "best as in the truth" in text} == told.keys() & NO_BEST


@metrics_of_the_field
def test_what_nobody_earned_is_named(kind: type[Any], pairs: list[Case]) -> None:
    """Only a score of 1, and none where there are predictions that match."""
    missed = counted(kind, pairs[3:4])
    assert {missed.compute()[name] for name in by_rule(missed) & missed.compute().keys()} <= {1.0}
    assert by_rule(counted(kind, pairs[:1])) == frozenset()


@metrics_of_the_field
def test_a_wrong_prediction_does_not_score_best(kind: type[Any], pairs: list[Case]) -> None:
    best, found = (counted(kind, given).compute() for given in ([(one, one) for one, _ in pairs], pairs))
    assert any(abs(found[name] - best[name]) > 0.01 for name in found if name in best and name not in NO_BEST)


@metrics_of_the_field
@pytest.mark.parametrize("which", range(5))
def test_scores_of_one_clip_are_finite(kind: type[Any], which: int, pairs: list[Case]) -> None:
    """What cannot be measured is absent from `compute` and NaN in `scores`, never infinite."""
    metric = counted(kind, pairs[which : which + 1])
    found = metric.compute()
    assert all(math.isfinite(value) and type(value) is float for value in found.values())
    scores = scorer(metric)
    if scores is not None:
        told = scores(metric.rows.table())
        assert {name: value for name, value in told.items() if not math.isnan(value)} == found


@metrics_of_the_field
def test_another_size_names_the_clip(kind: type[Any], pairs: list[Case]) -> None:
    truth = pairs[0][0]
    with pytest.raises(DataError, match="clip right: the truth is 48x32 px, the prediction 24x16"):
        counted(kind, [(truth, replace(truth, height=16, width=24))])


@metrics_of_the_field
def test_frames_that_are_not_labelled_do_not_count(kind: type[Any], pairs: list[Case]) -> None:
    """The prediction of a clip's second half does not matter if the truth does not label it."""
    truth, prediction = pairs[2]
    half = tuple(replace(frame, labelled=frame.index < N // 2) for frame in truth.frames)
    other = tuple(
        frame if frame.index < N // 2 else replace(frame, instances=instances(20)) for frame in prediction.frames
    )
    told = [
        counted(kind, [(replace(truth, frames=half), replace(prediction, frames=one))]).compute()
        for one in (prediction.frames, other)
    ]
    assert told[0] == told[1]
