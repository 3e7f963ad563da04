"""What stands in front of a region, and how the scene lights it, from how each frame differs from the clean plate."""

import cv2
import numpy as np
from jaxtyping import Bool, Float32, Float64, UInt8

from synth.surfaces.plate import Plate

Picture = Float32[np.ndarray, "h w 3"]
Alpha = Float32[np.ndarray, "h w"]

DEVIATIONS = 4.5
"""A pixel this many sigma from the plate differs"""
CHROMA = 0.10
"""A shadow changes the ratio of the colours by less"""
DARKEST, BRIGHTEST = 0.35, 1.25
"""A change of light lies between, also where a shadow that the plate holds goes away"""
RATIO_BOX = 15
"""px, window of the light ratio"""


def occlusion(plate: Plate) -> UInt8[np.ndarray, "t h w"]:
    """Soft opacity (0..255) of what is in front of the plate in each frame, in the plate's pixels."""
    changed = differ(plate)
    alphas = np.zeros(changed.shape, np.uint8)
    for time, mask in enumerate(changed):
        if mask.any():
            alphas[time] = np.rint(255 * soften(mask, plate.frames[time], plate.rgb)).astype(np.uint8)
    return alphas


def differ(plate: Plate, smallest: int = 60) -> Bool[np.ndarray, "t h w"]:
    """Where something other than light changes the picture; blobs of fewer than `smallest` px are noise."""
    clean = plate.rgb.astype(np.float32)
    tolerance = DEVIATIONS * plate.sigma
    blurred = cv2.blur(clean, (RATIO_BOX, RATIO_BOX)).astype(np.float32)
    changed = np.zeros(plate.inside.shape, dtype=bool)
    for time, frame in enumerate(plate.frames):
        changed[time] = _differ(frame.astype(np.float32), clean, blurred, tolerance, smallest)
    return changed & plate.inside


def _differ(
    frame: Picture, clean: Picture, blurred: Picture, tolerance: Picture, smallest: int
) -> Bool[np.ndarray, "h w"]:
    distance = (cv2.absdiff(frame, clean) / tolerance).max(axis=2)
    weak = distance > 1
    if not weak.any():
        return weak
    weak &= ~_shadow(frame, clean, blurred, tolerance, weak)
    solid = cv2.morphologyEx(weak.astype(np.uint8), cv2.MORPH_OPEN, _disc(3))
    solid = cv2.morphologyEx(solid, cv2.MORPH_CLOSE, _disc(9))
    return _blobs(solid, distance > 2, smallest)


def _shadow(
    frame: Picture, clean: Picture, blurred: Picture, tolerance: Picture, weak: Bool[np.ndarray, "h w"]
) -> Bool[np.ndarray, "h w"]:
    """Darker by a like share in every colour, with the plate's own texture still there."""
    ratio = (cv2.blur(frame, (RATIO_BOX, RATIO_BOX)) + 2) / (blurred + 2)
    level = ratio.mean(axis=2)
    chroma = np.abs(ratio / np.maximum(level, 1e-3)[..., None] - 1).max(axis=2)
    texture = (cv2.absdiff(frame, ratio * clean) / tolerance).max(axis=2)
    fits = (level < BRIGHTEST) & (level > DARKEST) & (chroma < CHROMA) & (cv2.blur(texture, (5, 5)) < 1)
    fits = cv2.morphologyEx((fits & weak).astype(np.uint8), cv2.MORPH_OPEN, _disc(5)) > 0
    if not fits.any():
        return fits
    return fits | (_penumbra(frame, clean, level, fits) & weak)


def _penumbra(frame: Picture, clean: Picture, level: Alpha, fits: Bool[np.ndarray, "h w"]) -> Bool[np.ndarray, "h w"]:
    """Beside a shadow, where the large window mixes its two sides: neutral, and no darker than the shadow."""
    ratio = (cv2.blur(frame, (3, 3)) + 2) / (cv2.blur(clean, (3, 3)) + 2)
    here = ratio.mean(axis=2)
    neutral = np.abs(ratio / np.maximum(here, 1e-3)[..., None] - 1).max(axis=2) < CHROMA
    hard = fits.astype(np.float32)
    around = cv2.blur(hard, (RATIO_BOX, RATIO_BOX))
    shade = cv2.blur(level * hard, (RATIO_BOX, RATIO_BOX)) / np.maximum(around, 1e-4)
    between = (here > np.minimum(shade, 1) - 0.12) & (here < np.maximum(shade, 1) + 0.08)
    return (around > 1e-3) & neutral & between


def _blobs(solid: UInt8[np.ndarray, "h w"], strong: Bool[np.ndarray, "h w"], smallest: int) -> Bool[np.ndarray, "h w"]:
    """Blobs that are large enough and differ strongly somewhere, with their small holes filled."""
    n_blobs, labels, stats, _ = cv2.connectedComponentsWithStats(solid, connectivity=8)
    seeds = np.bincount(labels[strong], minlength=n_blobs)
    keep = (stats[:, cv2.CC_STAT_AREA] >= smallest) & (seeds >= smallest // 4)
    keep[0] = False
    mask = keep[labels]
    _, holes, stats, _ = cv2.connectedComponentsWithStats((~mask).astype(np.uint8), connectivity=4)
    small = stats[:, cv2.CC_STAT_AREA] < max(smallest, 0.2 * np.count_nonzero(mask))
    outer = np.unique(np.concatenate([holes[0], holes[-1], holes[:, 0], holes[:, -1]]))
    small[outer], small[0] = False, False
    return mask | small[holes]


def soften(
    mask: Bool[np.ndarray, "h w"], frame: UInt8[np.ndarray, "h w 3"], clean: UInt8[np.ndarray, "h w 3"]
) -> Alpha:
    """Opacity in [0, 1]: near the edge of the mask the share of the occluder's colour that mixes with the plate's."""
    hard = mask.astype(np.uint8)
    core = cv2.erode(hard, _disc(5), borderValue=1).astype(np.uint8)
    reach = cv2.dilate(hard, _disc(7))
    picture, plate = frame.astype(np.float32), clean.astype(np.float32)
    weight = cv2.blur(core.astype(np.float32), (13, 13)).astype(np.float32)
    colour = cv2.blur(picture * core[..., None], (13, 13)) / np.maximum(weight, 1e-4)[..., None]
    apart = colour - plate
    contrast = (apart * apart).sum(axis=2)
    mixed = ((picture - plate) * apart).sum(axis=2) / np.maximum(contrast, 1.0)
    guided = guided_filter(hard.astype(np.float32), picture.mean(axis=2), 4, 60.0)
    clear = (contrast > 30.0**2) & (weight > 0.02)
    alpha = np.where(clear, guided_filter(np.clip(mixed, 0, 1), picture.mean(axis=2), 1, 20.0), guided)
    return np.where(core > 0, 1.0, np.where(reach > 0, np.clip(alpha, 0, 1), 0.0)).astype(np.float32)


def guided_filter(values: Alpha, guide: Alpha, radius: int, epsilon: float) -> Alpha:
    """Smooth `values` but follow the edges of `guide` (He et al. 2010); epsilon in squared grey levels."""
    box = (2 * radius + 1, 2 * radius + 1)
    mean, mean_guide = cv2.blur(values, box), cv2.blur(guide, box)
    slope = (cv2.blur(guide * values, box) - mean_guide * mean) / (
        np.maximum(cv2.blur(guide * guide, box) - mean_guide**2, 0) + epsilon
    )
    return cv2.blur(slope, box) * guide + cv2.blur(mean - slope * mean_guide, box)


def gains(
    plate: Plate, alphas: UInt8[np.ndarray, "t h w"], points: Float64[np.ndarray, "gh gw 2"]
) -> Float32[np.ndarray, "t gh gw 3"]:
    """Light on the region relative to the plate, at key-frame points, from what nothing hides; 1 is unchanged."""
    clean = plate.rgb.astype(np.float32) + 4
    columns = (points[..., 0] - plate.box[0] - 0.5).astype(np.float32)
    rows = (points[..., 1] - plate.box[1] - 0.5).astype(np.float32)
    box = (RATIO_BOX, RATIO_BOX)
    result = np.ones((len(alphas), *points.shape[:2], 3), np.float32)
    for time, frame in enumerate(plate.frames):
        picture = frame.astype(np.float32) + 4
        weight = ((alphas[time] < 32) & plate.inside[time]).astype(np.float32)
        lit = cv2.blur(picture * weight[..., None], box) + 0.05 * clean
        ratio = plate.exposure[time] * lit / (cv2.blur(clean * weight[..., None], box) + 0.05 * clean)
        result[time] = cv2.remap(ratio, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.clip(result, 0.2, 2.5)


def _disc(size: int) -> UInt8[np.ndarray, "k k"]:
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)).astype(np.uint8)
