"""Hi-SAM on segment_anything: a `model.protocols.Net`.

SAM's weights load as they are, as do the released ones of Hi-SAM (`keys.py`): parameters have their names.
"""

from collections.abc import Mapping
from typing import Any

import torch
from jaxtyping import Float, Int64, UInt8
from torch import Tensor, nn

from model.frames import MEAN, STD
from model.hisam import keys, losses, sizes, targets
from model.hisam.adapter import AdapterBlock, adapt
from model.hisam.config import NetConfig
from model.hisam.decoders import Answer, Features, HierDecoder, StrokeDecoder, Strokes
from model.hisam.prompting import ModalAligner
from model.losses import Target
from model.protocols import Batch, Video, Wish
from sts.config import from_dict

TEXT = 1
"""What a point says, in the numbers of SAM"""


class HiSam(nn.Module):
    """The net of `NetConfig`, with random weights."""

    config: NetConfig
    mean: Float[Tensor, "3 1 1"]
    std: Float[Tensor, "3 1 1"]

    def __init__(self, **settings: Any) -> None:
        """Settings are the fields of `NetConfig`, nested ones as tables. ConfigError names one that cannot be used."""
        super().__init__()
        config = from_dict(NetConfig, settings, where="net")
        size = sizes.SIZES[config.size]
        self.config, self.image_size = config, sizes.image_size(config)
        self.wish = Wish(layout=config.layout.on, letterbox=True)
        self.image_encoder = sizes.image_encoder(config).requires_grad_(config.train.image_encoder)
        adapt(self.image_encoder, size.embed)
        self.prompt_encoder = sizes.prompt_encoder(config).requires_grad_(config.train.prompt_encoder)
        self.modal_aligner = ModalAligner(size.width, config.tokens)
        self.mask_decoder = StrokeDecoder(**sizes.decoder(config))
        self.hi_decoder = HierDecoder(**sizes.decoder(config)) if config.layout.on else None
        self.register_buffer("mean", torch.tensor(MEAN).view(3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(STD).view(3, 1, 1), persistent=False)

    @property
    def checkpointing(self) -> bool:
        """Whether the encoder computes its activations again on the way back, to save memory."""
        return all(block.checkpointing for block in self._blocks())

    @checkpointing.setter
    def checkpointing(self, on: bool) -> None:
        for block in self._blocks():
            block.checkpointing = on

    def load_state_dict(self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False) -> Any:
        """As always; from weights without a decoder of layout, that begins as a copy of the stroke decoder's part."""
        state = keys.with_layout(state_dict) if self.hi_decoder is not None else state_dict
        return super().load_state_dict(state, strict=strict, assign=assign)

    def groups(self, lr: float) -> list[dict[str, Any]]:
        """One group: all that trains, at one rate."""
        return [{"params": [p for p in self.parameters() if p.requires_grad], "lr": lr}]

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """Losses of both stroke masks and, with layout, of words, lines and paragraphs at points on strokes."""
        features = self.encode(batch.video.flatten(0, 1))
        target = Target(
            truth=batch.truth.flatten(0, 1).float() / 255,
            valid=batch.valid.flatten(0, 1),
            labelled=batch.labelled.flatten(0, 1),
        )
        parts = losses.of_strokes(self.draw(features), target, self.config.focal)
        if self.hi_decoder is not None:
            marks = targets.draw(batch, self.config.layout)
            parts |= losses.of_layout(self.ask(features[marks.owners], marks.points, words=True), marks)
        return {"total": torch.stack(list(parts.values())).sum(), **parts}

    def masks(self, video: Video) -> Float[Tensor, "b t s s"]:
        """Share of each pixel of the input square that is text."""
        strokes = self.draw(self.encode(video.flatten(0, 1)))
        return strokes.fine[:, 0].unflatten(0, video.shape[:2]).sigmoid()

    def encode(self, pictures: UInt8[Tensor, "n 3 s s"]) -> Features:
        """Features at stride 16."""
        seen: Tensor = self.image_encoder((pictures.float() / 255 - self.mean) / self.std)
        return seen

    def draw(self, features: Features) -> Strokes:
        """All strokes, prompted by the net itself."""
        return self.mask_decoder.draw(features, self.prompt_encoder.get_dense_pe(), self.modal_aligner(features))

    def ask(self, features: Features, points: Float[Tensor, "n 2"], *, words: bool) -> Answer:
        """What the text at a point of each row of features belongs to; px of the input, pixel centres at +0.5."""
        assert self.hi_decoder is not None, "a net with layout"
        labels: Int64[Tensor, "n 1"] = torch.full((len(points), 1), TEXT, device=points.device)
        prompts, _ = self.prompt_encoder(points=(points[:, None] - 0.5, labels), boxes=None, masks=None)
        return self.hi_decoder.ask(features, self.prompt_encoder.get_dense_pe(), prompts, words)

    def _blocks(self) -> list[AdapterBlock]:
        return [block for block in self.image_encoder.blocks if isinstance(block, AdapterBlock)]
