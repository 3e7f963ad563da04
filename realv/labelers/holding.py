"""Polygons of words that hold the strokes found for them: finders draw them tight, or cut into letters."""

from dataclasses import replace

import numpy as np

from sts import geometry, masks
from sts.geometry import Polygon
from sts.types import Mask, TextInstance

MOST = 0.995
"""Share of the strokes that each side keeps on its inner side: a speck moves none"""
CORNERS = 4
"""Of the polygons that finders draw; others are somebody's, and stay"""


def held(word: TextInstance) -> TextInstance:
    """The word with the sides of its quadrilateral moved outwards, as far as its strokes reach."""
    if word.mask is None or len(word.polygon) != CORNERS:
        return word
    return replace(word, polygon=grown(word.polygon, word.mask))


def grown(polygon: Polygon, mask: Mask) -> Polygon:
    """A convex clockwise polygon, px, with its sides moved outwards as far as strokes reach; another one as it is."""
    corners, strokes = np.asarray(polygon, np.float64), masks.centres(mask)
    sides = np.roll(corners, -1, axis=0) - corners
    ahead = np.roll(sides, -1, axis=0)
    if not len(strokes) or (sides[:, 0] * ahead[:, 1] - sides[:, 1] * ahead[:, 0] <= 0).any():
        return polygon
    outwards = np.stack([sides[:, 1], -sides[:, 0]], axis=1) / np.hypot(*sides.T)[:, None]
    edges = (corners * outwards).sum(axis=1)
    reach = np.maximum(edges, np.quantile(strokes @ outwards.T, MOST, axis=0))
    if (reach == edges).all():
        return polygon
    pairs = np.stack([np.roll(outwards, 1, axis=0), outwards], axis=1)
    return geometry.rounded(np.linalg.solve(pairs, np.stack([np.roll(reach, 1), reach], axis=1)[..., None])[..., 0])
