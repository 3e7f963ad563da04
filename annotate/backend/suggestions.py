"""Answers to clicks as regions, which the editor shows as suggestions."""

import secrets
from typing import Any

from annotate import bitmask
from annotate.backend.bodies import MASK
from annotate.interface import IMAGE, STROKE, TEXT
from sts import masks
from sts.protocols import Segment


def region(segment: Segment, frame: int, parent: str | None = None) -> dict[str, Any]:
    """The strokes of a segment as a mask on a frame, under a word where one is meant. Its id is new every time."""
    mask = segment.mask
    made = {
        "id": secrets.token_hex(5),
        "from_name": STROKE,
        "to_name": IMAGE,
        "type": MASK,
        "item_index": frame,
        "original_width": mask.width,
        "original_height": mask.height,
        "image_rotation": 0,
        "score": round(segment.score, 4),
        "value": {"imageDataURL": bitmask.encode(masks.decode(mask)), MASK: [TEXT]},
    }
    return made if parent is None else {**made, "parentID": parent}
