"""Live video: one frame in, its masks out, in constant time and memory."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Float32
from torch import Tensor
from torch.nn import functional

from model.frames import to_input
from model.sam2text.checks import check_frame, check_prompt
from model.sam2text.hints import BOTTOM_RIGHT, OTHER, TEXT, TOP_LEFT, Hints
from model.sam2text.memory import DualMemory
from model.sam2text.net import SAM2Text
from model.sam2text.recall import Features
from sts import masks
from sts.errors import DataError
from sts.protocols import Prompt

ALL_TEXT = 0
"""Track of all text together, which is found without prompts"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """One track on one frame."""

    probability: Float32[np.ndarray, "h w"]
    """Share of each pixel that is text, 0 to 1, at the size of the frame"""
    score: float
    """Probability that the track is on the frame; below 0.5 no pixel is text"""


class StreamSession:
    """Segments an endless video frame by frame. Only past frames are looked at, and only so many are kept.

    `automatic` follows all text as track 0 from the first frame on; any other track begins with its first prompt and is
    what that prompt shows.
    `finest` bounds the scale of the masks: 1, 2 or 4 times SAM2's own (a quarter of the input's side); what is finer is
    not computed, and memory is written from what is. A net that will not train any more is quicker after `lora.merge`.
    """

    def __init__(self, net: SAM2Text, *, automatic: bool = True, finest: int = 4) -> None:
        self.net = net.eval()
        self.finest = finest
        self.automatic = automatic
        self.frame = 0
        """Number of the next frame"""
        self.memories: dict[int, DualMemory] = {}
        if automatic:
            self.memories[ALL_TEXT] = DualMemory(net.config.memory)

    @torch.no_grad()
    def step(self, frame: np.ndarray, prompts: Sequence[Prompt] = ()) -> dict[int, Output]:
        """Answers by track for the next frame, (h, w, 3) RGB uint8, with prompts on it.

        A prompt on a track that is followed corrects it. DataError for a frame or a prompt that cannot be used: then
        the session is as it was before.
        """
        check_frame(frame, self.frame)
        hints = self._hints(prompts, frame.shape[:2])
        for track in hints:
            self.memories.setdefault(track, DualMemory(self.net.config.memory))
        picture = to_input(frame[None], self.net.image_size).to(self.net.device)
        with self.net.autocast():
            (features,) = self.net.encode(picture[None])
            logits = {track: self._look(features, track, hints.get(track)) for track in self.memories}
        self.frame += 1
        return {track: _output(mask, score, frame.shape[:2]) for track, (mask, score) in logits.items()}

    def forget(self, track_id: int) -> None:
        """Follow a track no longer. DataError for one that is not followed."""
        if track_id not in self.memories:
            followed = ", ".join(map(str, self.memories)) or "none"
            raise DataError(f"track {track_id} is not followed and cannot be forgotten; followed now: {followed}")
        del self.memories[track_id]

    def _look(self, features: Features, track: int, hints: Hints | None) -> tuple[Tensor, Tensor]:
        memory = [self.memories[track]]
        single = track != ALL_TEXT or not self.automatic
        sight = self.net.look(features, memory, self.frame, hints, self.finest, single=single)
        self.net.remember(features, sight, memory, self.frame, pin=hints is not None)
        return sight.mask, sight.decoded.object_score

    def _hints(self, prompts: Sequence[Prompt], size: tuple[int, int]) -> dict[int, Hints]:
        for prompt in prompts:
            check_prompt(prompt, self.frame, size)
        if len({prompt.track_id for prompt in prompts}) < len(prompts):
            raise DataError(f"frame {self.frame}: a track has two prompts; put its points and box into one")
        return {prompt.track_id: self._scale(prompt, size) for prompt in prompts}

    def _scale(self, prompt: Prompt, size: tuple[int, int]) -> Hints:
        """From pixels of the frame to those of the input square."""
        box = [prompt.box[:2], prompt.box[2:]] if prompt.box else []
        labels = ([TOP_LEFT, BOTTOM_RIGHT] if prompt.box else []) + [TEXT if on else OTHER for on in prompt.positive]
        device, side = self.net.device, self.net.image_size
        factor = torch.tensor([side / size[1], side / size[0]], device=device)
        points = torch.tensor([*box, *prompt.points], dtype=torch.float32, device=device).view(1, -1, 2) * factor
        mask = None
        if prompt.mask is not None:
            pixels = torch.from_numpy(masks.decode(prompt.mask)).to(device, torch.float32)
            mask = resize(pixels[None, None], (side, side))
        return Hints(points=points, labels=torch.tensor([labels], dtype=torch.int64, device=device), mask=mask)


def resize(pictures: Float[Tensor, "b c h w"], size: tuple[int, int]) -> Float[Tensor, "b c h2 w2"]:
    """Bilinear, by area where it shrinks, so that thin strokes fade instead of breaking."""
    return functional.interpolate(pictures, size, mode="bilinear", align_corners=False, antialias=True)


def _output(mask: Float[Tensor, "1 1 s s"], score: Float[Tensor, "1 1"], size: tuple[int, int]) -> Output:
    probability = resize(mask, size)[0, 0].sigmoid()
    return Output(probability=probability.cpu().numpy(), score=score.float().sigmoid().item())
