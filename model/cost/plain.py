"""SAM2's own `track_step` on endless video: the peer of `StreamSession`, with nothing of ours.

SAM2's predictor wants the whole video and keeps every frame of it; what a frame attends to is the same here.
"""

from typing import Any

import numpy as np
import torch
from jaxtyping import Float32, UInt8
from sam2.modeling.sam2_base import SAM2Base
from torch import Tensor

from model.frames import MEAN, STD, to_input
from model.sam2text.memory import POINTERS
from model.sam2text.session import resize


class PlainStream:
    """Follows one object, begun with an empty prompt on the first frame, which stays in memory as SAM2 has it."""

    def __init__(self, net: SAM2Base, entries: int) -> None:
        """`entries`: frames that are attended to, the first among them."""
        self.net = net.eval()
        self.net.num_maskmem = entries
        self.frame = 0
        """Number of the next frame"""
        self.kept: dict[str, dict[int, Any]] = {"cond_frame_outputs": {}, "non_cond_frame_outputs": {}}
        self.mean, self.std = (torch.tensor(values, device=net.device).view(3, 1, 1) for values in (MEAN, STD))

    @torch.no_grad()
    def step(self, frame: UInt8[np.ndarray, "h w 3"]) -> Float32[np.ndarray, "h w"]:
        """Share of each pixel that is the object, at the size of the frame."""
        kind = self.net.device.type
        picture = to_input(frame[None], self.net.image_size).to(self.net.device)
        with torch.autocast(kind, torch.bfloat16, enabled=kind == "cuda"):
            out = self._track(picture)
        self._keep({**out, "maskmem_features": out["maskmem_features"].bfloat16()})
        return resize(out["pred_masks_high_res"], frame.shape[:2])[0, 0].sigmoid().cpu().numpy()

    def age(self, frames: int) -> None:
        """As if so many frames like the first had been seen since."""
        for _ in range(frames):
            self._keep(self.kept["cond_frame_outputs"][0])

    def _track(self, picture: UInt8[Tensor, "1 3 s s"]) -> dict[str, Any]:
        backbone = self.net.forward_image((picture.float() / 255 - self.mean) / self.std)
        _, features, places, grids = self.net._prepare_backbone_features(backbone)
        out: dict[str, Any] = self.net.track_step(
            self.frame, self.frame == 0, features, places, grids, None, None, self.kept, num_frames=self.frame + 99
        )
        return out

    def _keep(self, out: dict[str, Any]) -> None:
        """For as long as a later frame looks at it."""
        group = self.kept["non_cond_frame_outputs" if self.frame else "cond_frame_outputs"]
        group[self.frame] = {name: out[name] for name in ("maskmem_features", "maskmem_pos_enc", "obj_ptr")}
        self.kept["non_cond_frame_outputs"].pop(self.frame - POINTERS, None)
        self.frame += 1
