"""The features of a frame, and how they look at what is remembered: SAM2's memory attention on a `View`.

SAM2 picks from a dict of all frames; here `DualMemory` has picked, for each row of the batch its own frames. With the
same frames the result is that of SAM2, bit for bit.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from sam2.modeling.sam2_base import SAM2Base
from sam2.modeling.sam2_utils import get_1d_sine_pe
from torch import Tensor

from model.sam2text.memory import POINTERS, View

Grid = Float[Tensor, "b c g g"]


@dataclass(frozen=True, kw_only=True)
class Features:
    """What the encoder says about one frame of each of b clips."""

    fine: tuple[Float[Tensor, "b c8 g4 g4"], Float[Tensor, "b c4 g2 g2"]]
    """At stride 4 and 8, as the mask decoder takes them"""
    top: Grid
    """At stride 16"""
    picture: Float[Tensor, "b 3 s s"]
    """What the encoder saw"""
    position: Grid
    """Code of the places of `top`"""
    key: Float[Tensor, "b c"]
    """Mean of `top` as a unit vector: frames that show the same have the same"""


def recall(net: SAM2Base, features: Features, views: Sequence[View]) -> Grid:
    """`features.top` after it has looked at the memories, one view a row; all views have equally many entries."""
    if not views[0].entries:
        return features.top + net.no_mem_embed.view(1, -1, 1, 1)
    memory, position = _frames(net, views)
    pointers, distances = _pointers(net, views)
    seen = net.memory_attention(
        curr=[tokens(features.top)],
        curr_pos=[tokens(features.position)],
        memory=torch.cat([*memory, pointers]),
        memory_pos=torch.cat([*position, distances]),
        num_obj_ptr_tokens=len(pointers),
    )
    return seen.permute(1, 2, 0).view(features.top.shape)


def memorise(
    net: SAM2Base, features: Features, mask: Float[Tensor, "b 1 s s"], score: Float[Tensor, "b 1"]
) -> Float[Tensor, "b m g g"]:
    """What is remembered of a frame: its features, and the logits of its mask on the input square."""
    grid, _ = net._encode_new_memory([tokens(features.top)], [features.top.shape[-2:]], mask, score, False)
    return grid


def tokens(grid: Float[Tensor, "b c g g"]) -> Float[Tensor, "n b c"]:
    """The order of axes in which SAM2's attention takes a grid."""
    return grid.flatten(2).permute(2, 0, 1)


def _frames(net: SAM2Base, views: Sequence[View]) -> tuple[list[Tensor], list[Tensor]]:
    """Tokens of the remembered frames, and codes of their place and time."""
    memory, position = [], []
    for row in zip(*(view.entries for view in views), strict=True):
        grid = torch.cat([entry.features for _, entry in row])
        place = net.memory_encoder.position_encoding(grid)
        memory.append(tokens(grid))
        position.append(tokens(place) + net.maskmem_tpos_enc[row[0][0]])
    return memory, position


def _pointers(net: SAM2Base, views: Sequence[View]) -> tuple[Float[Tensor, "n b m"], Float[Tensor, "n b m"]]:
    """Object pointers, each cut into tokens of the width of a memory, and codes of their distance in time."""
    rows = list(zip(*(view.pointers for view in views), strict=True))
    pointers = torch.stack([torch.cat([pointer for _, pointer in row]) for row in rows])
    distances = torch.tensor([[float(distance) for distance, _ in row] for row in rows], device=pointers.device)
    code = net.obj_ptr_tpos_proj(get_1d_sine_pe(distances / POINTERS, dim=net.hidden_dim))
    cut = net.hidden_dim // net.mem_dim
    parts = pointers.unflatten(2, (cut, net.mem_dim)).permute(0, 2, 1, 3).flatten(0, 1)
    return parts, code.repeat_interleave(cut, dim=0)
