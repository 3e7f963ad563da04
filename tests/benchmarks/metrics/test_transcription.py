"""Reading scores, by hand."""

from dataclasses import replace

import pytest

from benchmarks import cases
from benchmarks.metrics.transcription import Transcription, edit_distance
from sts.types import Clip, TextInstance

REFERENCE = {
    "e2e_pq": 0.45131025953339043,
    "e2e_f": 0.584126984126984,
    "e2e_p": 0.6433566433566433,
    "e2e_r": 0.5348837209302325,
    "e2e_t": 0.7726235421359674,
}
"""HierText eval.py --e2e at 70b6620 on cases.pages(0, 8), by `benchmarks.reference`"""


def page(*texts: str | None, name: str = "a", first: int = 0) -> Clip:
    return cases.clip(name, [tuple(word(first + i, text) for i, text in enumerate(texts))], (100, 100))


def word(row: int, text: str | None) -> TextInstance:
    return TextInstance(track_id=row, level="word", polygon=cases.box(0, 12 * row, 50, 10), source="human", text=text)


def scored(*pairs: tuple[Clip, Clip]) -> dict[str, float]:
    metric = Transcription()
    for truth, prediction in pairs:
        metric.update(truth, prediction)
    return metric.compute()


@pytest.mark.parametrize(
    ("a", "b", "distance"),
    [("", "", 0), ("abc", "", 3), ("", "ab", 2), ("kitten", "sitting", 3), ("flaw", "lawn", 2), ("ab", "ba", 2)],
)
def test_edit_distance(a: str, b: str, distance: int) -> None:
    assert edit_distance(a, b) == edit_distance(b, a) == distance


def test_end_to_end_numbers_are_those_of_the_reference_code() -> None:
    found = scored(*cases.pages(0, 8))
    assert {name: found[name] for name in REFERENCE} == pytest.approx(REFERENCE, abs=1e-12)


def test_error_rates_of_matched_words() -> None:
    found = scored((page("SALE", "OPENING"), page("SALT", "OPEN")))
    assert found["cer"] == pytest.approx((1 + 3) / (4 + 7))
    assert found["ned"] == pytest.approx((3 / 4 + 4 / 7) / 2)
    assert found["e2e_f"] == 0


def test_missed_and_false_words_count_end_to_end_only() -> None:
    found = scored((page("A", "B", "C"), page("A", "B", first=1)))
    assert found["ned"] == 0
    found = scored((page("A", "B", "C"), cases.clip("a", [(word(0, "A"), word(7, "X"))], (100, 100))))
    assert (found["cer"], found["ned"]) == (0, 1)
    assert found["e2e_ned"] == pytest.approx(1 / 4)
    assert [found["e2e_p"], found["e2e_r"]] == pytest.approx([1 / 2, 1 / 3])


def test_composed_and_decomposed_letters_are_equal() -> None:
    assert scored((page("K\u00e4se"), page("Ka\u0308se")))["e2e_f"] == 1


def test_case_and_punctuation_count() -> None:
    assert scored((page("Sale!"), page("sale")))["cer"] == pytest.approx(2 / 5)


def test_truths_without_text_do_not_count() -> None:
    found = scored((page("A", None), page("A", "B")))
    assert (found["e2e_p"], found["e2e_r"]) == (1, 1)


def test_predictions_without_any_text_have_no_score() -> None:
    assert scored((page("A"), page(None))) == {}
    assert scored((page(None), page("A"))) == {}


def test_a_prediction_without_text_reads_as_empty_beside_others_that_read() -> None:
    found = scored((page("A", "BC"), page("A", None)))
    assert found["cer"] == pytest.approx(2 / 3)


def test_shards_merge_to_the_same_numbers() -> None:
    pairs = [(page("A", "BC", name=str(i)), page("A", "B" * i, name=str(i))) for i in range(4)]
    parts = [Transcription(), Transcription()]
    for i, pair in enumerate(pairs):
        parts[i % 2].update(*pair)
    parts[0].merge(parts[1])
    assert parts[0].compute() == scored(*pairs)
    skipped = [(replace(truth, clip_id=f"{truth.clip_id}x"), page(name="x")) for truth, _ in pairs[:1]]
    assert scored(*pairs, *skipped)["e2e_r"] < scored(*pairs)["e2e_r"]
