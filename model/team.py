"""The processes that train together under torchrun, or this one alone."""

import contextlib
import os
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import distributed


@dataclass(frozen=True, kw_only=True)
class Team:
    """This process among those that train together; all of them call each method, in the same order."""

    rank: int
    """From 0; only 0 writes"""
    size: int
    device: torch.device
    """Where this process computes"""

    def mean(self, values: Mapping[str, torch.Tensor]) -> dict[str, float]:
        """Means over the processes of scalars with the same names."""
        stacked = torch.stack([value.detach().float() for value in values.values()])
        if self.size > 1:
            distributed.all_reduce(stacked)
        return dict(zip(values, (stacked / self.size).tolist(), strict=True))

    def any(self, said: bool) -> bool:
        """Whether one of them says so."""
        return any(self.gather(said))

    def gather(self, value: Any) -> list[Any]:
        """A plain value of each process, by rank."""
        if self.size == 1:
            return [value]
        values = [None] * self.size
        distributed.all_gather_object(values, value)
        return values


@contextlib.contextmanager
def joined() -> Iterator[Team]:
    """The team that torchrun has started, on CUDA where there is one, else on the CPU; alone without torchrun."""
    cuda = torch.cuda.is_available()
    if not distributed.is_torchelastic_launched():
        yield Team(rank=0, size=1, device=torch.device("cuda" if cuda else "cpu"))
        return
    device = torch.device("cuda", int(os.environ["LOCAL_RANK"])) if cuda else torch.device("cpu")
    if cuda:
        torch.cuda.set_device(device)
    warnings.filterwarnings("ignore", "Grad strides do not match")  # of 1x1 kernels: a copy more, no other result
    distributed.init_process_group("nccl" if cuda else "gloo")
    try:
        yield Team(rank=distributed.get_rank(), size=distributed.get_world_size(), device=device)
    finally:
        distributed.destroy_process_group()
