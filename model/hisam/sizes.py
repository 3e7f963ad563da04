"""SAM's modules in five sizes: the three official ones, `tiny` for laptops and `micro` for tests."""

from dataclasses import dataclass
from typing import Any

from torch import nn

from model.hisam.config import NetConfig, SizeName
from model.stock_sam import ImageEncoderViT, PromptEncoder, TwoWayTransformer

PATCH = 16
"""px"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Widths and depths; what is not said is that of SAM."""

    embed: int
    """Channels of the image encoder"""
    depth: int
    heads: int
    all_seeing: tuple[int, ...]
    """Blocks that attend to the whole picture instead of to a window"""
    window: int = 14
    """Side of a window, in patches"""
    image_size: int = 1024
    """px"""
    width: int = 256
    """Channels of prompts and decoders"""
    feedforward: int = 2048
    """Of the decoders' attention"""


SIZES: dict[SizeName, Size] = {
    "micro": Size(embed=32, depth=2, heads=2, all_seeing=(1,), window=4, image_size=128, width=32, feedforward=64),
    "tiny": Size(embed=96, depth=4, heads=3, all_seeing=(1, 3), window=8, image_size=256, width=96, feedforward=384),
    "vit_b": Size(embed=768, depth=12, heads=12, all_seeing=(2, 5, 8, 11)),
    "vit_l": Size(embed=1024, depth=24, heads=16, all_seeing=(5, 11, 17, 23)),
    "vit_h": Size(embed=1280, depth=32, heads=16, all_seeing=(7, 15, 23, 31)),
}


class Norm(nn.LayerNorm):
    """As SAM builds its encoder with."""

    def __init__(self, channels: int) -> None:
        super().__init__(channels, eps=1e-6)


def image_size(config: NetConfig) -> int:
    """Side of the square input, px."""
    return config.image_size or SIZES[config.size].image_size


def image_encoder(config: NetConfig) -> ImageEncoderViT:
    """SAM's, with random weights."""
    size = SIZES[config.size]
    return ImageEncoderViT(
        depth=size.depth,
        embed_dim=size.embed,
        img_size=image_size(config),
        norm_layer=Norm,
        num_heads=size.heads,
        patch_size=PATCH,
        use_rel_pos=True,
        global_attn_indexes=size.all_seeing,
        window_size=size.window,
        out_chans=size.width,
    )


def prompt_encoder(config: NetConfig) -> PromptEncoder:
    """SAM's, with random weights."""
    side = image_size(config)
    return PromptEncoder(
        embed_dim=SIZES[config.size].width,
        image_embedding_size=(side // PATCH, side // PATCH),
        input_image_size=(side, side),
        mask_in_chans=16,
    )


def decoder(config: NetConfig) -> dict[str, Any]:
    """What SAM's mask decoder is made with."""
    size = SIZES[config.size]
    transformer = TwoWayTransformer(depth=2, embedding_dim=size.width, mlp_dim=size.feedforward, num_heads=8)
    return {"transformer_dim": size.width, "transformer": transformer, "iou_head_hidden_dim": size.width}
