"""Trap 25: windows cover the picture, none comes twice, and a constant stays one."""

import numpy as np
import pytest
import torch

from model.hisam import sliding


def test_a_side_up_to_that_of_the_window_has_one() -> None:
    for length in (1, 384, 385, 511, 512):
        assert sliding._starts(length, 512) == [0]
    assert sliding._starts(513, 512) == [0, 1]
    assert sliding._starts(1280, 512) == [0, 384, 768]


@pytest.mark.parametrize("size", [(720, 1280), (385, 512), (100, 2000), (513, 513)], ids=str)
def test_every_pixel_is_covered_and_no_window_comes_twice(size: tuple[int, int]) -> None:
    covered, found = np.zeros(size, int), list(sliding.windows(*size, 512))
    for left, top, right, bottom in found:
        assert (bottom - top, right - left) == (min(512, size[0]), min(512, size[1]))
        covered[top:bottom, left:right] += 1
    assert covered.min() >= 1
    assert len(set(found)) == len(found)


def test_a_constant_keeps_its_sign_and_overlaps_are_added() -> None:
    total = sliding.summed(100, 150, 80, lambda box: torch.full((box[3] - box[1], box[2] - box[0]), -2.0))
    assert total.max() == -2.0
    assert total.min() == -12.0  # six windows
