"""All pixel metrics at once are the same as each alone; a view is the whole frame's text in a smaller window."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.metrics.boundary import Boundary
from benchmarks.metrics.objects import Objects
from benchmarks.metrics.pixels import Pixels
from benchmarks.metrics.region import Region
from benchmarks.metrics.rows import by_rule
from benchmarks.metrics.views import views
from sts.errors import DataError
from sts.protocols import Metric
from tests.benchmarks.metrics.drawings import clip, drawn, image, text, wrong


def test_all_at_once_gives_the_scores_of_each() -> None:
    together, alone = Pixels(), (Region(), Boundary(), Objects())
    for i, guess in enumerate(wrong(drawn()).values()):
        for metric in (together, *alone):
            metric.update(image(drawn(), f"image-{i}"), image(guess, f"image-{i}"))
    expected = {name: value for metric in alone for name, value in metric.compute().items()}
    assert together.compute() == expected


@pytest.mark.parametrize("kind", [Pixels, Region, Boundary, Objects])
def test_each_is_a_metric_that_says_when_it_has_counted_nothing(kind: type[Metric]) -> None:
    metric = kind()
    assert isinstance(metric, Metric)
    with pytest.raises(DataError, match="no clip was scored"):
        metric.compute()


def test_a_truth_of_words_without_strokes_tells_nothing_and_one_without_text_does() -> None:
    word, strokes = text(drawn()), wrong(drawn())["moved"]
    bare = clip((replace(word, mask=None),), clip_id="bare")
    metric, known = Pixels(), Pixels()
    metric.update(bare, image(strokes, "bare"))
    assert metric.compute() == {}
    assert by_rule(metric) == frozenset()
    for one in (metric, known):
        one.update(image(drawn(), "drawn"), image(strokes, "drawn"))
        one.update(clip((), clip_id="none"), image(strokes, "none"))
    assert metric.compute() == known.compute()
    assert by_rule(metric) == by_rule(known)


def test_shards_merge_to_the_same_numbers() -> None:
    parts, whole = [Pixels(), Pixels()], Pixels()
    for i, guess in enumerate(wrong(drawn()).values()):
        for metric in (parts[i % 2], whole):
            metric.update(image(drawn(), f"image-{i}"), image(guess, f"image-{i}"))
    parts[0].merge(parts[1])
    assert parts[0].compute() == whole.compute()


def test_a_view_holds_all_text_and_one_pixel_around_it() -> None:
    truth, guess = np.zeros((2, 48, 64), np.bool_)
    truth[10:20, 30:40] = True
    guess[0:5, 20:35] = True
    (view,) = views(image(truth), image(guess))
    assert view.truth.strokes.shape == view.prediction.strokes.shape == (21, 22)
    assert (view.truth.strokes.sum(), view.prediction.strokes.sum()) == (100, 75)
    assert (view.height, view.width, view.ignored) == (48, 64, 0)


def test_instances_of_one_track_are_one_object() -> None:
    left, right = np.zeros((2, 48, 64), np.bool_)
    left[5:9, 5:20] = True
    right[5:9, 30:40] = True
    (view,) = views(clip((text(left, 1), text(right, 1))), clip(()))
    assert view.truth.objects[1].pixels.sum() == view.truth.strokes.sum() == 100


def test_a_frame_without_a_prediction_is_an_error_and_not_a_zero() -> None:
    with pytest.raises(DataError, match="1 of 2 frames have no prediction"):
        list(views(clip((), ()), clip(())))
