"""A picture of pairs of clips, for eyes to judge whether they are the same."""

from collections.abc import Iterable

import numpy as np
from jaxtyping import UInt8
from PIL import Image, ImageDraw, ImageFont

from pipelines.duplicates import Pair
from sts import jpeg, layers, preview
from sts.errors import DataError

Tile = UInt8[np.ndarray, "h w 3"]
WIDTH = 320
"""px, of one frame"""


def pairs(found: Iterable[tuple[Pair, Iterable[str]]]) -> UInt8[np.ndarray, "h w 3"] | None:
    """The middle frames of each pair side by side, two pairs a row; None without pairs.

    With each pair come the directories that may hold its clips.
    """
    tiles = [_tile(pair, tuple(directories)) for pair, directories in found]
    return preview.sheet(tiles) if tiles else None


def _tile(pair: Pair, directories: tuple[str, ...]) -> Tile:
    frames = [_middle(clip_id, directories) for clip_id in (pair.a, pair.b)]
    height = max(frame.height for frame in frames)
    tile = Image.new("RGB", (2 * WIDTH, height + preview.CAPTION), preview.PAPER)
    for place, frame in enumerate(frames):
        tile.paste(frame, (place * WIDTH, 0))
    words = f"{pair.a}   {pair.b}   {pair.share:.0%} of frames alike   {pair.bits} bits"
    ImageDraw.Draw(tile).text((8, height + 4), words, preview.INK, ImageFont.load_default(13))
    return np.asarray(tile)


def _middle(clip_id: str, directories: tuple[str, ...]) -> Image.Image:
    """The middle frame, `WIDTH` px wide."""
    directory = next((one for one in directories if layers.labels(one, clip_id) is not None), None)
    if directory is None:
        raise DataError(f"clip {clip_id} is in none of {', '.join(directories)}")
    stored = layers.jpegs(directory, clip_id)
    frame = Image.fromarray(jpeg.decode(stored[len(stored) // 2], f"clip {clip_id}"))
    return frame.resize((WIDTH, max(round(frame.height * WIDTH / frame.width), 1)))
