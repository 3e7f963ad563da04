"""SAM and SAM2.1 on single pictures, asked with boxes and points: a segmenter for pre-labels."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, UInt8
from torch import Tensor

from model import devices, samnets
from model.samnets import BOX_END, BOX_START, POINT_OFF, POINT_ON, Generation, Picture, Seen
from sts import masks
from sts.errors import ConfigError, DataError
from sts.protocols import Prompt, Segment

CENTRE = 0.5
"""px from the corner of a pixel to its centre, from where SAM counts"""


@dataclass(kw_only=True)
class Sam:
    """Segmenter: a prompt holds on its own frame; its box and points go to the net, all of a frame to one encoding.

    Of the three masks of each prompt the one with the greatest expected IoU is taken, times its IoU with the prompt's
    mask where there is one: `CharSam` with ask = "char" gives the glyph of a character.
    """

    weights: str
    """File of the official weights, such as sam_vit_h_4b8939.pth or sam2.1_hiera_large.pt"""
    generation: Generation = "sam"
    size: str = "vit_h"
    """sam: vit_b, vit_l, vit_h; sam2: tiny, small, base_plus, large"""
    batch: int = 8
    """Prompts that are decoded at once"""
    device: str = "auto"
    """`cpu`, `cuda`, `cuda:1`; auto is CUDA where there is one"""

    def __post_init__(self) -> None:
        """Loads the weights. ConfigError or DataError for what cannot be used."""
        known = samnets.sizes(self.generation)
        if self.size not in known or self.batch < 1:
            raise ConfigError(
                f"size = {self.size!r}, batch = {self.batch}: give a batch of 1 or more and, for generation = "
                f"{self.generation!r}, one of {', '.join(known)}"
            )
        self._device = devices.pick(self.device)
        self._net = samnets.load(self.generation, self.size, self.weights, self._device)
        self._last: tuple[bytes, Seen] | None = None

    def segment(self, video: UInt8[np.ndarray, "t h w 3"], prompts: Sequence[Prompt]) -> Iterator[tuple[Segment, ...]]:
        """One tuple a frame, empty where no prompt is for the frame. DataError without prompts, or for an empty one."""
        late = [prompt.frame for prompt in prompts if not 0 <= prompt.frame < len(video)]
        if late or not prompts:
            why = (
                f"a prompt is for frame {late[0]}; the video has {len(video)}, counted from 0" if late else "no prompts"
            )
            raise DataError(f"{why}: SAM finds no text by itself, ask it with boxes or points of these frames")
        for number, picture in enumerate(video):
            mine = [prompt for prompt in prompts if prompt.frame == number]
            yield tuple(self._answers(picture, mine)) if mine else ()

    @torch.inference_mode()
    def _answers(self, picture: Picture, prompts: Sequence[Prompt]) -> list[Segment]:
        """In the order of the prompts; those with equally many places are decoded together."""
        seen = self._seen(picture)
        asked = [_asked(prompt, seen) for prompt in prompts]
        groups: dict[tuple[bool, int], list[int]] = {}
        for number, (prompt, (_, kinds)) in enumerate(zip(prompts, asked, strict=True)):
            groups.setdefault((prompt.box is None, len(kinds)), []).append(number)
        found = {}
        for group in groups.values():
            for start in range(0, len(group), self.batch):
                some = group[start : start + self.batch]
                places, kinds = (torch.stack([asked[i][part] for i in some]).to(self._device) for part in (0, 1))
                for i, logits, ious in zip(some, *self._net.masks(seen, places, kinds), strict=True):
                    found[i] = _best(prompts[i], seen.fit.logits(logits) > 0, ious)
        return [found[i] for i in range(len(prompts))]

    def _seen(self, picture: Picture) -> Seen:
        """The features of a picture; those of the last one are kept."""
        name = hashlib.sha256(picture.tobytes()).digest()
        if self._last is None or self._last[0] != name:
            self._last = name, self._net.see(picture)
        return self._last[1]


def _asked(prompt: Prompt, seen: Seen) -> tuple[Float[Tensor, "p 2"], Float[Tensor, " p"]]:
    """Places of a prompt in the net's square and what they are; the corners of a box come first."""
    box = [prompt.box[:2], prompt.box[2:]] if prompt.box else []
    places = np.array([*box, *prompt.points], np.float64).reshape(-1, 2)
    if not len(places):
        raise DataError(f"the prompt of track {prompt.track_id} on frame {prompt.frame} has neither box nor points")
    kinds = [BOX_START, BOX_END] if box else []
    kinds += [POINT_ON if positive else POINT_OFF for positive in prompt.positive]
    inside = seen.fit.points(places) - np.float32(CENTRE)
    return torch.from_numpy(inside), torch.tensor(kinds, dtype=torch.float32)


def _best(prompt: Prompt, found: Bool[Tensor, "3 h w"], ious: Float[Tensor, " 3"]) -> Segment:
    expected = ious.float().clamp(0, 1).cpu().numpy()
    encoded = [masks.encode(one) for one in found.cpu().numpy()]
    hint = prompt.mask
    rated = expected if hint is None else expected * [masks.iou(one, hint) for one in encoded]
    best = int(np.argmax(rated))
    return Segment(track_id=prompt.track_id, mask=encoded[best], score=float(expected[best]))
