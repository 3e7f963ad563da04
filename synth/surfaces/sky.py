"""Where a picture shows the sky, told by colour and outline: nothing can be fixed to it."""

import cv2
import numpy as np
from jaxtyping import Bool, Float32, UInt8

Picture = UInt8[np.ndarray, "h w 3"]
Mask = Bool[np.ndarray, "h w"]

BLUE = 0.25
"""Blue over red, as a share of the brightest channel; a white wall by daylight has 0.15"""
GREENEST = 0.85
"""Green of a sky lies between red and blue, at most so far up"""
BLUE_SHARE = 0.25
"""Of a blue sky, clouds and haze are the rest"""
BLUE_SPAN, BARE_SPAN = 0.1, 0.4
"""Share of the picture's upper edge that a sky takes; without blue in it it has to be a wide one"""
SMALLEST = 0.03
"""Share of the picture"""
FADES = 0.01
"""It is less blue towards the horizon; a painted wall keeps its colour"""
BRIGHTER = 1.5
"""A sky without blue against the rest of the picture"""
DIMMEST = 100
"""Grey level of it"""
STRAIGHT = 0.35
"""Share of its lower outline on one straight line: above it, it is a wall over a floor, a skirting or a table"""
OPEN = 0.3
"""Share of its columns that reach the foot of the picture"""
TEXTURE = 10.0
"""Grey levels, standard deviation of what stands before it"""


def find(picture: Picture) -> Mask:
    """Pixels of the sky in a small picture (400 px wide or so). In doubt none: a plain wall is the best of surfaces."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    busy = _busy(grey)
    colour = cv2.blur(picture, (3, 3)).astype(np.float32)
    light = np.maximum(colour.max(axis=2), 1)
    blueness = (colour[..., 2] - colour[..., 0]) / light
    fades = colour[..., 1] - colour[..., 0] < GREENEST * (colour[..., 2] - colour[..., 0])
    blue = (blueness > BLUE) & fades & (light > 90)
    found = np.zeros(grey.shape, dtype=bool)
    for area in _at_the_top((blue | ((light > 130) & (blueness > -0.03))) & (busy < 25)):
        if _span(area) > BLUE_SPAN and blue[area].mean() > BLUE_SHARE and _fades(blueness, area):
            found |= area
    step = cv2.morphologyEx(colour, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)).max(axis=2)
    for area in _at_the_top((busy < 6) & (step < 14)):
        if _span(area) > BARE_SPAN and _shines(grey, area) and _rough(busy, area):
            found |= area
    return cv2.morphologyEx(found.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8)) > 0


def _busy(grey: UInt8[np.ndarray, "h w"]) -> Float32[np.ndarray, "h w"]:
    values = grey.astype(np.float32)
    mean = cv2.blur(values, (5, 5))
    return np.sqrt(np.maximum(cv2.blur(values * values, (5, 5)) - mean * mean, 0))


def _at_the_top(alike: Mask) -> list[Mask]:
    """Areas that touch the upper edge of the picture."""
    opened = cv2.morphologyEx(alike.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    n_areas, labels = cv2.connectedComponents(opened, connectivity=4)
    size = np.bincount(labels.ravel(), minlength=n_areas)
    return [labels == area for area in np.unique(labels[0]) if area > 0 and size[area] > SMALLEST * alike.size]


def _span(area: Mask) -> float:
    return float(area[0].mean())


def _fades(blueness: Float32[np.ndarray, "h w"], area: Mask) -> bool:
    """From its upper to its lower third."""
    rows = np.nonzero(area)[0]
    values = blueness[area]
    upper, lower = rows <= np.quantile(rows, 1 / 3), rows >= np.quantile(rows, 2 / 3)
    return bool(np.median(values[upper]) - np.median(values[lower]) > FADES)


def _shines(grey: UInt8[np.ndarray, "h w"], area: Mask) -> bool:
    level, rest = float(np.median(grey[area])), float(np.median(grey[~area])) if not area.all() else 255.0
    return level > max(DIMMEST, BRIGHTER * rest)


def _rough(busy: Float32[np.ndarray, "h w"], area: Mask) -> bool:
    """Its lower outline is that of trees and roofs: no long straight line, and texture below."""
    height = len(area)
    columns = np.flatnonzero(area.any(axis=0))
    foot = height - np.argmax(area[::-1, columns], axis=0)
    ends = foot < height - 3
    if ends.mean() < 1 - OPEN:
        return False
    columns, foot = columns[ends], foot[ends]
    below = np.minimum(foot[:, None] + np.arange(3, 13), height - 1)
    texture = float(np.median(busy[below, columns[:, None]].mean(axis=1)))
    return texture > TEXTURE and _straight(columns, foot) < STRAIGHT


def _straight(x: np.ndarray, y: np.ndarray) -> float:
    """Share of the points within 2 px of the line that most of them agree on."""
    first, second = np.triu_indices(len(x[::6]), 1)
    ends = np.stack([x, y], axis=1)[::6].astype(float)
    slope = (ends[second, 1] - ends[first, 1]) / (ends[second, 0] - ends[first, 0])
    level = ends[first, 1] - slope * ends[first, 0]
    misses = np.abs(slope[:, None] * x + level[:, None] - y)
    return float((misses < 2).mean(axis=1).max()) if len(slope) else 1.0
