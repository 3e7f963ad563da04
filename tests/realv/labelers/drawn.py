"""Words drawn with a font that ships, and their strokes."""

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from realv.labelers import glyphs
from sts.geometry import Polygon

SUPER = 4
"""Drawn at so many times the size, then shrunk: strokes are pixels that are covered by half"""


def word(
    text: str, ink: tuple[int, int, int], paper: tuple[int, int, int], size: int = 40, face: str = "news-sans"
) -> tuple[np.ndarray, np.ndarray, Polygon]:
    """A picture with a word, its strokes, and the polygon around it."""
    path = next(one for one in glyphs.fonts("") if one.stem == face)
    font = ImageFont.truetype(path, size * SUPER)
    left, top, right, bottom = (int(value) for value in font.getbbox(text))
    margin = size * SUPER
    page = Image.new("L", (right - left + 2 * margin, bottom - top + 2 * margin))
    ImageDraw.Draw(page).text((margin - left, margin - top), text, 255, font)
    large = np.asarray(page, np.float32) / 255
    shape = large.shape[1] // SUPER, large.shape[0] // SUPER
    cover = cv2.resize(large[: shape[1] * SUPER, : shape[0] * SUPER], shape, interpolation=cv2.INTER_AREA)
    picture = np.round(paper + cover[..., None] * (np.array(ink, np.float32) - paper)).astype(np.uint8)
    first, last = float(size), (size + (right - left) / SUPER, size + (bottom - top) / SUPER)
    polygon = ((first, first), (last[0], first), (last[0], last[1]), (first, last[1]))
    return picture, cover >= 0.5, polygon


def iou(found: np.ndarray, truth: np.ndarray) -> float:
    return float((found & truth).sum() / (found | truth).sum())
