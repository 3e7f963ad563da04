"""Small masks drawn by formula, ways to get them wrong, and clips that hold them."""

from fractions import Fraction

import numpy as np
from jaxtyping import Bool

from sts import masks
from sts.types import Clip, Frame, Origin, TextInstance

Pixels = Bool[np.ndarray, "h w"]
ORIGIN = Origin(kind="synth", uri="tests", license="CC0-1.0")


def drawn() -> Pixels:
    """48x64 px: bars of 1, 2, 3 and 6 px, a ring, a diagonal, and a bar that the frame cuts."""
    y, x = np.mgrid[:48, :64]
    pixels = np.zeros((48, 64), np.bool_)
    for top, width in ((4, 1), (8, 2), (13, 3), (19, 6)):
        pixels[top : top + width, 4:28] = True
    pixels |= (np.hypot(x - 46, y - 14) < 11) & (np.hypot(x - 46, y - 14) > 7.5)
    pixels |= (np.abs(x - y - 4) <= 1) & (y > 28) & (x < 40)
    pixels[40:43, 44:] = True
    return pixels


def wrong(pixels: Pixels) -> dict[str, Pixels]:
    """The same, moved by (1, 2) px, 1 px fatter, without its middle, with a blot, nothing, and all."""
    moved, lost, blot = np.zeros_like(pixels), pixels.copy(), pixels.copy()
    moved[2:, 1:] = pixels[:-2, :-1]
    lost[:, 30:44] = False
    blot[30:40, 4:20] = True
    fat = pixels.copy()
    fat[1:] |= pixels[:-1]
    fat[:-1] |= pixels[1:]
    fat[:, 1:] |= pixels[:, :-1]
    fat[:, :-1] |= pixels[:, 1:]
    named = {"same": pixels, "moved": moved, "fat": fat, "lost": lost, "blot": blot}
    return {**named, "nothing": np.zeros_like(pixels), "all": np.ones_like(pixels)}


def text(pixels: Pixels, track_id: int = 1, *, ignore: bool = False) -> TextInstance:
    """Strokes that are not cut into words."""
    mask = masks.encode(pixels)
    return TextInstance(track_id=track_id, level="text", polygon=(), source="human", mask=mask, ignore=ignore)


def clip(*frames: tuple[TextInstance, ...], clip_id: str = "clip", size: tuple[int, int] = (48, 64)) -> Clip:
    """One labelled frame for each tuple of instances."""
    return Clip(
        clip_id=clip_id,
        fps=Fraction(25),
        height=size[0],
        width=size[1],
        frames=tuple(Frame(index=i, time_s=i / 25, instances=one) for i, one in enumerate(frames)),
        origin=ORIGIN,
    )


def image(pixels: Pixels, clip_id: str = "clip") -> Clip:
    """A clip of one frame; without any pixel it has no instance."""
    height, width = pixels.shape
    return clip((text(pixels),) if pixels.any() else (), clip_id=clip_id, size=(height, width))
