"""Operations are counted, also where torch has a short cut, and works are timed in turn."""

import torch
from torch import nn

from model.cost import clock


def test_a_product_counts_two_operations_a_multiplication() -> None:
    a, b = torch.ones(3, 5), torch.ones(5, 7)
    assert clock.flops(lambda: a @ b) == 2 * 3 * 5 * 7


@torch.no_grad()
def test_attention_is_counted_in_eval_too() -> None:
    attention, x = nn.MultiheadAttention(8, 2, batch_first=True).eval().requires_grad_(False), torch.ones(1, 6, 8)
    projections, products = 4 * 2 * 6 * 8 * 8, 2 * 2 * 6 * 6 * 8
    assert clock.flops(lambda: attention(x, x, x, need_weights=False)) == projections + products
    assert torch.backends.mha.get_fastpath_enabled()


def test_works_are_done_in_turn_and_every_second_round_backwards() -> None:
    done: list[str] = []
    works = {name: lambda name=name: done.append(name) for name in "ab"}
    taken = clock.in_turn(works, 3, torch.device("cpu"))
    assert done == list("abbaab")
    assert [len(values) for values in taken.values()] == [3, 3]
