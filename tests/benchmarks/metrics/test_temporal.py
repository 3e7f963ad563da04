"""Steadiness along exact flow, and windows against a brute-force count."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import cv2
import numpy as np
import pytest

from benchmarks import cases
from benchmarks.metrics import flow as flows
from benchmarks.metrics import frames
from benchmarks.metrics.flow import Field
from benchmarks.metrics.frames import Pixels
from benchmarks.metrics.temporal import Temporal
from benchmarks.peers.evaluators import pixels
from sts import masks
from sts.types import Clip, TextInstance

SIZE = (48, 80)
STEP = (3, 2)
"""px a frame, x and y"""


def text(strokes: Pixels, track: int = 1) -> TextInstance:
    return TextInstance(track_id=track, level="text", polygon=(), source="human", mask=masks.encode(strokes))


def video(shots: Sequence[Pixels], name: str = "a") -> Clip:
    return cases.clip(name, [(text(shot),) for shot in shots], shots[0].shape)


def strokes(left: int, top: int) -> Pixels:
    """Bars of 2 px."""
    made = np.zeros(SIZE, np.bool_)
    made[top : top + 12, left : left + 24] = np.arange(24) % 4 < 2
    return made


def moving(n: int = 6) -> Clip:
    return video([strokes(8 + STEP[0] * i, 6 + STEP[1] * i) for i in range(n)])


def exact(sign: int) -> Callable[[Clip, int, int], Field]:
    def flow(_: Clip, first: int, second: int) -> Field:
        return np.broadcast_to(np.float32(sign * (second - first)) * np.array(STEP, np.float32), (*SIZE, 2)).copy()

    return flow


def scored(truth: Clip, prediction: Clip, metric: Temporal | None = None) -> dict[str, float]:
    metric = metric or Temporal()
    metric.update(truth, prediction)
    return metric.compute()


def noise(seed: int, n: int) -> list[Pixels]:
    """Slow truth-like noise: half of the pixels stay, the others change now and then."""
    rng = np.random.default_rng(seed)
    now, found = rng.random((10, 14)) < 0.4, []
    for _ in range(n):
        now = now ^ (rng.random(now.shape) < 0.06)
        found.append(now)
    return found


def test_text_that_moves_with_the_flow_is_perfectly_steady() -> None:
    found = scored(moving(), moving(), Temporal(flow=exact(1)))
    assert found["tiou"] == 1
    assert found["e_warp"] == 0


def test_the_wrong_direction_of_flow_shows() -> None:
    assert scored(moving(), moving(), Temporal(flow=exact(-1)))["tiou"] < 0.9


def test_half_a_pixel_is_not_lost_on_the_way() -> None:
    mask = strokes(8, 6)
    still = np.full((*SIZE, 2), 0.4, np.float32)
    assert (flows.warp(mask, still) == mask).all()
    assert (flows.warp(np.roll(mask, 1, axis=1), np.full((*SIZE, 2), (0.6, 0), np.float32)) == mask).all()


def test_what_the_next_frame_hides_does_not_count() -> None:
    """The flow of the second frame back to the first disagrees where something came in front."""
    forward, backward = np.zeros((*SIZE, 2), np.float32), np.zeros((*SIZE, 2), np.float32)
    backward[:, :40] = (9, 0)
    seen = flows.visible(forward, backward)
    assert not seen[:, :40].any()
    assert seen[:, 40:].all()


def test_what_leaves_the_frame_does_not_count() -> None:
    forward = np.broadcast_to(np.array((10, 0), np.float32), (*SIZE, 2)).copy()
    seen = flows.visible(forward, -forward)
    assert seen[:, :70].all()
    assert not seen[:, 70:].any()


def test_flow_of_pictures_follows_a_texture() -> None:
    rng = np.random.default_rng(0)
    texture = cv2.resize(rng.integers(0, 255, (30, 50, 3), np.uint8), (160, 120), interpolation=cv2.INTER_CUBIC)
    pictures = np.stack([texture[40 - 2 * i : 88 - 2 * i, 60 - 3 * i : 140 - 3 * i] for i in range(4)])
    shown = replace(moving(4), video=pictures)
    found = scored(shown, moving(4))
    assert found["tiou"] > 0.95
    assert scored(moving(4), shown) == found
    assert scored(shown, video([strokes(8, 6)] * 4))["tiou"] < 0.7


def test_without_pictures_scores_along_the_flow_are_absent() -> None:
    assert {"tiou", "e_warp"} & scored(moving(), moving()).keys() == set()


def test_frames_without_strokes_have_no_tiou() -> None:
    empty = video([np.zeros(SIZE, np.bool_)] * 6)
    found = scored(moving(), empty, Temporal(flow=exact(1)))
    assert "tiou" not in found
    assert found["e_warp"] == 0


@pytest.mark.parametrize("band", [None, 1])
@pytest.mark.parametrize("n_frames", [7, 8, 9, 21])
def test_windows_are_those_of_a_brute_force_count(band: int | None, n_frames: int) -> None:
    truth, guess = noise(0, n_frames), noise(1, n_frames)
    found = scored(video(truth), video(guess), Temporal(band=band))
    expected = brute_force(truth, guess, 8, band)
    assert {name: value for name, value in found.items() if "_8" in name} == pytest.approx(expected, abs=1e-12)


def brute_force(truth: list[Pixels], guess: list[Pixels], n: int, band: int | None) -> dict[str, float]:
    """VSPW's loop, the paper's formula and the changes in each window, from whole stacks."""
    released, strict, flicker = [], [], []
    for i in range(len(truth) - n + 1):
        true, given = np.stack(truth[i : i + n]), np.stack(guess[i : i + n])
        near = np.ones(true.shape[1:], np.bool_)
        if band is not None:
            near = np.any([frames.grown(one, band) for one in true], axis=0)
        looked = (true == true[0]).all(axis=0) & near
        if i < len(truth) - n and looked.any():
            released.append((looked & (given == given[0]).all(axis=0)).sum() / looked.sum())
        if true.all(axis=0).any():
            strict.append(np.asarray(given.all(axis=0))[true.all(axis=0)].mean())
        flicker.append(((np.diff(given, axis=0).sum(axis=0) >= 2) & looked, looked))
    found = {}
    if released:
        found["vc_8"] = float(np.mean(released))
    if strict:
        found["vc_8_strict"] = float(np.mean(strict))
    if flicker:
        found["flicker_8"] = float(sum(a.sum() for a, _ in flicker) / sum(b.sum() for _, b in flicker))
    return found


def test_an_all_background_prediction_is_consistent_as_released_and_worthless_in_strict() -> None:
    truth, empty = video([strokes(8, 6)] * 20), video([np.zeros(SIZE, np.bool_)] * 20)
    found = scored(truth, empty)
    assert (found["vc_8"], found["vc_16"]) == (1, 1)
    assert (found["vc_8_strict"], found["vc_16_strict"]) == (0, 0)


def test_a_video_as_long_as_the_window_counts_in_strict_only() -> None:
    found = scored(video([strokes(8, 6)] * 8), video([strokes(8, 6)] * 8))
    assert found["vc_8_strict"] == 1
    assert "vc_8" not in found
    assert "vc_16_strict" not in found


def test_background_far_from_text_does_not_dilute_consistency() -> None:
    truth = video([strokes(8, 6)] * 9)
    wild = [np.zeros(SIZE, np.bool_) if i % 2 else strokes(8, 6) for i in range(9)]
    found = [scored(truth, video(wild), Temporal(band=band)) for band in (5, None)]
    assert found[0]["vc_8"] < 0.8 < 0.9 < found[1]["vc_8"]
    assert found[0]["flicker_8"] == pytest.approx(1 - found[0]["vc_8"])


def test_windows_do_not_reach_across_frames_that_are_not_labelled() -> None:
    whole = video([strokes(8, 6)] * 17)
    shots = tuple(replace(shot, labelled=i != 8) for i, shot in enumerate(whole.frames))
    found = scored(replace(whole, frames=shots), whole)
    assert "vc_8_strict" in found
    assert {"vc_8", "vc_16", "vc_16_strict"} & found.keys() == set()


def test_area_varies_with_the_predicted_track() -> None:
    small, large = strokes(8, 6), strokes(8, 6) | strokes(40, 6)
    found = scored(video([small] * 4), video([small, large, small, large]))
    assert found["area_cov"] == pytest.approx(1 / 3)
    assert scored(video([small] * 4), video([small] * 4))["area_cov"] == 0


def test_shards_merge_to_the_same_numbers() -> None:
    pairs = cases.videos(5, 2)
    whole, parts = Temporal(), [Temporal(), Temporal()]
    for i, pair in enumerate(pairs):
        whole.update(*pair)
        parts[i % 2].update(*pair)
    parts[1].merge(parts[0])
    assert parts[1].compute() == whole.compute()


def test_ignored_regions_are_taken_out() -> None:
    truth, guess = cases.videos(6, 1)[0]
    inside = pixels.ignored(truth)
    loud = [text(one, 70) for one in inside & (np.arange(len(inside))[:, None, None] % 2 == 0)]
    shots = [
        replace(shot, instances=tuple(replace(one, level="text") for one in shot.instances)) for shot in guess.frames
    ]
    noisy = [replace(shot, instances=(*shot.instances, one)) for shot, one in zip(shots, loud, strict=True)]
    plain = scored(truth, replace(guess, frames=tuple(shots)))
    assert inside.any()
    assert {
        name: value for name, value in scored(truth, replace(guess, frames=tuple(noisy))).items() if name[:2] == "vc"
    } == ({name: value for name, value in plain.items() if name[:2] == "vc"})
