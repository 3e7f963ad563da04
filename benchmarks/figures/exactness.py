"""Where the picture changes and what the mask says: ours on real clips, and the peers' rules on the same words."""

import importlib
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import process_time
from typing import Any

import cv2
import numpy as np
from jaxtyping import Float64, UInt8

from benchmarks.figures.clips import Bench, Sample
from benchmarks.peers import feathered, poisson
from benchmarks.tracking_suite import TEXTURES
from benchmarks.tracking_world import FINE, texture
from sts import geometry

RIM_PX = 16
"""Background round a word in the patch that the peer blends"""
SHORTEST_PX = 16.0
"""Words below this height are not compared with the oracle"""

Picture = UInt8[np.ndarray, "h w 3"]
Alpha = UInt8[np.ndarray, "ah aw"]
Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spilled:
    """Pixels changed where no text is."""

    ours: int
    """px in all frames, any change"""
    peer: float
    """Share of the pixels outside the text of a patch, more than 2 levels, mean over patches of the same frames"""
    peer_textured: float
    """The same on the textures of the tracking suite"""
    peer_ms: float
    """CPU ms an instance, median"""
    patches: int


def spilled(renderer: Bench, samples: Sequence[Sample]) -> Spilled:
    """Ours over every frame; the peer on the words of the middle frame, at random places of it and of textures."""
    ours, rng, spent = 0, np.random.default_rng(renderer.seed), list[float]()
    own, textured = list[float](), list[float]()
    grounds = itertools.cycle([_coloured(name, seed) for seed, name in enumerate(TEXTURES)])
    for sample in samples:
        drawing = renderer.studio.engine.drawing(sample.spec)
        base = drawing.scene.video[len(drawing.scene.video) // 2].copy()
        coverages, pixels = changed(drawing)
        ours += pixels
        for alpha, colour in _words(coverages[len(coverages) // 2], drawing.blocks):
            own.append(_blended(_patch(rng, base, alpha), alpha, colour, spent))
            textured.append(_blended(_patch(rng, next(grounds), alpha), alpha, colour, spent))
    return Spilled(
        ours=ours,
        peer=float(np.mean(own)),
        peer_textured=float(np.mean(textured)),
        peer_ms=float(np.median(spent)),
        patches=len(own),
    )


def changed(drawing: Any) -> tuple[list[Any], int]:
    """Draw all frames: their coverage, and the pixels that changed where nothing covers them.

    The text is drawn into the scene's own video, so a copy is kept to compare with.
    """
    checks, before, coverages, pixels = importlib.import_module("synth.checks"), drawing.scene.video.copy(), [], 0
    for base, (picture, coverage) in zip(before, drawing.frames(), strict=True):
        pixels += poisson.spill(base, picture, checks.support(coverage, picture.shape[:2]), least=0).changed
        coverages.append(coverage)
    return coverages, pixels


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """IoU with the oracle."""

    ours: float
    """Mean over blocks and frames"""
    worst: float
    """Least of them"""
    peer: float
    """FlowText's rule, mean over words and frames"""
    words: int


def agreement(renderer: Bench, samples: Sequence[Sample]) -> Agreement:
    """Sharp masks of tall words on plane surfaces, in the key frame and on both ends."""
    checks, ours, peers = importlib.import_module("synth.checks"), [], []
    for sample in samples:
        drawing = renderer.studio.engine.drawing(sample.spec)
        frames, height, width = drawing.scene.video.shape[:3]
        for block in drawing.blocks:
            for time in (0, frames // 2, frames - 1):
                iou = checks.oracle_iou(block, time, height, width)
                if iou is not None:
                    ours.append(iou)
                    peers += list(_feathered(block, time, frames // 2, (height, width)))
    return Agreement(ours=float(np.mean(ours)), worst=min(ours), peer=float(np.mean(peers)), words=len(peers))


def _words(coverage: Any, blocks: Sequence[Any]) -> Iterator[tuple[Alpha, Colour]]:
    """Coverage, with background round it, and colour of each word that is in the frame."""
    for block, words in zip(blocks, coverage.words, strict=True):
        for fill in (drawn.fill for drawn in words if drawn.fill is not None):
            yield np.pad(fill.alpha, RIM_PX), block.spec.style.fill.colours[0]


def _patch(rng: np.random.Generator, base: Picture, alpha: Alpha) -> Picture:
    """A piece of background as large as the coverage, from anywhere; mirrored where the picture is smaller."""
    missing = [(0, max(size - room, 0)) for room, size in zip(base.shape, alpha.shape, strict=False)]
    wide = np.pad(base, (*missing, (0, 0)), mode="reflect")
    top, left = (int(rng.integers(room - size + 1)) for room, size in zip(wide.shape, alpha.shape, strict=False))
    return wide[top : top + alpha.shape[0], left : left + alpha.shape[1]].copy()


def _blended(base: Picture, alpha: Alpha, colour: Colour, spent: list[float]) -> float:
    """Share of the pixels outside the text that Poisson blending changes; its CPU ms are added to `spent`."""
    start = process_time()
    after = poisson.blend(base, alpha, colour)
    spent.append(1000 * (process_time() - start))
    found = poisson.spill(base, after, alpha)
    return found.changed / max(found.outside, 1)


def _coloured(name: str, seed: int) -> Picture:
    """A texture of the tracking suite at key size, as RGB."""
    fine = texture(name, seed)
    grey = cv2.resize(fine, (fine.shape[1] // FINE, fine.shape[0] // FINE), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), np.uint8)


def _feathered(block: Any, time: int, key: int, shape: tuple[int, int]) -> Iterator[float]:
    """IoU of FlowText's mask with the oracle, for each tall word of a block on a plane."""
    if block.surface.radius is not None:
        return
    checks, raster = importlib.import_module("synth.checks"), importlib.import_module("synth.raster.coverage")
    whole = raster.Roi(left=0, top=0, width=shape[1], height=shape[0])
    move = _plane(block.surface, time) @ np.linalg.inv(_plane(block.surface, key))
    first = 1 + len(block.layout.lines)
    polygons = np.split(block.surface.project(block.polygons, key), block.ends[:-1])[first:]
    for polygon, pieces in zip(polygons, block.words, strict=False):
        tall = geometry.ribbon_height(tuple(map(tuple, polygon.tolist())))
        if tall <= SHORTEST_PX:
            continue
        at_key, here = (pieces.fill.outline.mapped(lambda p, t=t: block.surface.project(p, t)) for t in (key, time))
        found = feathered.mask(raster.cover(at_key, whole), tall, move)
        roi = raster.roi_of(here.points, *shape, margin=1)
        if roi is None:
            continue
        truth = np.zeros(shape, np.bool_)
        truth[roi.slices] = checks.oracle(here, roi) >= 0.5
        yield float((found & truth).sum() / max((found | truth).sum(), 1))


def _plane(surface: Any, time: int) -> Float64[np.ndarray, "3 3"]:
    return np.asarray(surface.to_frame[time][:, [0, 1, 3]])
