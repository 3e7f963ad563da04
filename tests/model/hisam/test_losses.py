"""Each loss by hand, with the weights of the paper's code."""

import math

import pytest
import torch

from model.hisam import losses
from model.hisam.decoders import Answer, Strokes
from model.hisam.targets import Marks
from model.losses import FocalConfig, Target

SURE = 30.0


def marks(truth: torch.Tensor, counted: list[bool] | None = None) -> Marks:
    n = len(truth)
    return Marks(
        points=torch.zeros(n, 2),
        owners=torch.zeros(n, dtype=torch.int64),
        truth=truth,
        counted=torch.tensor(counted or [True] * n),
    )


def truth(n: int = 1) -> torch.Tensor:
    """Half of a square for each level."""
    made = torch.zeros(n, 3, 32, 32, dtype=torch.uint8)
    made[..., :16] = 1
    return made


def answer(sign: float, ious: float, n: int = 1) -> Answer:
    """Right by a large margin, or wrong by it."""
    grid = torch.full((n, 3, 32, 32), -SURE * sign)
    grid[..., :16] = SURE * sign
    fine = torch.full((n, 48, 48), -SURE * sign)
    fine[..., :24] = SURE * sign
    return Answer(masks=grid, ious=torch.full((n, 3), ious), words=fine)


def test_a_right_answer_costs_little_beside_a_wrong_one() -> None:
    right = losses.of_layout(answer(1.0, 1.0), marks(truth()))
    wrong = losses.of_layout(answer(-1.0, 1.0), marks(truth()))
    assert set(right) == {"word", "word_fine", "line", "paragraph"}
    assert all(right[name] < wrong[name] / 10 for name in right)


def test_an_error_of_the_expected_iou_is_squared_and_counts_half_for_paragraphs() -> None:
    torch.manual_seed(0)
    right = losses.of_layout(answer(1.0, 1.0), marks(truth()))
    torch.manual_seed(0)
    wrong = losses.of_layout(answer(1.0, 0.4), marks(truth()))
    change = {name: (wrong[name] - right[name]).item() for name in right}
    assert change == pytest.approx({"word": 0, "word_fine": 0, "line": 0.36, "paragraph": 0.18}, abs=1e-4)


def test_an_unsure_answer_costs_cross_entropy_and_dice() -> None:
    flat = Answer(masks=torch.zeros(1, 3, 32, 32), ious=torch.zeros(1, 3), words=torch.zeros(1, 48, 48))
    found = losses.of_layout(flat, marks(truth()))
    points, half = 16 * 16, 0.5
    on = points * half
    expected = math.log(2) + 1 - (2 * on * half + 1) / (points * half + on + 1)
    assert found["word"].item() == pytest.approx(expected, abs=0.06)
    assert found["paragraph"].item() == pytest.approx(found["line"].item() / 2, abs=0.06)


def test_points_of_a_sampled_loss_are_where_the_mask_is_unsure() -> None:
    logits = torch.full((1, 32, 32), SURE)
    logits[:, :, 15:17] = 0.0
    places = losses._places(logits)
    assert places.shape == (1, 256, 2)
    assert (places[0, :, 0].abs() < 0.1).float().mean() > 0.25
    assert places.abs().max() <= 1


def test_points_that_do_not_count_change_nothing_and_none_is_no_error() -> None:
    parts = answer(1.0, 1.0), answer(-1.0, 0.0)
    both = Answer(
        masks=torch.cat([one.masks for one in parts]),
        ious=torch.tensor([[1.0] * 3, [0.0] * 3]),
        words=torch.cat([one.words for one in parts if one.words is not None]),
    )
    torch.manual_seed(0)
    half = losses.of_layout(both, marks(truth(2), [True, False]))
    torch.manual_seed(0)
    all_ = losses.of_layout(both, marks(truth(2)))
    assert all(half[name] < all_[name] / 5 for name in half)
    assert all(value == 0 for value in losses.of_layout(both, marks(truth(2), [False, False])).values())


def test_strokes_cost_twenty_focal_and_dice_and_the_squared_error_of_the_iou() -> None:
    target = Target(
        truth=truth()[:, 0].float(),
        valid=torch.ones(1, 32, 32, dtype=torch.bool),
        labelled=torch.ones(1, dtype=torch.bool),
    )
    found = losses.of_strokes(
        Strokes(
            coarse=torch.zeros(1, 1, 8, 8),
            fine=answer(1.0, 1.0).masks[:, :1],
            coarse_iou=torch.tensor([[0.3]]),
            fine_iou=torch.tensor([[0.7]]),
        ),
        target,
        FocalConfig(),
    )
    assert found["focal_x1"].item() == pytest.approx(20 * 0.5 * 0.25 * math.log(2), rel=1e-4)
    assert found["dice_x1"].item() == pytest.approx(1 - 513 / 1025, rel=1e-4)
    assert found["iou_x1"].item() == pytest.approx(0.3**2)
    assert found["iou_x4"].item() == pytest.approx(0.3**2, abs=1e-5)
    assert found["focal_x4"] + found["dice_x4"] < 1e-3
