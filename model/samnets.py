"""SAM and SAM2.1 as they are: a picture becomes features once, and every prompt becomes three masks from them."""

from dataclasses import dataclass
from typing import Literal, Protocol, get_args, runtime_checkable

import numpy as np
import torch
from jaxtyping import Float, UInt8
from sam2.modeling.sam2_base import SAM2Base
from torch import Tensor, nn

from model import weights
from model.frames import MEAN, STD, to_input
from model.hisam import sizes as sam1
from model.hisam.config import NetConfig as Sam1Config
from model.hisam.config import SizeName as Sam1Size
from model.hisam.fit import Fit, letterbox, letterboxed_input, stretch
from model.sam2text import sizes as sam2
from model.sam2text.config import NetConfig as Sam2Config
from model.stock_sam import MaskDecoder
from sts.config import from_dict
from sts.errors import DataError

Picture = UInt8[np.ndarray, "h w 3"]
Generation = Literal["sam", "sam2"]
POINT_OFF, POINT_ON, BOX_START, BOX_END = 0, 1, 2, 3
"""What a place of a prompt is, as SAM counts"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A picture as a net sees it."""

    fit: Fit
    features: tuple[Tensor, ...]


@runtime_checkable
class PromptedNet(Protocol):
    """Features of a picture, and masks of prompts."""

    def see(self, picture: Picture) -> Seen:
        """The slow part, once a picture."""

    def masks(
        self, seen: Seen, places: Float[Tensor, "n p 2"], kinds: Float[Tensor, "n p"]
    ) -> tuple[Float[Tensor, "n 3 g g"], Float[Tensor, "n 3"]]:
        """Logits over the square and the IoU that the net expects of them; places are px of the square."""


class Sam1(nn.Module):
    """Segment Anything (Kirillov et al. 2023), with random weights."""

    def __init__(self, size: Sam1Size) -> None:
        super().__init__()
        config = Sam1Config(size=size)
        self.side = sam1.image_size(config)
        self.image_encoder = sam1.image_encoder(config)
        self.prompt_encoder = sam1.prompt_encoder(config)
        self.mask_decoder = MaskDecoder(**sam1.decoder(config))

    def see(self, picture: Picture) -> Seen:
        """The picture keeps its shape, the rest of the square is filled up."""
        square = _normal(letterboxed_input(picture, self.side), _device(self))
        fit = letterbox(picture.shape[0], picture.shape[1], self.side)
        return Seen(fit=fit, features=(self.image_encoder(square),))

    def masks(
        self, seen: Seen, places: Float[Tensor, "n p 2"], kinds: Float[Tensor, "n p"]
    ) -> tuple[Float[Tensor, "n 3 g g"], Float[Tensor, "n 3"]]:
        """As `PromptedNet`; a box comes first of its prompt, as in SAM2, so that both nets take the same."""
        boxed = bool((kinds[0, 0] == BOX_START).item())
        points = (places[:, 2:], kinds[:, 2:]) if boxed else (places, kinds)
        boxes = places[:, :2].reshape(-1, 4) if boxed else None
        sparse, dense = self.prompt_encoder(points if points[1].shape[1] else None, boxes, None)
        logits, ious = self.mask_decoder(
            seen.features[0], self.prompt_encoder.get_dense_pe(), sparse, dense, multimask_output=True
        )
        return logits, ious


class Sam2:
    """SAM2.1 (Ravi et al. 2024) on single pictures, with random weights."""

    def __init__(self, net: SAM2Base) -> None:
        self.net = net

    def see(self, picture: Picture) -> Seen:
        """The picture takes all of the square."""
        side = self.net.image_size
        square = _normal(to_input(picture[None], side), _device(self.net))
        _, features, _, sizes = self.net._prepare_backbone_features(self.net.forward_image(square))
        if self.net.directly_add_no_mem_embed:
            features[-1] = features[-1] + self.net.no_mem_embed
        grids = [one.permute(1, 2, 0).unflatten(2, size) for one, size in zip(features, sizes, strict=True)]
        return Seen(fit=stretch(picture.shape[0], picture.shape[1], side), features=tuple(grids))

    def masks(
        self, seen: Seen, places: Float[Tensor, "n p 2"], kinds: Float[Tensor, "n p"]
    ) -> tuple[Float[Tensor, "n 3 g g"], Float[Tensor, "n 3"]]:
        """As `PromptedNet`."""
        prompts = self.net.sam_prompt_encoder
        sparse, dense = prompts((places, kinds.int()), None, None)
        *fine, coarse = seen.features
        logits, ious, _, _ = self.net.sam_mask_decoder(
            image_embeddings=coarse,
            image_pe=prompts.get_dense_pe(),
            sparse_prompt_embeddings=sparse,
            dense_prompt_embeddings=dense,
            multimask_output=True,
            repeat_image=True,
            high_res_features=fine,
        )
        return logits, ious


def load(generation: Generation, size: str, path: str, device: torch.device) -> PromptedNet:
    """A net with the weights of a file. DataError for weights that are not of it."""
    if generation == "sam":
        first = Sam1(from_dict(Sam1Config, {"size": size}, where="segmenter").size)
        _fill(first, path, f"SAM of size {size}")
        return first.to(device).eval()
    net = sam2.build(from_dict(Sam2Config, {"size": size}, where="segmenter"))
    _fill(net, path, f"SAM2.1 of size {size}")
    return Sam2(net.to(device).eval())


def sizes(generation: Generation) -> tuple[str, ...]:
    """Names of the sizes of a generation, small ones first."""
    return get_args(Sam1Size) if generation == "sam" else tuple(sam2.SIZES)


def _fill(net: nn.Module, path: str, name: str) -> None:
    state, _ = weights.read(path)
    try:
        net.load_state_dict(state)
    except RuntimeError as error:
        raise DataError(f"{path} does not fit {name}: {str(error).splitlines()[1].strip()[:200]}") from error


def _normal(square: UInt8[Tensor, "1 3 s s"], device: torch.device) -> Float[Tensor, "1 3 s s"]:
    mean, std = (torch.tensor(value, device=device).view(3, 1, 1) for value in (MEAN, STD))
    return (square.to(device) / 255 - mean) / std


def _device(net: nn.Module) -> torch.device:
    return next(net.parameters()).device
