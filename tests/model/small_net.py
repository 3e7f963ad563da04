"""A small Net of three convolutions: the second implementation of the protocol, quick enough for every test."""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import torch
from jaxtyping import Float
from torch import nn
from torch.nn import functional

from model.optimiser import OptimiserConfig
from model.protocols import Batch, Net
from model.team import Team
from model.trainer import TrainConfig
from sts import config


@dataclass(frozen=True, slots=True, kw_only=True)
class InnerConfig:
    """A nested table, as real nets have them."""

    dropout: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallConfig:
    """Settings of SmallNet."""

    size: int = 32
    """px"""
    width: int = 4
    freeze: bool = False
    """The first convolution does not train"""
    inner: InnerConfig = field(default_factory=InnerConfig)
    breaks_at: str = ""
    """Id of a clip whose loss is no number"""
    floats: int = 0
    """Numbers to keep in memory during a step"""


class SmallNet(nn.Module):
    """Looks at each frame alone."""

    def __init__(self, **options: Any) -> None:
        super().__init__()
        self.config = config.from_dict(SmallConfig, options)
        self.image_size = self.config.size
        self.checkpointing = False
        width = self.config.width
        self.base = nn.Conv2d(3, width, 3, padding=1)
        self.norm = nn.GroupNorm(1, width)
        self.head = nn.Conv2d(width, 1, 3, padding=1)
        self.base.requires_grad_(not self.config.freeze)

    def loss(self, batch: Batch) -> dict[str, torch.Tensor]:
        """Mean over clips of cross entropy, and its parts."""
        room = torch.empty(self.config.floats)
        entropy = functional.binary_cross_entropy_with_logits(self(batch.video), batch.truth / 255, reduction="none")
        counted = batch.valid & batch.labelled[:, :, None, None]
        total = (entropy * counted).sum() / counted.sum().clamp(min=1) + room[:0].sum()
        if self.config.breaks_at in batch.clip_ids:
            total = total * torch.nan
        return {"total": total, "entropy": total}

    def forward(self, video: torch.Tensor) -> Float[torch.Tensor, "b t s s"]:
        """Logits."""
        features = functional.gelu(self.norm(self.base(video.flatten(0, 1) / 255)))
        dropped = functional.dropout(features, self.config.inner.dropout, self.training)
        return self.head(dropped)[:, 0].unflatten(0, video.shape[:2])

    @torch.no_grad()
    def masks(self, video: torch.Tensor) -> Float[torch.Tensor, "b t s s"]:
        """Probabilities."""
        return self(video).sigmoid()

    def groups(self, lr: float) -> list[dict[str, Any]]:
        """One group."""
        return [{"params": [p for p in self.parameters() if p.requires_grad], "lr": lr}]


def net(**options: Any) -> Net:
    """With the same first weights every time."""
    torch.manual_seed(0)
    return SmallNet(**options)


def batch(step: int, clips: int = 2, *, size: int = 32, frames: int = 2) -> Batch:
    """Bright squares on noise, another batch for every step."""
    draw = torch.Generator().manual_seed(step)
    video = torch.randint(0, 100, (clips, frames, 3, size, size), generator=draw, dtype=torch.uint8)
    truth = torch.zeros(clips, frames, size, size, dtype=torch.uint8)
    for clip in range(clips):
        left, top = torch.randint(0, size // 2, (2,), generator=draw).tolist()
        truth[clip, :, top : top + size // 3, left : left + size // 3] = 255
    return Batch(
        video=torch.maximum(video, truth[:, :, None].expand_as(video) // 255 * 220),
        truth=truth,
        valid=torch.ones_like(truth, dtype=torch.bool),
        labelled=torch.ones(clips, frames, dtype=torch.bool),
        clip_ids=tuple(f"clip-{step}-{clip}" for clip in range(clips)),
        seed=step,
    )


ALONE = Team(rank=0, size=1, device=torch.device("cpu"))
FAST = OptimiserConfig(lr=0.02, clip_norm=1.0, warmup=1)


def settings(**given: Any) -> TrainConfig:
    """Six quick steps, without a board."""
    return TrainConfig(**{"steps": 6, "optimiser": FAST, "board": False, **given})


def source(step: int) -> Iterable[Batch]:
    """Batches without end."""
    return map(batch, itertools.count(step))
