"""HierText's matching and sums, against hand values and against what its own code says of the same pages."""

from dataclasses import replace
from typing import Any

import pytest

from benchmarks import cases
from benchmarks.metrics.panoptic import Panoptic
from sts.errors import DataError
from sts.types import Clip, Frame, Level, TextInstance

SIZE = (60, 200)
REFERENCE = {
    "word_pq": 0.6219429170605576,
    "word_f": 0.7999999999999999,
    "word_p": 0.8811188811188811,
    "word_r": 0.7325581395348837,
    "word_t": 0.7774286463256971,
    "line_pq": 0.5874162316322327,
    "line_f": 0.8030303030303031,
    "line_p": 0.9137931034482759,
    "line_r": 0.7162162162162162,
    "line_t": 0.731499433517456,
    "paragraph_pq": 0.6068364977836609,
    "paragraph_f": 0.835820895522388,
    "paragraph_p": 0.9655172413793104,
    "paragraph_r": 0.7368421052631579,
    "paragraph_t": 0.7260364890098572,
}
"""HierText eval.py at 70b6620 on cases.pages(0, 8), by `benchmarks.reference`"""


def one(level: Level, number: int, box: tuple[int, int, int, int], **other: Any) -> TextInstance:
    left, top, width, height = box
    made = TextInstance(track_id=number, level=level, polygon=cases.box(left, top, width, height), source="human")
    return replace(made, **other)


def page(*instances: TextInstance, name: str = "a") -> Clip:
    return cases.clip(name, [instances], SIZE)


def scored(*pairs: tuple[Clip, Clip]) -> dict[str, float]:
    metric = Panoptic()
    for truth, prediction in pairs:
        metric.update(truth, prediction)
    return metric.compute()


WORD = one("word", 1, (0, 0, 100, 10))


def test_the_numbers_are_those_of_the_reference_code() -> None:
    found = scored(*cases.pages(0, 8))
    assert {name: found[name] for name in REFERENCE} == pytest.approx(REFERENCE, abs=1e-6)
    assert {name: found[name] for name in REFERENCE if name[-1] in "pr"} == pytest.approx(
        {name: value for name, value in REFERENCE.items() if name[-1] in "pr"}, abs=1e-15
    )


def test_a_perfect_prediction_scores_1_at_every_level() -> None:
    truth = page(
        replace(WORD, parent_id=2), one("line", 2, (0, 0, 100, 10), parent_id=3), one("paragraph", 3, (0, 0, 100, 40))
    )
    assert scored((truth, truth)) == pytest.approx(dict.fromkeys(scored((truth, truth)), 1.0), abs=1e-7)
    assert len(scored((truth, truth))) == 15


def test_a_match_is_the_best_of_both_sides_and_not_any_above_the_threshold() -> None:
    worse, better = one("word", 1, (0, 0, 60, 10)), one("word", 2, (0, 0, 90, 10))
    found = scored((page(WORD), page(worse, better)))
    assert (found["word_p"], found["word_r"]) == (0.5, 1.0)
    assert found["word_t"] == pytest.approx(0.9)
    assert found["word_pq"] == pytest.approx(0.9 * 2 / 3)


def test_no_other_partner_is_found_for_the_one_who_lost() -> None:
    """Hungarian matching would give two matches."""
    left, right = one("word", 1, (0, 0, 100, 10)), one("word", 2, (40, 0, 60, 10))
    wide, narrow = one("word", 1, (30, 0, 70, 10)), one("word", 2, (0, 0, 55, 10))
    found = scored((page(left, right), page(wide, narrow)))
    assert (found["word_p"], found["word_r"]) == (0.5, 0.5)


def test_sums_run_over_images_and_are_no_mean_of_images() -> None:
    many = page(*(one("word", i, (20 * i, 0, 15, 10)) for i in range(9)), name="b")
    found = scored((page(WORD), page()), (many, many))
    assert found["word_r"] == pytest.approx(0.9)


def test_a_frame_without_predictions_misses_everything() -> None:
    found = scored((page(WORD), page()))
    assert (found["word_r"], found["word_p"], found["word_f"], found["word_t"], found["word_pq"]) == (0, 1, 0, 1, 0)


def test_a_frame_without_predicted_record_is_an_error_that_names_it() -> None:
    with pytest.raises(DataError, match=r"clip a: 1 of 1 frames have no prediction, the first is frame 0"):
        scored((page(WORD), cases.clip("a", [], SIZE)))


def test_another_size_is_an_error_that_names_both() -> None:
    with pytest.raises(DataError, match=r"clip a: the truth is 200x60 px, the prediction 60x60 px"):
        scored((page(WORD), cases.clip("a", [()], (60, 60))))


@pytest.mark.parametrize("field", [{"legible": False}, {"ignore": True}])
def test_a_region_that_does_not_count_takes_predictions_that_lie_in_it_by_half(field: dict[str, Any]) -> None:
    truth = page(WORD, replace(one("word", 2, (0, 20, 50, 10)), **field))
    half, less = one("word", 2, (0, 20, 99, 10)), one("word", 2, (0, 20, 101, 10))
    assert scored((truth, page(WORD, half)))["word_p"] == 1.0
    assert scored((truth, page(WORD, less)))["word_p"] == 0.5


def test_two_regions_that_do_not_count_do_not_add_up() -> None:
    skipped = [one("word", 2 + i, (40 * i, 20, 40, 10), legible=False) for i in range(2)]
    assert scored((page(WORD, *skipped), page(WORD, one("word", 2, (0, 20, 81, 10)))))["word_p"] == 0.5


def test_a_line_is_the_pixels_of_its_words_and_not_its_own_polygon() -> None:
    words = [one("word", i, (60 * i, 0, 20, 10), parent_id=9) for i in range(2)]
    truth, own = page(*words, one("line", 9, (0, 0, 190, 50))), page(one("line", 9, (0, 0, 190, 50)))
    assert scored((truth, page(*words, one("line", 9, (0, 40, 5, 5)))))["line_pq"] == 1.0
    assert scored((truth, own))["line_pq"] == 0.0
    assert scored((own, own))["line_pq"] == 1.0


def test_words_of_a_paragraph_may_hang_on_its_lines() -> None:
    word, line = replace(WORD, parent_id=2), one("line", 2, (0, 0, 100, 10), parent_id=3)
    truth = page(word, line, one("paragraph", 3, (0, 0, 10, 10)))
    assert scored((truth, page(WORD, one("paragraph", 3, (0, 0, 100, 10)))))["paragraph_t"] == pytest.approx(1.0)


def test_a_level_that_the_truth_never_has_is_absent() -> None:
    found = scored((page(WORD), page(WORD, one("line", 2, (0, 0, 9, 9)))))
    assert {name.split("_")[0] for name in found} == {"word"}


def test_frames_that_are_not_labelled_do_not_count() -> None:
    truth = page(WORD)
    skipped = Frame(index=1, time_s=1.0, labelled=False)
    longer = replace(truth, frames=(*truth.frames, skipped))
    assert scored((longer, truth)) == scored((truth, truth))


def test_shards_merge_to_the_same_numbers() -> None:
    parts = [Panoptic(), Panoptic()]
    pairs = cases.pages(1, 6)
    for i, pair in enumerate(pairs):
        parts[i % 2].update(*pair)
    parts[1].merge(parts[0])
    assert parts[1].compute() == scored(*pairs)
    with pytest.raises(DataError, match="page-000 is counted twice"):
        parts[1].merge(parts[0])
