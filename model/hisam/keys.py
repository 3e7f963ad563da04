"""Weights of others: released files of Hi-SAM lack SAM's image encoder, files of SAM lack what Hi-SAM adds."""

from collections.abc import Mapping
from typing import Any

from model import weights
from sts.errors import DataError
from sts.files import Location

STROKES, LAYOUT = "mask_decoder.", "hi_decoder."
FINE = ("output_upscaling_hr.", "output_hypernetworks_mlps_hr.", "iou_prediction_head_hr.")
ADDED = tuple(STROKES + part for part in FINE)
"""What the decoder of layout does not have"""
ADAPTERS = "_Adapter."


def with_layout(state: Mapping[str, Any]) -> dict[str, Any]:
    """The same, with a decoder of layout that is SAM's decoder where the weights have none, as in the paper."""
    if any(name.startswith(LAYOUT) for name in state):
        return dict(state)
    stock = {name: value for name, value in state.items() if name.startswith(STROKES) and not name.startswith(ADDED)}
    return {**state, **{LAYOUT + name.removeprefix(STROKES): value for name, value in stock.items()}}


def merged(released: Location, sam: Location) -> dict[str, Any]:
    """Weights of a released file, with those of SAM's file that it lacks. DataError where one is another's."""
    own, _ = weights.read(released)
    stock, _ = weights.read(sam)
    if not any(ADAPTERS in name for name in own):
        raise DataError(f"{released} is no file of Hi-SAM: it has no weights of adapters")
    if "image_encoder.pos_embed" not in stock:
        raise DataError(f"{sam} is no file of SAM: it has no image_encoder.pos_embed")
    return {**stock, **own}
