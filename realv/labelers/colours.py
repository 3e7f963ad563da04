"""Which colours of a word are its strokes: the colours are clustered, and every way to split them is judged."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import cv2
import numpy as np
from jaxtyping import Bool, Float32

Lab = Float32[np.ndarray, "h w 3"]
Pixels = Bool[np.ndarray, "h w"]
Spots = tuple[tuple[int, int], ...]
"""(x, y) of pixels"""

N_COLOURS = 4
SAMPLE = 3000
"""px that the clusters are found on"""
FILLED = (0.06, 0.8)
"""Least and greatest share of a word's place that strokes take"""
WEIGHTS = {"edge": -6.1, "outside": -0.42, "apart": 0.73, "rough": -0.61, "unlike": 1.2, "wide": 2.1, "points": 4.0}
"""What a measure of `_measures` says for a split. Fitted to 250 words with known strokes, rendered and photographed, so
that the split of greatest overlap wins; only `points`, for words whose text is known, is set by hand"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A word and what is around it."""

    colours: Lab
    place: Pixels
    """Where the word is"""
    near: Pixels
    """The place and a ring around it"""
    thickness: float
    """px, of the place: about the height of the letters"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """Some of a word's colours, taken for its strokes."""

    strokes: Pixels
    rating: float


def best(ground: Ground, positive: Spots = (), negative: Spots = ()) -> Split | None:
    """The split of highest rating; None where no split leaves a word."""
    splits = list(_splits(ground, positive, negative))
    return max(splits, key=lambda one: one.rating) if splits else None


def _splits(ground: Ground, positive: Spots, negative: Spots) -> Iterator[Split]:
    numbers = _clusters(ground)
    ring = ground.near & ~ground.place
    edge = ground.place & (distance(ground.place) <= 0.1 * ground.thickness)
    for n in range(1, N_COLOURS):
        for chosen in combinations(range(N_COLOURS), n):
            strokes = np.isin(numbers, chosen) & ground.near
            filled = _share(strokes, ground.place)
            if FILLED[0] <= filled <= FILLED[1]:
                found = _measures(ground, strokes, ring, edge)
                found["points"] = _votes(strokes, positive) - _votes(strokes, negative)
                rating = sum(WEIGHTS[name] * value for name, value in found.items())
                yield Split(strokes=strokes, rating=rating)


def _clusters(ground: Ground) -> np.ndarray:
    """The number of its colour at each pixel: k-means in Lab, started from quantiles of lightness."""
    pixels = ground.colours[ground.near]
    sample = np.ascontiguousarray(pixels[:: max(1, len(pixels) // SAMPLE)])
    first = np.empty((len(sample), 1), np.int32)
    first[np.argsort(sample[:, 0], kind="stable"), 0] = np.arange(len(sample)) * N_COLOURS // len(sample)
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 12, 0.5)
    _, _, centres = cv2.kmeans(sample, N_COLOURS, first, stop, 1, cv2.KMEANS_USE_INITIAL_LABELS)
    squares = [((ground.colours - centre) ** 2).sum(axis=-1) for centre in centres]
    return np.argmin(squares, axis=0)


def _measures(ground: Ground, strokes: Pixels, ring: Pixels, edge: Pixels) -> dict[str, float]:
    """What tells strokes from ground.

    How much of the place's edge they take, how dense they are in the ring against the place, how far their colours
    lie from the others', how long their contour is, how unlike the ring they are, how much their colours vary.
    """
    inside, others = strokes & ground.place, ground.place & ~strokes
    ink, paper = ground.colours[inside], ground.colours[others]
    contour = cv2.morphologyEx(strokes.view(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > 0
    spread = np.sqrt((ink.var(axis=0).sum() + paper.var(axis=0).sum()) / 2)
    around = ground.colours[ring].mean(axis=0) if ring.any() else paper.mean(axis=0)
    far, near = np.linalg.norm(around - ink.mean(axis=0)), np.linalg.norm(around - paper.mean(axis=0))
    return {
        "edge": _share(strokes, edge),
        "outside": float(np.log((_share(strokes, ring) + 0.02) / (_share(strokes, ground.place) + 0.02))),
        "apart": float(np.linalg.norm(ink.mean(axis=0) - paper.mean(axis=0)) / (spread + 3)),
        "rough": float((contour & ground.place).sum() / inside.sum() * ground.thickness / 20),
        "unlike": float(far - near) / 50,
        "wide": float(np.sqrt(ink.var(axis=0).sum())) / 20,
    }


def distance(pixels: Pixels) -> Float32[np.ndarray, "h w"]:
    """px from each pixel to the nearest that is not set; what is outside of the picture is not set."""
    padded = np.pad(pixels.astype(np.uint8), 1)
    return np.asarray(cv2.distanceTransform(padded, cv2.DIST_L2, 3)[1:-1, 1:-1], np.float32)


def _share(strokes: Pixels, area: Pixels) -> float:
    return float((strokes & area).sum() / max(area.sum(), 1))


def _votes(strokes: Pixels, spots: Spots) -> float:
    """The share of the spots on strokes."""
    return sum(bool(strokes[y, x]) for x, y in spots) / len(spots) if spots else 0.0
