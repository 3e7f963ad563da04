"""Stock SAM2.1 in six sizes: the four official ones, `nano` for laptops and `micro` for tests; all of one structure."""

from dataclasses import dataclass

from sam2.build_sam import build_sam2
from sam2.modeling.sam2_base import SAM2Base

from model.sam2text.config import NetConfig, SizeName


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrow:
    """Widths and depths where a size of our own differs from the official tiny one."""

    embed: int
    """Channels of the trunk at stride 4; each later stage has twice as many"""
    heads: int
    """Of the first stage"""
    stages: tuple[int, int, int, int]
    """Blocks at strides 4, 8, 16 and 32"""
    all_seeing: tuple[int, ...]
    """Blocks that attend to the whole frame instead of to a window"""
    windows: tuple[int, int, int, int]
    """Sides by stage, in cells; those of SAM2 do not divide a small grid and fill it up with zeros"""
    width: int
    """Channels of neck, memory attention and mask decoder"""
    memory: int
    """Channels of a memory entry"""
    feedforward: int
    """Of the memory attention"""
    layers: int
    """Of the memory attention"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How the model of a name is made."""

    yaml: str
    """Settings within the package sam2"""
    image_size: int = 1024
    """px"""
    narrow: Narrow | None = None


SIZES: dict[SizeName, Size] = {
    "micro": Size(
        yaml="sam2.1_hiera_t",
        image_size=128,
        narrow=Narrow(
            embed=16,
            heads=1,
            stages=(1, 1, 2, 1),
            all_seeing=(3,),
            windows=(8, 4, 4, 4),
            width=32,
            memory=16,
            feedforward=64,
            layers=1,
        ),
    ),
    "nano": Size(
        yaml="sam2.1_hiera_t",
        image_size=512,
        narrow=Narrow(
            embed=40,
            heads=1,
            stages=(1, 2, 6, 1),
            all_seeing=(5, 8),
            windows=(8, 8, 16, 16),
            width=160,
            memory=40,
            feedforward=640,
            layers=2,
        ),
    ),
    "tiny": Size(yaml="sam2.1_hiera_t"),
    "small": Size(yaml="sam2.1_hiera_s"),
    "base_plus": Size(yaml="sam2.1_hiera_b+"),
    "large": Size(yaml="sam2.1_hiera_l"),
}


def image_size(config: NetConfig) -> int:
    """Side of the square input, px."""
    return config.image_size or SIZES[config.size].image_size


def build(config: NetConfig) -> SAM2Base:
    """Stock SAM2.1 with random weights on the CPU, in training mode; nothing of ours is in it yet."""
    size, side = SIZES[config.size], image_size(config)
    overrides = [f"model.image_size={side}", *_grid(side // 16)]
    if size.narrow:
        overrides += _narrow(size.narrow)
    return build_sam2(
        f"configs/sam2.1/{size.yaml}.yaml",
        device="cpu",
        mode="train",
        hydra_overrides_extra=overrides,
        apply_postprocessing=False,  # it swaps mask tokens on thin strokes and closes the counters of letters
    )


def _grid(side: int) -> list[str]:
    """Rotary codes for the feature grid of this input; SAM2 would make others at the first frame, and again."""
    layer = "model.memory_attention.layer"
    return [f"{layer}.{attention}.feat_sizes=[{side},{side}]" for attention in ("self_attention", "cross_attention")]


def _narrow(size: Narrow) -> list[str]:
    return _trunk(size) + _attention(size) + _encoder(size)


def _trunk(size: Narrow) -> list[str]:
    trunk, neck = "model.image_encoder.trunk", "model.image_encoder.neck"
    return [
        f"{trunk}.embed_dim={size.embed}",
        f"{trunk}.num_heads={size.heads}",
        f"{trunk}.stages={_list(size.stages)}",
        f"{trunk}.global_att_blocks={_list(size.all_seeing)}",
        f"+{trunk}.window_spec={_list(size.windows)}",
        f"{neck}.d_model={size.width}",
        f"{neck}.position_encoding.num_pos_feats={size.width}",
        f"{neck}.backbone_channel_list={_list(tuple(size.embed * 2**stage for stage in (3, 2, 1, 0)))}",
    ]


def _attention(size: Narrow) -> list[str]:
    attention = "model.memory_attention"
    return [
        f"{attention}.d_model={size.width}",
        f"{attention}.num_layers={size.layers}",
        f"{attention}.layer.d_model={size.width}",
        f"{attention}.layer.dim_feedforward={size.feedforward}",
        f"{attention}.layer.self_attention.embedding_dim={size.width}",
        f"{attention}.layer.cross_attention.embedding_dim={size.width}",
        f"{attention}.layer.cross_attention.kv_in_dim={size.memory}",
    ]


def _encoder(size: Narrow) -> list[str]:
    encoder = "model.memory_encoder"
    return [
        f"+{encoder}.in_dim={size.width}",
        f"{encoder}.out_dim={size.memory}",
        f"{encoder}.position_encoding.num_pos_feats={size.memory}",
        f"+{encoder}.mask_downsampler.embed_dim={size.width}",
        f"{encoder}.fuser.layer.dim={size.width}",
    ]


def _list(numbers: tuple[int, ...]) -> str:
    return f"[{','.join(map(str, numbers))}]"
