"""SAM2Text: SAM2.1 that finds text by itself, draws finer masks and remembers a bounded past.

It is the stock `SAM2Base` with its own modules and weight names, and ours beside them; official checkpoints load as
they are. One path serves training and inference: `encode` frames, `look` at each with what is remembered, `remember`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from jaxtyping import Float, UInt8
from sam2.modeling.backbones.hieradet import MultiScaleBlock
from sam2.modeling.sam2_base import SAM2Base
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.checkpoint import checkpoint

from model import losses
from model.frames import MEAN, STD
from model.lora import inject
from model.losses import Prediction, Target
from model.protocols import Batch, Video, Wish
from model.sam2text import lessons, sizes
from model.sam2text.config import NetConfig
from model.sam2text.decoder import Decoded, extend
from model.sam2text.hints import Hints
from model.sam2text.memory import DualMemory, Entry
from model.sam2text.prompting import SelfPrompting, unit
from model.sam2text.recall import Features, Grid, memorise, recall
from model.sam2text.sight import Sight, decide, evidence, is_ambiguous, told
from sts.config import from_dict


class Recomputed(MultiScaleBlock):
    """A block of the trunk that keeps no activations and computes them again on the way back."""

    def forward(self, x: Tensor) -> Tensor:
        """As the stock block."""
        if not torch.is_grad_enabled():
            return super().forward(x)
        return checkpoint(super().forward, x, use_reentrant=False)


class SAM2Text(SAM2Base):
    """The net of `NetConfig`, with random weights; a `model.protocols.Net`."""

    Settings = NetConfig
    config: NetConfig
    mean: Float[Tensor, "3 1 1"]
    std: Float[Tensor, "3 1 1"]

    def __init__(self, **settings: Any) -> None:
        """Settings are the fields of `NetConfig`, nested ones as tables. ConfigError names one that cannot be used."""
        nn.Module.__init__(self)
        config = from_dict(self.Settings, settings, where="net")
        vars(self).update(vars(sizes.build(config)))
        self.config = config
        self._freeze()
        inject(self.image_encoder.trunk, config.lora)
        extend(self.sam_mask_decoder, config.scales)
        prompting = config.prompting
        self.self_prompting = SelfPrompting(prompting, self.hidden_dim) if prompting.tokens else None
        self.wish = Wish(layout=config.prompted > 0 and config.single > 0)
        self.register_buffer("mean", torch.tensor(MEAN).view(3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(STD).view(3, 1, 1), persistent=False)
        self.train()

    @property
    def checkpointing(self) -> bool:
        """Whether the trunk computes its activations again on the way back, to save memory."""
        return all(isinstance(block, Recomputed) for block in self.image_encoder.trunk.blocks)

    @checkpointing.setter
    def checkpointing(self, on: bool) -> None:
        for block in self.image_encoder.trunk.blocks:
            block.__class__ = Recomputed if on else MultiScaleBlock

    def autocast(self) -> torch.autocast:
        """Half precision for inference: bfloat16 on CUDA; on a CPU that is slower than float32."""
        kind = self.device.type
        return torch.autocast(kind, torch.bfloat16, enabled=kind == "cuda")

    def train(self, mode: bool = True) -> "SAM2Text":
        """Parts in which nothing trains stay in `eval`: no dropout in them."""
        super().train(mode)
        for part in self.children():
            part.train(mode and any(parameter.requires_grad for parameter in part.parameters()))
        return self

    def groups(self, lr: float) -> list[dict[str, Any]]:
        """One group: all that trains, at one rate; no decay by layer, as LoRA is new in the first and in the last."""
        return [{"params": [p for p in self.parameters() if p.requires_grad], "lr": lr}]

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """Losses of every scale on every frame, see `model.losses`; a mask counts also where the score denies text."""
        return self.stroke_losses(self.encode(batch.video), batch)

    def stroke_losses(self, frames: Sequence[Features], batch: Batch) -> dict[str, Tensor]:
        """The same from what `encode` makes of the batch."""
        lesson = lessons.draw(batch, self.config.prompted, self.config.single)
        sights = [sight.decoded for sight in self.follow(frames, lesson.hints, single=lesson.single)]
        target = Target(
            truth=lesson.truth.flatten(0, 1).float() / 255,
            valid=batch.valid.flatten(0, 1),
            labelled=lesson.labelled.flatten(0, 1),
        )
        scales = {f"x{scale}": _prediction(sights, scale) for scale in sights[0].masks}
        return losses.total(scales, _stack([sight.object_score for sight in sights]), target, self.config.focal)

    def masks(self, video: Video) -> Float[Tensor, "b t s s"]:
        """Share of each pixel of the input square that is text, without prompts."""
        return torch.cat([sight.mask for sight in self.clip(video)], dim=1).sigmoid()

    def clip(self, video: Video, hints: Mapping[int, Hints] | None = None, finest: int = 4) -> list[Sight]:
        """Every frame of b clips in order, with hints by frame; scales above `finest` are not computed."""
        return self.follow(self.encode(video), hints or {}, finest)

    def follow(
        self, frames: Sequence[Features], hints: Mapping[int, Hints], finest: int = 4, *, single: bool = False
    ) -> list[Sight]:
        """The same from what `encode` makes of the clips; `single` as in `look`."""
        memories, sights = [DualMemory(self.config.memory) for _ in frames[0].top], []
        for frame, features in enumerate(frames):
            sights.append(self.look(features, memories, frame, hints.get(frame), finest, single=single))
            if frame + 1 < len(frames):
                self.remember(features, sights[-1], memories, frame, pin=frame in hints)
        return sights

    def encode(self, video: UInt8[Tensor, "b t 3 s s"]) -> list[Features]:
        """Features by frame, all frames in one go."""
        b, t = video.shape[:2]
        pictures = (video.flatten(0, 1).float() / 255 - self.mean) / self.std
        out = self.forward_image(pictures)
        position = out["vision_pos_enc"][-1][:b]
        *fine, top = out["backbone_fpn"]
        top = unit(top.movedim(1, -1)).movedim(-1, 1) if self.config.unit_features else top
        levels = [level.unflatten(0, (b, t)).unbind(1) for level in (*fine, top, pictures)]
        return [
            Features(
                fine=(s4, s8),
                top=top,
                picture=picture,
                position=position,
                key=functional.normalize(top.detach().float().mean((2, 3))),
            )
            for s4, s8, top, picture in zip(*levels, strict=True)
        ]

    def look(
        self,
        features: Features,
        memories: Sequence[DualMemory],
        frame: int,
        hints: Hints | None = None,
        finest: int = 4,
        *,
        single: bool = False,
    ) -> Sight:
        """The objects of b memories on one frame, with what a user says about it: a mask is taken as it is.

        `single` is for a thing that a user chose: the net's own prompts, which say "all text", are left out.
        """
        mask = None if hints is None else hints.mask
        views = [memory.view(frame, key) for memory, key in zip(memories, features.key, strict=True)]
        seen = features.top if mask is not None else recall(self, features, views)
        known = evidence(self, features, seen, None if single else self._prompts(features, seen), hints)
        if mask is not None:
            return told(self, known, mask)
        plain = self.self_prompting is None and self.config.scales.finest == 1
        return decide(self, known, multimask=plain and is_ambiguous(self, hints), finest=finest)

    def remember(self, features: Features, sight: Sight, memories: Sequence[DualMemory], frame: int, pin: bool) -> None:
        """Write the frame into each memory; in `eval` as bfloat16, as SAM2 does."""
        written = memorise(self, features, sight.mask, sight.decoded.object_score)
        written = written if self.training else written.bfloat16()
        quality = (sight.decoded.ious * sight.decoded.object_score.sigmoid())[:, 0].detach().tolist()
        rows = zip(memories, written.split(1), sight.pointer.split(1), features.key, quality, strict=True)
        for memory, grid, pointer, key, good in rows:
            memory.add(Entry(frame=frame, features=grid, pointer=pointer, key=key, quality=good), pin)

    def _freeze(self) -> None:
        """Keep what the settings keep of the stock net; what is added afterwards trains."""
        wanted = self.config.train
        for name, parameter in self.named_parameters():
            parameter.requires_grad_(getattr(wanted, _part(name)))

    def _prompts(self, features: Features, seen: Grid) -> Float[Tensor, "b n c"] | None:
        """The net's own prompts, from the picture or from what was made of it."""
        if self.self_prompting is None:
            return None
        prompts: Tensor = self.self_prompting(features.top if self.config.prompting.source == "image" else seen)
        return prompts


def _part(name: str) -> str:
    """Field of `TrainedConfig` that a parameter of the stock net belongs to."""
    prefixes = {"image_encoder.trunk": "trunk", "image_encoder.neck": "neck", "sam_prompt_encoder": "prompt_encoder"}
    prefixes["sam_mask_decoder"] = "decoder"
    return next((part for prefix, part in prefixes.items() if name.startswith(prefix)), "memory")


def _prediction(sights: Sequence[Decoded], scale: int) -> Prediction:
    quality = [sight.ious if scale < 4 or sight.finest_iou is None else sight.finest_iou for sight in sights]
    return Prediction(logits=_stack([sight.masks[scale] for sight in sights]), quality=_stack(quality))


def _stack(frames: Sequence[Tensor]) -> Tensor:
    """Rows in the order of a batch's clips and frames, from (b, 1, ...) a frame."""
    return torch.cat(list(frames), dim=1).flatten(0, 1)
