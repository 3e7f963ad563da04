"""Words, lines and paragraphs of a video, found by SAM2Text with layout."""

from dataclasses import dataclass, field
from functools import partial

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from model.frames import to_input
from model.hisam import amg, tracks
from model.hisam.amg import AmgConfig
from model.hisam.decoders import Answer
from model.hisam.fit import stretch
from model.hisam.tracks import FoundFrame
from model.hisam.video import LayoutSAM2Text
from model.sam2text.memory import DualMemory
from model.sam2text.recall import Features
from model.sam2text.segmenter import SAM2TextSegmenter
from sts.errors import ConfigError
from sts.types import Clip


@dataclass(kw_only=True)
class LayoutLabeler(SAM2TextSegmenter):
    """Labeler, and the Segmenter that SAM2Text is: strokes with their past, words as each frame shows them."""

    amg: AmgConfig = field(default_factory=AmgConfig)

    @torch.no_grad()
    def label(self, clip: Clip) -> Clip:
        """The clip with its words, lines and paragraphs, under numbers that last. ConfigError without layout."""
        assert clip.video is not None
        net = self.module
        if not isinstance(net, LayoutSAM2Text):
            raise ConfigError(f"{self.weights} knows strokes only: train model.hisam.video:LayoutSAM2Text for words")
        memories = [DualMemory(net.config.memory)]
        found = [self._found(net, memories, frame, number) for number, frame in enumerate(clip.video)]
        return tracks.labelled(clip, found, self.instances)

    def _found(
        self, net: LayoutSAM2Text, memories: list[DualMemory], frame: UInt8[np.ndarray, "h w 3"], number: int
    ) -> FoundFrame:
        with net.autocast():
            (features,) = net.encode(to_input(frame[None], net.image_size).to(net.device)[None])
            sight = net.look(features, memories, number)
            net.remember(features, sight, memories, number, pin=False)
            fit, mask = stretch(frame.shape[0], frame.shape[1], net.image_size), sight.mask[0].float()
            lines = amg.find(partial(_ask, net, features), mask[0], fit, self.amg, seed=number)
        return FoundFrame(strokes=fit.logits(mask)[0].sigmoid().cpu().numpy() >= self.threshold, lines=lines)


def _ask(net: LayoutSAM2Text, features: Features, points: Float[Tensor, "n 2"], words: bool) -> Answer:
    points = points.to(net.device)
    return net.ask(features, torch.zeros(len(points), dtype=torch.int64, device=net.device), points, words=words)
