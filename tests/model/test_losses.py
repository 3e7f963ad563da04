"""What counts in a loss, what does not, and the values of the formulas on cases that can be done by hand."""

import math

import pytest
import torch
from torch import Tensor

from model import losses
from model.losses import FocalConfig, Prediction, Target
from sts.errors import ConfigError

PAPER = FocalConfig()


def square(side: int = 16, at: int = 4, size: int = 8) -> Tensor:
    truth = torch.zeros(1, side, side)
    truth[:, at : at + size, at : at + size] = 1
    return truth


def target(truth: Tensor, valid: Tensor | None = None, labelled: Tensor | None = None) -> Target:
    return Target(
        truth=truth,
        valid=torch.ones_like(truth, dtype=torch.bool) if valid is None else valid,
        labelled=torch.ones(len(truth), dtype=torch.bool) if labelled is None else labelled,
    )


def perfect(truth: Tensor) -> Tensor:
    return truth * 40 - 20


def everything(logits: Tensor, goal: Target, config: FocalConfig = PAPER) -> dict[str, Tensor]:
    n = len(goal.truth)
    return losses.total({"x1": Prediction(logits=logits, quality=torch.full((n,), 0.5))}, torch.zeros(n), goal, config)


def test_a_perfect_mask_with_the_right_score_and_quality_costs_nothing() -> None:
    truth = square()
    prediction = Prediction(logits=perfect(truth), quality=torch.ones(1))
    parts = losses.total({"x1": prediction}, torch.full((1,), 20.0), target(truth), PAPER)
    assert parts["total"] < 1e-6


def test_the_total_is_the_sum_of_its_parts() -> None:
    parts = everything(torch.randn(1, 16, 16), target(square()))
    assert sorted(parts) == ["dice_x1", "focal_x1", "iou_x1", "object", "total"]
    rest = sum(float(value) for name, value in parts.items() if name != "total")
    assert float(parts["total"]) == pytest.approx(rest, rel=1e-6)


def test_focal_loss_of_an_undecided_mask_is_the_formula() -> None:
    text, nothing, undecided = target(torch.ones(1, 2, 2)), target(torch.zeros(1, 2, 2)), torch.zeros(1, 2, 2)
    assert float(losses.focal(undecided, text, PAPER)) == pytest.approx(0.25 * 0.25 * math.log(2))
    assert float(losses.focal(undecided, nothing, PAPER)) == pytest.approx(0.75 * 0.25 * math.log(2))


def test_without_gamma_the_focal_loss_is_half_the_cross_entropy() -> None:
    text, logits = target(torch.ones(1, 2, 2)), torch.full((1, 2, 2), -3.0)
    plain = FocalConfig(alpha=0.5, gamma=0.0)
    assert float(losses.focal(logits, text, plain)) == pytest.approx(math.log(1 + math.exp(3)) / 2)


def test_the_weight_of_the_focal_loss_can_be_set() -> None:
    once, twice = (everything(torch.zeros(1, 16, 16), target(square()), FocalConfig(weight=w)) for w in (1.0, 2.0))
    assert float(twice["focal_x1"]) == pytest.approx(2 * float(once["focal_x1"]))


@pytest.mark.parametrize("wrong", [{"weight": -1.0}, {"alpha": 0.0}, {"alpha": 1.0}, {"gamma": -1.0}])
def test_a_focal_loss_that_teaches_nothing_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match="focal"):
        FocalConfig(**wrong)


def test_dice_of_half_a_square_is_the_formula() -> None:
    half = square()
    half[:, :, 8:] = 0
    assert float(losses.dice(perfect(half), target(square()))) == pytest.approx(1 - 65 / 97, abs=1e-4)


def test_the_expected_iou_is_compared_with_that_of_the_binary_masks() -> None:
    half = square()
    half[:, :, 8:] = 0
    error = losses.quality_error(torch.tensor([0.9]), perfect(half), target(square()))
    assert float(error) == pytest.approx(0.4)


def test_a_soft_truth_is_not_made_binary() -> None:
    pixel, logits = torch.full((1, 4, 4), 0.3), torch.linspace(-4, 4, 801)
    values = torch.stack([losses.focal(torch.full((1, 4, 4), float(x)), target(pixel), PAPER) for x in logits])
    best = logits[values.argmin()].sigmoid()
    assert 0.05 < best < 0.45  # focal loss leans away from the truth; a binary one would ask for 0


def test_ignored_pixels_change_no_loss() -> None:
    truth, valid = square(), torch.ones(1, 16, 16, dtype=torch.bool)
    valid[:, :, 12:] = False
    logits = torch.randn(1, 16, 16)
    other_truth, other_logits = torch.where(valid, truth, 1.0), torch.where(valid, logits, 9.0)
    first, second = everything(logits, target(truth, valid)), everything(other_logits, target(other_truth, valid))
    assert {name: float(value) for name, value in first.items()} == {n: float(v) for n, v in second.items()}


def test_frames_that_nobody_labelled_change_no_loss() -> None:
    truth, logits = torch.cat([square(), square(at=0)]), torch.randn(2, 16, 16)
    alone = everything(logits[:1], target(truth[:1]))
    both = everything(logits, target(truth, labelled=torch.tensor([True, False])))
    assert all(float(both[name]) == pytest.approx(float(alone[name])) for name in alone)


def test_no_label_at_all_gives_zero_and_finite_gradients() -> None:
    logits = torch.randn(1, 16, 16, requires_grad=True)
    parts = everything(logits, target(square(), labelled=torch.tensor([False])))
    parts["total"].backward()
    assert parts["total"].item() == 0
    assert logits.grad is not None
    assert bool((logits.grad == 0).all())


def test_a_frame_without_text_teaches_focal_loss_and_score_only() -> None:
    parts = everything(torch.zeros(1, 16, 16), target(torch.zeros(1, 16, 16)))
    assert float(parts["dice_x1"]) == 0
    assert float(parts["iou_x1"]) == 0
    assert float(parts["focal_x1"]) > 0
    assert float(parts["object"]) == pytest.approx(math.log(2))


def test_a_frame_whose_only_text_may_be_in_an_ignored_region_has_no_score_loss() -> None:
    valid = torch.ones(1, 16, 16, dtype=torch.bool)
    valid[:, :4] = False
    nothing = torch.zeros(1, 16, 16)
    assert float(losses.object_score(torch.full((1,), 9.0), target(nothing, valid))) == 0
    assert float(losses.object_score(torch.full((1,), -9.0), target(square(), valid))) > 8


def test_a_sliver_of_a_stroke_is_no_text() -> None:
    sliver = torch.zeros(1, 16, 16)
    sliver[:, 0, :9] = 0.1
    assert not bool(target(sliver).has_text)
    assert bool(target(sliver * 2).has_text)


def test_coarse_logits_are_judged_on_the_grid_of_the_truth() -> None:
    truth = square()
    coarse = Prediction(logits=perfect(truth)[:, ::2, ::2], quality=None)
    parts = losses.total({"x1": coarse}, torch.zeros(1), target(truth), PAPER)
    assert "iou_x1" not in parts
    assert 0 < float(parts["dice_x1"]) < 0.1


def test_logits_of_half_precision_are_judged_in_float32() -> None:
    parts = everything(torch.randn(1, 16, 16).bfloat16(), target(square()))
    assert parts["total"].dtype == torch.float32
