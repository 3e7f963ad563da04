"""SAM2Text that also knows words, lines and paragraphs: the layout of Hi-SAM on video, which remembers its strokes."""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from model.hisam import losses, targets
from model.hisam.config import LayoutConfig
from model.hisam.decoders import Answer, WordBranch
from model.protocols import Batch, Wish
from model.sam2text import config as stock
from model.sam2text.decoder import Evidence, MultiScaleDecoder
from model.sam2text.hints import TEXT
from model.sam2text.net import SAM2Text
from model.sam2text.recall import Features
from sts.errors import ConfigError

ELSEWHERE = ("conv_s0", "conv_s1", "pred_obj_score_head", "to_2x", "heads_2x", "to_4x", "head_4x", "iou_4x")
"""Parts of the stroke decoder that the layout has no use for"""
STROKES, LAYOUT = "sam_mask_decoder.", "hi_decoder."


@dataclass(frozen=True, slots=True, kw_only=True)
class NetConfig(stock.NetConfig):
    """SAM2Text and its layout."""

    layout: LayoutConfig = field(default_factory=LayoutConfig)


class VideoHierDecoder(WordBranch, MultiScaleDecoder):
    """SAM2's mask decoder, asked with points."""

    def ask(self, evidence: Evidence, words: bool) -> Answer:
        """One point a row."""
        answers, features = self._transform(evidence)
        ious = self.iou_prediction_head(answers[:, 1])
        return self.answer(answers[:, 2:6], self._upscale(features, evidence), ious, words)


class LayoutSAM2Text(SAM2Text):
    """The net of `NetConfig`, with random weights; the decoder of layout begins as a copy of that of strokes."""

    Settings = NetConfig
    config: NetConfig

    def __init__(self, **settings: Any) -> None:
        """ConfigError as for SAM2Text, and for a layout that is off."""
        super().__init__(**settings)
        if not self.config.layout.on:
            raise ConfigError("layout.on = false: that is model.sam2text.net:SAM2Text")
        self.wish = Wish(layout=True)
        strokes = self.sam_mask_decoder
        assert isinstance(strokes, MultiScaleDecoder)
        self.hi_decoder = _begun(strokes)
        self.train()

    def load_state_dict(self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False) -> Any:
        """As always; from weights without layout, its decoder begins as that of strokes in them."""
        return super().load_state_dict({**self._begun(state_dict), **state_dict}, strict=strict, assign=assign)

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """Losses of SAM2Text, and of words, lines and paragraphs at points on the strokes of every frame."""
        frames, marks = self.encode(batch.video), targets.draw(batch, self.config.layout)
        strokes = self.stroke_losses(frames, batch)
        layout = losses.of_layout(self.ask(_all(frames), marks.owners, marks.points, words=True), marks)
        return {**strokes, **layout, "total": strokes["total"] + torch.stack(list(layout.values())).sum()}

    def ask(
        self, features: Features, owners: Int64[Tensor, " n"], points: Float[Tensor, "n 2"], *, words: bool
    ) -> Answer:
        """What the text at points belongs to; `owners` are rows of the features, points px of the input square.

        The past has no say: points are asked of what the frame itself shows.
        """
        labels = torch.full((len(points), 1), TEXT, device=points.device)
        sparse, dense = self.sam_prompt_encoder(points=(points[:, None] - 0.5, labels), boxes=None, masks=None)
        known = Evidence(
            features=features.top[owners] + self.no_mem_embed.view(1, -1, 1, 1),  # as SAM2 does without a past
            position=self.sam_prompt_encoder.get_dense_pe(),
            fine=(features.fine[0][owners], features.fine[1][owners]),
            picture=features.picture[:1].expand(len(points), -1, -1, -1),  # not looked at for the layout
            sparse=sparse,
            dense=dense,
        )
        return self.hi_decoder.ask(known, words)

    def _begun(self, state: Mapping[str, Any]) -> dict[str, Any]:
        """The decoder of layout that weights of SAM2Text stand for; nothing for weights that have their own."""
        if any(name.startswith(LAYOUT) for name in state):
            return {}
        names = [name for name in self.hi_decoder.state_dict() if STROKES + name in state]
        return {LAYOUT + name: state[STROKES + name] for name in names}


def _begun(strokes: MultiScaleDecoder) -> VideoHierDecoder:
    """A copy that has what the layout needs."""
    decoder = copy.deepcopy(strokes)
    for name in ELSEWHERE:
        if hasattr(decoder, name):
            delattr(decoder, name)
    decoder.__class__ = VideoHierDecoder
    assert isinstance(decoder, VideoHierDecoder)
    decoder.add_words(decoder.transformer_dim)
    return decoder.requires_grad_(True)


def _all(frames: Sequence[Features]) -> Features:
    """Frames of all clips as rows, clip by clip."""
    return Features(
        fine=(_rows([one.fine[0] for one in frames]), _rows([one.fine[1] for one in frames])),
        top=_rows([one.top for one in frames]),
        picture=_rows([one.picture for one in frames]),
        position=_rows([one.position for one in frames]),
        key=_rows([one.key for one in frames]),
    )


def _rows(levels: Sequence[Tensor]) -> Tensor:
    return torch.stack(list(levels), dim=1).flatten(0, 1)
