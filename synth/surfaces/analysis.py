"""Everything about one window that rendering needs, worked out once and kept on disk."""

import hashlib
import json
import logging
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import Bool, Float32, Float64, UInt8

from sts.errors import RenderError
from synth.surfaces import cache, footage, layers, measure, pose, regions, tilt, windows
from synth.surfaces.cache import Analysis
from synth.surfaces.camera import Camera, scaled, to_centres
from synth.surfaces.depth import DepthModel
from synth.surfaces.earn import Stage, earn
from synth.surfaces.networks import Networks
from synth.surfaces.surface import Surface

__all__ = ["Analysis", "analyse", "study"]

log = logging.getLogger(__name__)

Video = UInt8[np.ndarray, "t h w 3"]

VERSION = 3
"""Raise it when the same window would give another answer"""
SMALL = 384
"""px, width at which the scene as a whole is studied"""
AROUND = 40
"""Frames before and after the window that bear witness to what moves"""
STEP = 5
"""Every so many of them"""
MOST = 6
"""Surfaces in a window"""
TRIED = 8
"""Candidates for them; following one costs most of the time"""
QUALITY = 95
"""JPEG"""
NO_NETWORKS = Networks()


def analyse(
    window: windows.Window, size: tuple[int, int], folder: Path | None = None, networks: Networks = NO_NETWORKS
) -> Analysis:
    """Surfaces of a window at (width, height); from the cache in `folder` (default: the user's) if it is there."""
    place = (cache.default_folder() if folder is None else folder) / f"{_name(window, size, networks)}.npz"
    found = cache.load(place)
    if found is None:
        found = study(window, size, networks)
        cache.save(place, found)
    return found


def study(window: windows.Window, size: tuple[int, int], networks: Networks = NO_NETWORKS) -> Analysis:
    """The same without the cache."""
    frames, times_s, small, inner = _read(window, size)
    key = len(frames) // 2
    scene = layers.look(small, inner.start + key, inner, networks.flow_model)
    known = replace(scene.camera, to_frame=scene.camera.to_frame[inner], trust=scene.camera.trust[inner])
    motion = scaled(known, size[0] / small.shape[2])
    trusted = motion.trust.min() > layers.TRUST
    return Analysis(
        jpegs=tuple(_encode(frame) for frame in frames),
        times_s=times_s,
        surfaces=_surfaces(_stage(frames, key, scene, motion, inner), scene, networks.depth) if trusted else (),
        sharpness=measure.sharpness(frames[key]),
        grain=measure.grain(frames[key]),
        motion=measure.motion(motion.to_frame, size),
        static=motion.static,
    )


def _name(window: windows.Window, size: tuple[int, int], networks: Networks) -> str:
    parts = [window.sha256, window.start, window.frames, *size, VERSION, *networks.fingerprint]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _read(
    window: windows.Window, size: tuple[int, int]
) -> tuple[Video, Float64[np.ndarray, " t"], UInt8[np.ndarray, "all hh ww 3"], slice]:
    """The window at full size, and small with its surroundings; the slice is the window in the small frames."""
    total = len(footage.probe(window.path).times_s)
    first, last = max(0, window.start - AROUND), min(total, window.start + window.frames + AROUND)
    frames, times, small, before = [], [], [], 0
    height = round(SMALL * size[1] / size[0] / 2) * 2
    for index, (time_s, picture) in enumerate(footage.frames(window.path, first, last), start=first):
        within = window.start <= index < window.start + window.frames
        if not within and (index - window.start) % STEP:
            continue
        before += index < window.start
        small.append(windows.fit(picture, SMALL, height))
        if within:
            frames.append(windows.fit(picture, *size))
            times.append(time_s)
    return np.stack(frames), np.array(times) - times[0], np.stack(small), slice(before, before + len(frames))


def _stage(frames: Video, key: int, scene: layers.Scene, motion: Camera, inner: slice) -> Stage:
    grey = np.stack([cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in frames])
    moving = zip(scene.changed[inner], scene.camera.to_frame[inner], strict=True)
    masks = np.stack([_to_frame(mask, matrix, (grey.shape[2], grey.shape[1])) for mask, matrix in moving])
    return Stage(video=frames, grey=grey, key=key, camera=motion, exposure=scene.exposure[inner], masks=masks)


def _surfaces(stage: Stage, scene: layers.Scene, depth: DepthModel | None) -> tuple[Surface, ...]:
    height, width = stage.grey.shape[1:]
    half = cv2.resize(stage.grey[stage.key], (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    lines = pose.segments(half.astype(np.uint8), 16.0) * 2
    near = None if depth is None else depth.inverse_depth(scene.clean)
    factor = width / scene.clean.shape[1]
    found: list[Surface] = []
    for candidate in regions.candidates(scene, TRIED):
        box = candidate.box(factor)
        try:
            found.append(earn(stage, pose.lay(box, lines, (width, height)), _guess(scene, candidate, near)))
        except RenderError as error:
            log.debug("no surface at %s: %s", box, error)
        if len(found) == MOST:
            break
    return tuple(sorted(found, key=lambda surface: -surface.quality))


def _guess(
    scene: layers.Scene, candidate: regions.Candidate, near: Float32[np.ndarray, "h w"] | None
) -> pose.Normal | None:
    """How the plane of a candidate lies, for want of lines and motion."""
    told = None if near is None else tilt.normal_from_inverse_depth(near, candidate.box(1.0), pose.FOCAL * SMALL)
    return tilt.usual_ground() if told is None and regions.on_ground(scene, candidate) else told


def _to_frame(
    mask: Bool[np.ndarray, "h w"], matrix: Float64[np.ndarray, "3 3"], size: tuple[int, int]
) -> UInt8[np.ndarray, "hh ww"]:
    """From the small key frame to the frame at full size, a little grown."""
    grown = cv2.dilate(mask.astype(np.uint8), np.ones((5, 5), np.uint8))
    moved = cv2.warpPerspective(grown, to_centres(matrix), mask.shape[::-1], flags=cv2.INTER_NEAREST)
    return cv2.resize(moved, size, interpolation=cv2.INTER_NEAREST).astype(np.uint8)


def _encode(frame: UInt8[np.ndarray, "h w 3"]) -> bytes:
    data = cv2.imencode(".jpg", frame[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1]
    return data.tobytes()
