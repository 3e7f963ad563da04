"""Traps 23 and 27: neither the order of masks nor that of links matters."""

import itertools

import numpy as np
import pytest
import torch
from jaxtyping import Bool

from model.hisam import grouping

Masks = Bool[torch.Tensor, "n pixels"]


def masks(*spans: tuple[int, int], pixels: int = 100) -> Masks:
    made = torch.zeros(len(spans), pixels, dtype=torch.bool)
    for row, (first, last) in zip(made, spans, strict=True):
        row[first:last] = True
    return made


def test_ious_by_hand() -> None:
    found = grouping.ious(masks((0, 10), (5, 15), (50, 60), (0, 0)))
    assert torch.allclose(found[0], torch.tensor([1.0, 5 / 15, 0.0, 0.0]))
    assert found[3].tolist() == [0.0, 0.0, 0.0, 0.0]


def test_many_pixels_are_compared_part_by_part() -> None:
    some = torch.rand(5, 10_000, generator=torch.Generator().manual_seed(0)) > 0.5
    common = (some[:, None] & some[None]).sum(2) / (some[:, None] | some[None]).sum(2)
    assert torch.allclose(grouping.ious(some), common)


def test_the_better_of_two_that_are_the_same_stays_in_either_order() -> None:
    both = masks((0, 10), (0, 10))
    for scores in ([0.6, 0.9], [0.9, 0.6]):
        kept = grouping.matrix_nms(both, torch.tensor(scores)) > 0.5
        assert kept.tolist() == [score == 0.9 for score in scores]


def test_scores_fall_by_a_gaussian_of_the_overlap() -> None:
    updated = grouping.matrix_nms(masks((0, 10), (5, 15), (50, 60)), torch.tensor([0.9, 0.8, 0.7]))
    assert updated.tolist() == pytest.approx([0.9, 0.8 * np.exp(-2 * (5 / 15) ** 2), 0.7])


def test_a_mask_that_is_hidden_itself_takes_less_from_others() -> None:
    """SOLOv2: what the second loses to the first, it takes from the third that much less."""
    updated = grouping.matrix_nms(masks((0, 10), (0, 10), (5, 15)), torch.tensor([0.9, 0.8, 0.7]))
    assert updated[2].item() == pytest.approx(0.7 * np.exp(-2 * (5 / 15) ** 2))


def test_every_order_gives_every_mask_the_same_score() -> None:
    all_, scores = masks((0, 10), (3, 12), (8, 20), (50, 60)), torch.tensor([0.9, 0.8, 0.7, 0.6])
    expected = grouping.matrix_nms(all_, scores)
    for order in map(list, itertools.permutations(range(4))):
        assert torch.allclose(grouping.matrix_nms(all_[order], scores[order]), expected[order])


def test_groups_are_linked_through_others_and_numbered_as_they_come() -> None:
    links = torch.eye(6, dtype=torch.bool)
    for a, b in ((5, 0), (3, 5), (1, 4)):
        links[a, b] = links[b, a] = True
    assert grouping.groups(links) == [0, 1, 2, 0, 1, 0]
    assert grouping.groups(torch.zeros(0, 0, dtype=torch.bool)) == []


@pytest.mark.parametrize("seed", range(5))
def test_groups_do_not_depend_on_the_order(seed: int) -> None:
    rng = np.random.default_rng(seed)
    links = torch.from_numpy(rng.random((12, 12)) < 0.08)
    links = links | links.T
    order = rng.permutation(12)
    found, again = grouping.groups(links), grouping.groups(links[order][:, order])
    for i, j in itertools.combinations(range(12), 2):
        assert (again[i] == again[j]) == (found[order[i]] == found[order[j]])
