"""Where the scene holds still behind the camera's own motion: small maps over the key frame, before any rectangle."""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float32, UInt8

from synth.surfaces import camera, occlude, plate
from synth.surfaces.flow import Dis, FlowModel

Video = UInt8[np.ndarray, "t h w 3"]

TRUST = 0.2
"""A frame whose camera motion fewer of the cells follow tells nothing"""
CHANGED = 0.3
"""Share of frames in which something may stand in front of a surface"""
SLIDES_PX = 0.5
"""px of the small picture; what moves more against the camera's motion moves by itself"""
SLIDES = 0.12
"""Share of frames in which a surface may seem to move by itself"""
RING = 0.35
"""Share of an area's outline that may be unusable before the area itself is"""
STRAYS = 7.0
"""Grey levels; what strays more from its own median all the time is not registered by the camera's motion"""
TEXTURE = 2.2
"""An edge is this many times as strong as the usual steps around it, else it is the surface's own texture"""
STEP = 15.0
"""Grey levels between neighbouring areas that make the edge of a surface"""
DIS = Dis()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scene:
    """Maps over the key frame, in px of the small picture."""

    camera: camera.Camera
    """Of all the small pictures"""
    exposure: Float32[np.ndarray, "t 3"]
    """Gain against the key frame"""
    clean: UInt8[np.ndarray, "h w 3"]
    """Temporal median"""
    changed: Bool[np.ndarray, "t h w"]
    """Something stands in front; frame by frame, in the key frame's pixels"""
    usable: Bool[np.ndarray, "h w"]
    """Follows the camera in nearly all frames"""
    edges: Bool[np.ndarray, "h w"]
    """One surface ends and another begins"""
    busy: Float32[np.ndarray, "h w"]
    """Standard deviation of the luminance within 9 px, grey levels"""


def look(small: Video, key: int, window: slice, flow: FlowModel = DIS) -> Scene:
    """Study a clip and its surroundings in time; `window` are the frames that count, the others only bear witness."""
    motion = camera.estimate(np.stack([cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in small]), key)
    known = motion.trust > TRUST
    height, width = small.shape[1:3]
    box = (0, 0, width, height)
    exposure = np.ones((len(small), 3), np.float32)
    rectified, _ = plate.rectify(small[known], motion.to_frame[known], box)
    exposure[known] = plate.exposures(rectified, int(np.count_nonzero(known[:key])))
    region = plate.make_plate(small[known], motion.to_frame[known], box, exposure[known])
    changed = np.zeros(small.shape[:3], dtype=bool)
    changed[known] = occlude.differ(region, smallest=16)
    slides = _slides(region, changed[known], flow)
    edges = _edges(region.rgb)
    seen = np.zeros(small.shape[:3], dtype=bool)
    seen[known] = region.inside
    usable = (_share(changed, seen) <= CHANGED) & (_share(changed[window], seen[window]) <= CHANGED)
    usable &= (
        (_share(slides, region.inside[::2]) <= SLIDES)
        & (region.sigma.max(axis=2) < STRAYS + 0.5 * _busy(region.rgb))
        & (seen[window].mean(axis=0) > 0.6)
    )
    usable &= ~_objects(edges, usable)
    usable = cv2.erode(usable.astype(np.uint8), np.ones((5, 5), np.uint8), borderValue=0) > 0
    return Scene(
        camera=motion,
        exposure=exposure,
        clean=region.rgb,
        changed=changed,
        usable=usable,
        edges=edges,
        busy=_busy(region.rgb),
    )


def _share(flags: Bool[np.ndarray, "t h w"], seen: Bool[np.ndarray, "t h w"]) -> Float32[np.ndarray, "h w"]:
    return ((flags & seen).sum(axis=0) / np.maximum(seen.sum(axis=0), 1)).astype(np.float32)


def _slides(region: plate.Plate, changed: Bool[np.ndarray, "t h w"], flow: FlowModel) -> Bool[np.ndarray, "n h w"]:
    """Every second frame: dense flow against the plate is not zero where texture fixes it and nothing passes."""
    fixed = _busy(region.rgb) > 3
    slides = []
    near = np.ones((21, 21), np.uint8)
    for frame, inside, hidden in zip(region.frames[::2], region.inside[::2], changed[::2], strict=True):
        motion = flow.between(region.rgb, frame)
        size = cv2.blur(np.hypot(motion[..., 0], motion[..., 1]), (5, 5))
        slides.append((size > SLIDES_PX) & fixed & inside & (cv2.dilate(hidden.astype(np.uint8), near) == 0))
    return np.stack(slides)


def _objects(edges: Bool[np.ndarray, "h w"], usable: Bool[np.ndarray, "h w"]) -> Bool[np.ndarray, "h w"]:
    """Areas between edges outlined by motion: an object that holds nearly still."""
    n_areas, labels = cv2.connectedComponents((usable & ~edges).astype(np.uint8), connectivity=4)
    ring = np.ones((9, 9), np.uint8)
    found = np.zeros(edges.shape, dtype=bool)
    area = np.bincount(labels.ravel(), minlength=n_areas)
    for label in np.flatnonzero((area > 150) & (area < edges.size // 6)):
        if label == 0:
            continue
        body = labels == label
        outline = (cv2.dilate(body.astype(np.uint8), ring) > 0) & ~body
        if np.count_nonzero(outline & ~usable) > RING * np.count_nonzero(outline):
            found |= body
    return found


def _busy(clean: UInt8[np.ndarray, "h w 3"]) -> Float32[np.ndarray, "h w"]:
    grey = cv2.cvtColor(clean, cv2.COLOR_RGB2GRAY).astype(np.float32)
    mean = cv2.blur(grey, (9, 9))
    return np.sqrt(np.maximum(cv2.blur(grey * grey, (9, 9)) - mean * mean, 0))


def _edges(clean: UInt8[np.ndarray, "h w 3"]) -> Bool[np.ndarray, "h w"]:
    """The mean colours on two sides differ, at a scale where fine texture has been averaged away."""
    smooth = cv2.blur(clean, (5, 5)).astype(np.float32)
    step = np.zeros(clean.shape[:2], np.float32)
    for dx, dy in ((4, 0), (0, 4), (3, 3), (3, -3)):
        ahead = cv2.warpAffine(
            smooth, np.array([[1.0, 0.0, dx], [0.0, 1.0, dy]]), smooth.shape[1::-1], borderMode=cv2.BORDER_REPLICATE
        )
        behind = cv2.warpAffine(
            smooth, np.array([[1.0, 0.0, -dx], [0.0, 1.0, -dy]]), smooth.shape[1::-1], borderMode=cv2.BORDER_REPLICATE
        )
        step = np.maximum(step, np.abs(ahead - behind).max(axis=2))
    small = cv2.resize(np.clip(step, 0, 255).astype(np.uint8), None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    usual = cv2.resize(cv2.medianBlur(small, 31), step.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    return (step > STEP) & (step > TEXTURE * usual)
