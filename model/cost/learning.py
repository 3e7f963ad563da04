"""Steps of training a second: ours beside plain SAM2, whose whole trunk trains as it has no LoRA."""

from collections.abc import Mapping
from statistics import median
from typing import Any

import torch

from model.cost import clock
from model.cost.clock import Pair
from model.protocols import Batch
from model.sam2text.net import SAM2Text
from model.team import Team
from model.trainer import TrainConfig, Trainer

PLAIN: Mapping[str, Any] = {
    "lora": {"rank": 0},
    "prompting": {"tokens": 0},
    "scales": {"finest": 1},
    "memory": {"recent": 6, "retrieved": 0, "first_pinned": True},
    "train": {"trunk": True, "neck": True},
}
"""Settings that leave nothing of ours"""


def measure(settings: Mapping[str, Any], window: int, steps: int) -> Pair:
    """Medians of `steps` steps of each in turn, after one; random weights, one clip of `window` frames of noise."""
    on = clock.device()
    trainers = {name: _trainer({**settings, **more}, window, on) for name, more in (("ours", {}), ("plain", PLAIN))}
    batch = _batch(window, trainers["ours"].net.image_size)
    works = {name: lambda one=one: one.advance(batch) for name, one in trainers.items()}
    taken = {name: median(values[1:]) for name, values in clock.in_turn(works, 1 + steps, on).items()}
    return Pair(ours=1 / taken["ours"], plain=1 / taken["plain"])


def _trainer(settings: Mapping[str, Any], window: int, on: torch.device) -> Trainer:
    return Trainer(SAM2Text(**settings), TrainConfig(window=window), Team(rank=0, size=1, device=on))


def _batch(window: int, side: int) -> Batch:
    draw = torch.Generator().manual_seed(0)
    return Batch(
        video=torch.randint(0, 256, (1, window, 3, side, side), dtype=torch.uint8, generator=draw),
        truth=torch.randint(0, 256, (1, window, side, side), dtype=torch.uint8, generator=draw),
        valid=torch.ones(1, window, side, side, dtype=torch.bool),
        labelled=torch.ones(1, window, dtype=torch.bool),
        clip_ids=("noise",),
        seed=0,
    )
