"""J&F of tracks by the rules of SA-V and of DAVIS, with the numbers of their own code."""

import numpy as np
import pytest

from benchmarks.metrics.objects import Objects
from sts.types import Clip, TextInstance
from tests.benchmarks.metrics.drawings import clip, drawn, text


def box(top: int, bottom: int, left: int, right: int) -> np.ndarray:
    pixels = np.zeros((48, 64), np.bool_)
    pixels[top:bottom, left:right] = True
    return pixels


def shot() -> tuple[Clip, Clip]:
    """Object 1 is in all six frames, 2 comes late and is predicted early, 3 is only predicted."""
    truth: list[tuple[TextInstance, ...]] = []
    guess: list[tuple[TextInstance, ...]] = []
    for i in range(6):
        second, early = text(box(20, 26, 30, 50), 2), text(box(21, 27, 30, 50), 2)
        truth.append((text(box(10, 14, 5 + i, 25 + i), 1), *([second] if i in (3, 5) else [])))
        stray = [text(box(40, 44, 2, 9), 3)] if i == 4 else []
        guess.append((text(box(10, 14, 6 + i, 25 + i), 1), *([early] if i in (2, 3) else []), *stray))
    return clip(*truth), clip(*guess)


def scored(truth: Clip, guess: Clip) -> dict[str, float]:
    metric = Objects()
    metric.update(truth, guess)
    return dict(metric.compute())


def test_late_objects_score_as_sav_dataset_and_davis2017_evaluation_score_them() -> None:
    """sav_benchmark.Evaluator of facebookresearch/sam2@2b90b9f; db_eval_* of davis2017-evaluation@ac7c43f."""
    found = scored(*shot())
    assert found["j"] == pytest.approx((0.95 + 0.5714285714285714) / 2, abs=1e-9)
    assert found["f"] == pytest.approx((1.0 + 0.6666666666666666) / 2, abs=1e-9)
    assert found["j_davis"] == pytest.approx((0.95 + 0.6785714285714286) / 2, abs=1e-9)
    assert found["f_davis"] == pytest.approx((1.0 + 0.75) / 2, abs=1e-9)
    assert found["jf"] == (found["j"] + found["f"]) / 2


def test_the_first_and_the_last_frame_do_not_count() -> None:
    word, nothing = (text(drawn()),), ()
    assert scored(clip(word, word, word, word), clip(nothing, word, word, nothing))["jf"] == 1
    assert scored(clip(word, word, word, word), clip(word, nothing, nothing, word))["jf"] == 0


def test_an_image_counts_though_it_is_first_and_last() -> None:
    found = scored(clip((text(drawn()),)), clip((text(drawn()),)))
    assert found["jf"] == found["jf_davis"] == 1


def test_an_object_that_is_gone_and_not_predicted_is_right() -> None:
    word = (text(drawn()),)
    assert scored(clip(word, word, (), (), word), clip(word, word, (), (), word))["j"] == 1


def test_the_mean_is_over_objects_and_not_over_clips() -> None:
    three = [text(box(5 * i, 5 * i + 3, 5, 40), i) for i in range(3)]
    metric = Objects()
    metric.update(clip(tuple(three), clip_id="a"), clip((), clip_id="a"))
    metric.update(clip((three[0],), clip_id="b"), clip((three[0],), clip_id="b"))
    assert metric.compute()["j"] == 0.25


def test_an_object_with_another_id_is_not_found() -> None:
    assert scored(clip((text(drawn(), 1),)), clip((text(drawn(), 2),)))["j"] == 0


def test_ignored_objects_are_neither_wanted_nor_wrong() -> None:
    word, skipped = box(5, 9, 5, 40), box(20, 30, 5, 40)
    truth = clip((text(word, 1), text(skipped, 2, ignore=True)))
    assert scored(truth, clip((text(word | skipped, 1), text(skipped, 2))))["jf"] == 1


def test_a_clip_without_objects_has_no_score() -> None:
    assert scored(clip(()), clip((text(drawn()),))) == {}


def test_shards_merge_to_the_same_numbers() -> None:
    truth, guess = shot()
    parts, whole = [Objects(), Objects()], Objects()
    for i in range(4):
        a, b = (clip(*(f.instances for f in one.frames[i:] + one.frames[:i]), clip_id=f"{i}") for one in (truth, guess))
        for metric in (parts[i % 2], whole):
            metric.update(a, b)
    parts[1].merge(parts[0])
    assert parts[1].compute() == whole.compute()
