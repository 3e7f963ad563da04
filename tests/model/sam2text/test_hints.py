"""Made-up hints: on text, beside it, around it, and the same for the same seed."""

import pytest
import torch
from torch import Tensor

from model.protocols import Batch
from model.sam2text import hints as hinting
from model.sam2text.hints import NOTHING, OTHER, TEXT, TOP_LEFT, Hints

SIDE = 32


def batch(seed: int, truth: Tensor) -> Batch:
    return Batch(
        video=torch.zeros(*truth.shape[:2], 3, SIDE, SIDE, dtype=torch.uint8),
        truth=truth,
        valid=torch.ones_like(truth, dtype=torch.bool),
        labelled=torch.ones(truth.shape[:2], dtype=torch.bool),
        clip_ids=("a", "b"),
        seed=seed,
    )


def text(frames: int = 4) -> Tensor:
    truth = torch.zeros(2, frames, SIDE, SIDE, dtype=torch.uint8)
    truth[0, :, 8:12, 4:20] = 200
    return truth


def all_hints(truth: Tensor) -> list[Hints]:
    return [hint for seed in range(40) for hint in hinting.draw(batch(seed, truth), 0.99).values()]


def test_the_share_of_batches_with_hints_is_the_one_asked_for() -> None:
    prompted = [bool(hinting.draw(batch(seed, text()), 0.2)) for seed in range(300)]
    assert 0.12 < sum(prompted) / len(prompted) < 0.28
    assert not any(hinting.draw(batch(seed, text()), 0.0) for seed in range(50))


def test_the_same_seed_gives_the_same_hints() -> None:
    first, second = (hinting.draw(batch(3, text()), 0.99) for _ in range(2))
    assert list(first) == list(second)
    assert all(torch.equal(first[frame].points, second[frame].points) for frame in first)


def test_points_lie_on_what_they_say() -> None:
    for hint in all_hints(text()):
        for place, label in zip(hint.points[0], hint.labels[0].tolist(), strict=True):
            on = bool(text()[0, 0, int(place[1]), int(place[0])]) if label in (OTHER, TEXT) else None
            assert on in (None, label == TEXT)
            assert label not in (OTHER, TEXT) or torch.equal(place % 1, torch.full((2,), 0.5))


def test_a_box_is_close_around_the_text() -> None:
    boxes = [hint.points[0] for hint in all_hints(text()) if hint.labels[0, 0] == TOP_LEFT]
    assert boxes
    assert all(torch.allclose(box, torch.tensor([[4.0, 8.0], [20.0, 12.0]]), atol=1.7) for box in boxes)


def test_a_clip_without_text_has_hints_that_say_nothing_of_text() -> None:
    said = {label for hint in all_hints(text()) for label in hint.labels[1].tolist()}
    assert said == {NOTHING, OTHER}


@pytest.mark.parametrize("frames", [1, 2])
def test_a_short_clip_has_hints_too(frames: int) -> None:
    assert all_hints(text(frames))
