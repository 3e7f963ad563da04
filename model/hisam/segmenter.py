"""Hi-SAM behind the doors that prediction and pre-labelling use: a Segmenter of strokes and a Labeler of words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from jaxtyping import Bool, Float, Float32, UInt8
from torch import Tensor

from model import checkpoints, devices
from model.hisam import amg, hints, keys, sliding, tracks
from model.hisam.amg import AmgConfig
from model.hisam.decoders import Answer
from model.hisam.fit import Fit, letterbox, letterboxed_input
from model.hisam.net import HiSam
from model.hisam.tracks import FoundFrame
from model.instances import InstanceConfig, Tracker
from sts import masks
from sts.errors import ConfigError
from sts.protocols import Prompt, Segment
from sts.types import Clip

Frame = UInt8[np.ndarray, "h w 3"]
Probability = Float32[np.ndarray, "h w"]


@dataclass(frozen=True, kw_only=True)
class Scene:
    """One frame as the net sees it."""

    net: HiSam
    features: Float[Tensor, "1 c h w"]
    strokes: Float[Tensor, "s s"]
    """Logits on the input square"""
    fit: Fit

    def ask(self, points: Float[Tensor, "n 2"], words: bool) -> Answer:
        """See `amg.Ask`."""
        device = self.features.device
        return self.net.ask(self.features.expand(len(points), -1, -1, -1), points.to(device), words=words)


@dataclass(kw_only=True)
class HiSamSegmenter:
    """Segmenter: each frame by itself. Without prompts all strokes, in pieces that are followed.

    A prompt is answered with the strokes inside it, on its own frame and on the later ones, up to the next prompt of
    its track: a box, the box of a mask, the words at positive points. Labeler: words, lines and paragraphs of a clip.
    """

    weights: str
    """File of weights or directory of a training"""
    sam: str = ""
    """File of SAM, for a released file of Hi-SAM, which has no image encoder"""
    net: dict[str, Any] = field(default_factory=dict)
    """Settings of the net, for weights that do not say theirs: {size = "vit_l"}"""
    threshold: float = 0.5
    """Least probability of a pixel of text"""
    window: int = 0
    """px of the frame: strokes are sought in windows of this side, each enlarged to the net's input; 0 is off"""
    device: str = "auto"
    """`cpu`, `cuda`, `cuda:1`; auto is CUDA where there is one"""
    instances: InstanceConfig = field(default_factory=InstanceConfig)
    amg: AmgConfig = field(default_factory=AmgConfig)

    def __post_init__(self) -> None:
        """Loads the weights. ConfigError or DataError for what cannot be used."""
        if not 0 < self.threshold < 1 or self.window < 0:
            raise ConfigError(
                f"threshold = {self.threshold}, window = {self.window}: give a probability and 0 or more px"
            )
        self._net = _net(self.weights, self.sam, self.net).to(devices.pick(self.device)).eval()

    def segment(self, video: UInt8[np.ndarray, "t h w 3"], prompts: Sequence[Prompt]) -> Iterator[tuple[Segment, ...]]:
        """One tuple a frame, as it goes. DataError for a prompt that cannot be used."""
        hints.check(prompts, len(video))
        tracker = Tracker(self.instances)
        for number, frame in enumerate(video):
            scene = self._look(frame)
            text = self._probability(frame, scene)
            if prompts:
                now = hints.current(prompts, number)
                yield tuple(self._inside(prompt, scene, text) for prompt in now)
            else:
                yield tracker.step(text >= self.threshold, text)

    def label(self, clip: Clip) -> Clip:
        """The clip with its words, lines and paragraphs, under numbers that last. ConfigError without layout."""
        assert clip.video is not None
        self._need_layout("words are asked for")
        found = [self._found(frame, number) for number, frame in enumerate(clip.video)]
        return tracks.labelled(clip, found, self.instances)

    def _found(self, frame: Frame, number: int) -> FoundFrame:
        scene = self._look(frame)
        with torch.no_grad():
            lines = amg.find(scene.ask, scene.strokes, scene.fit, self.amg, seed=number)
        return FoundFrame(strokes=self._probability(frame, scene) >= self.threshold, lines=lines)

    @torch.no_grad()
    def _look(self, frame: Frame) -> Scene:
        net = self._net
        features = net.encode(letterboxed_input(frame, net.image_size).to(net.mean.device))
        fit = letterbox(frame.shape[0], frame.shape[1], net.image_size)
        return Scene(net=net, features=features, strokes=net.draw(features).fine[0, 0], fit=fit)

    def _probability(self, frame: Frame, scene: Scene) -> Probability:
        """Of strokes, at the size of the frame."""
        if self.window:
            height, width = frame.shape[:2]
            logits = sliding.summed(height, width, self.window, lambda box: self._part(frame, box))
        else:
            logits = scene.fit.logits(scene.strokes[None])[0]
        return logits.sigmoid().cpu().numpy()

    def _part(self, frame: Frame, box: tuple[int, int, int, int]) -> Float[Tensor, "high wide"]:
        left, top, right, bottom = box
        scene = self._look(np.ascontiguousarray(frame[top:bottom, left:right]))
        return scene.fit.logits(scene.strokes[None])[0].cpu()

    def _inside(self, prompt: Prompt, scene: Scene, text: Probability) -> Segment:
        strokes = (text >= self.threshold) & self._area(prompt, scene)
        score = float(text[strokes].mean()) if strokes.any() else 0.0
        return Segment(track_id=prompt.track_id, mask=masks.encode(strokes), score=score)

    def _area(self, prompt: Prompt, scene: Scene) -> Bool[np.ndarray, "h w"]:
        size = (scene.fit.height, scene.fit.width)
        around = hints.box(prompt)
        if around is not None:
            return hints.inside([around], size)
        self._need_layout("a point asks for a word")
        with torch.no_grad():
            words = [amg.word_at(scene.ask, place, scene.fit) for place in hints.touched(prompt)]
        return hints.inside([word for word in words if word], size)

    def _need_layout(self, why: str) -> None:
        if self._net.hi_decoder is None:
            raise ConfigError(f"{why}, which this net does not know: train one with layout = {{on = true}}")


def _net(file: str, sam: str, settings: dict[str, Any]) -> HiSam:
    if not sam:
        return checkpoints.opened(HiSam, file, settings)
    net = HiSam(**settings)
    checkpoints.take(net, keys.merged(file, sam), f"{file} with {sam}")
    return net
