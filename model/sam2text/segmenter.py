"""SAM2Text behind the narrow door that pre-labelling, annotation and prediction use."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from jaxtyping import UInt8

from model import checkpoints, devices, lora
from model.instances import InstanceConfig, Tracker
from model.sam2text.net import SAM2Text
from model.sam2text.session import ALL_TEXT, Output, StreamSession
from sts import masks
from sts.errors import ConfigError, DataError
from sts.protocols import Prompt, Segment


@dataclass(kw_only=True)
class SAM2TextSegmenter:
    """Segmenter: follows what prompts show, each track from its first prompt on; without prompts it finds all text."""

    weights: str = "nano"
    """File of weights, directory of a training, or the name of weights that ship"""
    net: dict[str, Any] = field(default_factory=dict)
    """Settings of the net, for weights that do not say theirs, such as SAM2's own"""
    out_scale: Literal[1, 2, 4] = 4
    """Finest mask that is computed, in multiples of SAM2's own, which has a quarter of the input's side"""
    threshold: float = 0.5
    """Least probability of a pixel of text"""
    memory: bool = True
    """False sees every frame as if it were the first: to measure what the memory is worth"""
    device: str = "auto"
    """`cpu`, `cuda`, `cuda:1`; auto is CUDA where there is one"""
    instances: InstanceConfig = field(default_factory=InstanceConfig)

    def __post_init__(self) -> None:
        """Loads the weights. ConfigError or DataError for what cannot be used."""
        if not 0 < self.threshold < 1:
            raise ConfigError(f"threshold = {self.threshold}: give a probability between 0 and 1")
        self.module: SAM2Text = _net(self.weights, self.net).to(devices.pick(self.device)).eval()

    def segment(self, video: UInt8[np.ndarray, "t h w 3"], prompts: Sequence[Prompt]) -> Iterator[tuple[Segment, ...]]:
        """One tuple a frame, as it goes; no frame waits for a later one."""
        late = [prompt.frame for prompt in prompts if not 0 <= prompt.frame < len(video)]
        if late:
            raise DataError(f"a prompt is for frame {late[0]}; the video has {len(video)}, counted from 0")
        if prompts and not self.memory:
            raise ConfigError("memory = false: nothing carries a prompt to the next frame; leave the memory on")
        session, tracker = self._session(prompts), Tracker(self.instances)
        for number, frame in enumerate(video):
            session = session if self.memory else self._session(prompts)
            found = session.step(frame, [prompt for prompt in prompts if prompt.frame == number])
            if prompts:
                yield tuple(self._whole(track, output) for track, output in sorted(found.items()))
            else:
                text = found[ALL_TEXT]
                yield tracker.step(text.probability >= self.threshold, text.probability * np.float32(text.score))

    def _session(self, prompts: Sequence[Prompt]) -> StreamSession:
        return StreamSession(self.module, automatic=not prompts, finest=self.out_scale)

    def _whole(self, track_id: int, output: Output) -> Segment:
        """All strokes of a track as one segment."""
        strokes = output.probability >= self.threshold
        sure = float(output.probability[strokes].mean()) if strokes.any() else 0.0
        return Segment(track_id=track_id, mask=masks.encode(strokes), score=min(sure * output.score, 1.0))


def _net(weights: str, settings: dict[str, Any]) -> SAM2Text:
    """With its LoRA merged, as here it never trains."""
    net = checkpoints.opened(SAM2Text, weights, settings)
    lora.merge(net)
    return net
