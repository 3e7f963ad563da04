"""What a network must look like to be trained by `model.train`: it turns a batch of clips into losses."""

from dataclasses import dataclass, replace
from typing import Any, Protocol, runtime_checkable

import torch
from jaxtyping import Bool, Float, UInt8

from model.regions import Layout

Video = UInt8[torch.Tensor, "b t 3 h w"]
Truth = UInt8[torch.Tensor, "b t h w"]
Valid = Bool[torch.Tensor, "b t h w"]
Labelled = Bool[torch.Tensor, "b t"]


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Clips of equal length and size, with their truth."""

    video: Video
    """RGB"""
    truth: Truth
    """Soft stroke mask: the share of the pixel that strokes cover, 0 to 255"""
    valid: Valid
    """False where text is to be ignored"""
    labelled: Labelled
    """False where nobody looked for text: the frame does not count"""
    clip_ids: tuple[str, ...]
    """One a clip, to name it in a message"""
    seed: int
    """For the random choices of the net, such as which frames get prompts"""
    layout: tuple[tuple[Layout, ...], ...] | None = None
    """Words, lines and paragraphs by clip and frame; None where the net has no wish for them"""

    def to(self, device: torch.device | str) -> "Batch":
        """The same batch with its tensors on a device."""
        return replace(
            self,
            video=self.video.to(device, non_blocking=True),
            truth=self.truth.to(device, non_blocking=True),
            valid=self.valid.to(device, non_blocking=True),
            labelled=self.labelled.to(device, non_blocking=True),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a net wants of its samples besides pictures and strokes."""

    layout: bool = False
    """Words, lines and paragraphs"""
    letterbox: bool = False
    """Frames keep their shape, and the input square is filled up to the right or below; else they are stretched"""


def wish(net: object) -> Wish:
    """Its attribute `wish`; a net without one wants nothing more."""
    found: Wish = getattr(net, "wish", Wish())
    return found


@runtime_checkable
class Net(Protocol):
    """An nn.Module that can be trained; what trains is `requires_grad`."""

    config: Any
    """Frozen dataclass of every setting; `Net(**config.to_dict(net.config))` is the same net"""
    image_size: int
    """Side of the square input, px"""
    checkpointing: bool
    """Set by the trainer: activations are computed again on the way back instead of kept"""

    def loss(self, batch: Batch) -> dict[str, torch.Tensor]:
        """Scalars by name, the same names for every batch: "total" is minimised, the others are logged."""

    def masks(self, video: Video) -> Float[torch.Tensor, "b t s s"]:
        """Share of each pixel of the square input that is text, in [0, 1], without prompts: for pictures and checks."""

    def groups(self, lr: float) -> list[dict[str, Any]]:
        """Parameter groups for the optimiser, each with `params` and `lr`, holding all that trains and nothing else.

        The trainer takes biases and norms (all of one axis) out of weight decay.
        """
