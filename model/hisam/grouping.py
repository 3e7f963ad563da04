"""Which of many masks are one: the best of those alike, and groups of those that share enough."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor

SIGMA = 2.0
"""Of the Gaussian by which alike masks lose their score"""
STEP = 1024
"""Pixels that are compared at once, to save memory"""
Scores = Float[Tensor, " n"]
Masks = Bool[Tensor, "n pixels"]


def ious(masks: Masks) -> Float[Tensor, "n n"]:
    """Intersection over union of each two; 0 for two empty ones."""
    common = torch.zeros(len(masks), len(masks), device=masks.device)
    for part in masks.split(STEP, dim=1):
        common += part.float() @ part.float().T
    areas = common.diagonal()
    return common / (areas[:, None] + areas[None] - common).clamp(min=1)


def matrix_nms(masks: Masks, scores: Scores) -> Scores:
    """Scores that masks like a better one lose (SOLOv2, arXiv 2003.10152), in the order given.

    They are compared from the best down, so that the order in which they come does not matter.
    """
    order = scores.argsort(descending=True, stable=True)
    overlap = ious(masks[order]).triu(diagonal=1)
    hidden = overlap.max(0).values[:, None]
    decay = torch.exp(-SIGMA * (overlap**2 - hidden**2)).min(0).values
    updated = torch.empty_like(scores)
    updated[order] = scores[order] * decay
    return updated


def groups(alike: Bool[Tensor, "n n"]) -> list[int]:
    """Number of the group of each, from 0 in order of appearance: members are linked directly or through others."""
    leaders = list(range(len(alike)))

    def leader(i: int) -> int:
        while leaders[i] != i:
            leaders[i] = leaders[leaders[i]]
            i = leaders[i]
        return i

    for i, j in alike.nonzero().tolist():
        low, high = sorted((leader(i), leader(j)))
        leaders[high] = low
    numbers: dict[int, int] = {}
    return [numbers.setdefault(leader(i), len(numbers)) for i in range(len(alike))]
