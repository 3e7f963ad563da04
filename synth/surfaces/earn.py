"""A candidate becomes a surface only if every frame of the clip bears it out."""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float64, UInt8

from sts.errors import RenderError
from synth.surfaces import occlude, plate, tilt, track
from synth.surfaces.camera import Camera, to_centres
from synth.surfaces.pose import Normal, Pose
from synth.surfaces.surface import Light, Patch, Surface, from_homographies

Video = UInt8[np.ndarray, "t h w 3"]
Quad = Float64[np.ndarray, "4 2"]

MARGIN = 24
"""px around the quad that is studied too, for blur and soft edges"""
SPREAD, AGREE, SCALE = 0.3, 0.75, (0.6, 1.7)
STRAY = 0.008
"""Of the picture's width: how far a corner may be from where the camera's motion puts it"""
HIDDEN = 0.3
"""Mean share of the quad that may be hidden"""
HIDDEN_POINT = 0.5
"""Share of the frames in which nearly every point must be in sight"""
WITHIN = 0.5
"""Share of the quad that lies in the picture in every frame"""
CORRELATES = 0.5
"""Texture of the frames against that of the plate; less means that it slides through or is only noise"""
CELL = 16
"""Surface units of light"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stage:
    """One clip and what is known of it as a whole, at full size."""

    video: Video
    grey: UInt8[np.ndarray, "t h w"]
    key: int
    camera: Camera
    exposure: np.ndarray
    masks: UInt8[np.ndarray, "t h w"]
    """Not 0 where something moves by itself"""


def earn(stage: Stage, pose: Pose, guess: Normal | None = None) -> Surface:
    """Follow, rectify, find what hides it, and light it. RenderError says which test fails.

    Where `pose` knows of no tilt, the camera's motion is asked for the plane's normal, and `guess` if it is silent.
    """
    quad = _quad(pose)
    matrices, sure = _follow(stage, quad)
    if not pose.tilted:
        pose = _lean(stage, pose, matrices, guess)
        quad = _quad(pose)
    box = _box(quad)
    region = plate.make_plate(stage.video, matrices, box, stage.exposure)
    area = _fill(quad - box[:2], region.rgb.shape[:2])
    if region.inside[:, area].mean(axis=1).min() < WITHIN:
        raise RenderError("the region leaves the picture")
    alphas = occlude.occlusion(region)
    sure *= _check_hidden(alphas[:, area]) * _check_texture(region, alphas, area, stage.camera.static)
    luminance = cv2.cvtColor(region.rgb, cv2.COLOR_RGB2GRAY)[area]
    return Surface(
        width=pose.width,
        height=pose.height,
        to_frame=from_homographies(matrices @ pose.to_key),
        occlusion=tuple(
            _patch(alpha, region.box, matrix, quad, stage.grey.shape[1:])
            for alpha, matrix in zip(alphas, matrices, strict=True)
        ),
        light=_light(region, alphas, pose),
        colour=_colour(region.rgb[area]),
        busy=float(luminance.std()),
        quality=float(np.clip(sure, 0, 1)),
        kind="ground" if pose.ground else "static" if stage.camera.static else "wall",
    )


def _follow(stage: Stage, quad: Quad) -> tuple[Float64[np.ndarray, "t 3 3"], float]:
    """Where key-frame px go; a standing camera needs no search."""
    if stage.camera.static:
        return stage.camera.to_frame.copy(), 1.0
    followed = track.follow(stage.grey, stage.key, quad, masks=stage.masks)
    if followed.spread.min() < SPREAD:
        raise RenderError(f"only {followed.spread.min():.2f} of the quad holds texture to follow")
    if followed.agree.min() < AGREE:
        raise RenderError(f"only {followed.agree.min():.2f} of the region looks as the key frame says")
    if followed.scale.min() < SCALE[0] or followed.scale.max() > SCALE[1]:
        raise RenderError("the region grows or shrinks too much")
    there = _project(quad, followed.to_frame)
    stray = np.abs(there - _project(quad, stage.camera.to_frame)).max(axis=(1, 2))
    if stray[stage.camera.trust > 0].max() > STRAY * stage.grey.shape[2]:
        raise RenderError(f"the region leaves the camera's motion by {stray.max():.1f} px")
    return _rounded(quad, there), float(0.5 + 0.5 * followed.agree.min())


def _lean(stage: Stage, pose: Pose, matrices: Float64[np.ndarray, "t 3 3"], guess: Normal | None) -> Pose:
    quad, size = _quad(pose), (stage.grey.shape[2], stage.grey.shape[1])
    box = (*quad.min(axis=0).tolist(), *quad.max(axis=0).tolist())
    seen = None if stage.camera.static else tilt.normal_from_motion(matrices, box, size)
    return tilt.lean(pose, box, guess if seen is None else seen, size)


def _quad(pose: Pose) -> Quad:
    corners = np.array([[0.0, 0.0], [pose.width, 0.0], [pose.width, pose.height], [0.0, pose.height]])
    return cv2.perspectiveTransform(corners[None], pose.to_key)[0]


def _rounded(quad: Quad, there: Float64[np.ndarray, "t 4 2"]) -> Float64[np.ndarray, "t 3 3"]:
    """Homographies through corners rounded to 1/256 px, so that the last bit of a processor does not matter."""
    source = np.round(quad * 256) / 256
    found = [
        cv2.getPerspectiveTransform(source.astype(np.float32), (np.round(q * 256) / 256).astype(np.float32))
        for q in there
    ]
    still = np.abs(there - quad).max(axis=(1, 2)) == 0
    return np.where(still[:, None, None], np.eye(3), np.stack(found))


def _project(quad: Quad, matrices: Float64[np.ndarray, "t 3 3"]) -> Float64[np.ndarray, "t 4 2"]:
    return np.stack([cv2.perspectiveTransform(quad[None], matrix)[0] for matrix in matrices])


def _box(quad: Quad) -> plate.Box:
    low, high = np.floor(quad.min(axis=0)).astype(int) - MARGIN, np.ceil(quad.max(axis=0)).astype(int) + MARGIN
    return int(low[0]), int(low[1]), int(high[0]), int(high[1])


def _fill(quad: Quad, size: tuple[int, ...]) -> Bool[np.ndarray, "h w"]:
    mask = np.zeros((size[0], size[1]), np.uint8)
    cv2.fillConvexPoly(mask, np.round(quad - 0.5).astype(np.int32), 1)
    return mask > 0


def _check_hidden(alphas: UInt8[np.ndarray, "t n"]) -> float:
    """What hides a surface passes; what stays belongs to it or is the surface itself."""
    hidden = alphas > 127
    if hidden.mean() > HIDDEN:
        raise RenderError(f"{hidden.mean():.2f} of the region is hidden")
    often = float(np.quantile(hidden.mean(axis=0), 0.98))
    if often > HIDDEN_POINT:
        raise RenderError(f"a part of the region is hidden in {often:.2f} of the frames")
    return float(1 - 0.5 * hidden.mean() / HIDDEN)


def _check_texture(
    region: plate.Plate, alphas: UInt8[np.ndarray, "t h w"], area: Bool[np.ndarray, "h w"], static: bool
) -> float:
    """The texture of the frames is that of the plate; a standing camera may look at a bare wall."""
    clean = _fine(region.rgb)
    scores = []
    for frame, alpha, inside in zip(region.frames, alphas, region.inside, strict=True):
        open_ = area & (alpha < 8) & inside
        if np.count_nonzero(open_) > 400:
            one, two = clean[open_], _fine(frame)[open_]
            scores.append(float((one * two).mean() / np.sqrt((one * one).mean() * (two * two).mean() + 1e-6)))
    if static:
        return 1.0
    if len(scores) < 0.7 * len(alphas) or np.quantile(scores, 0.1) < CORRELATES:
        raise RenderError("the texture of the region does not stay with it")
    return float(np.quantile(scores, 0.1))


def _fine(rgb: UInt8[np.ndarray, "h w 3"]) -> np.ndarray:
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    smooth = cv2.GaussianBlur(grey, (0, 0), 1.2)
    return smooth - cv2.GaussianBlur(grey, (0, 0), 6.0)


def _patch(
    alpha: UInt8[np.ndarray, "h w"],
    box: plate.Box,
    matrix: Float64[np.ndarray, "3 3"],
    quad: Quad,
    size: tuple[int, ...],
) -> Patch | None:
    """Opacity in frame px, cut to what is not 0."""
    if not (alpha > 8).any():
        return None
    there = cv2.perspectiveTransform(quad[None], matrix)[0]
    left, top = np.maximum(np.floor(there.min(axis=0)).astype(int) - MARGIN, 0)
    right, bottom = np.minimum(np.ceil(there.max(axis=0)).astype(int) + MARGIN, (size[1], size[0]))
    if right <= left or bottom <= top:
        return None
    shift = np.array([[1.0, 0.0, -left], [0.0, 1.0, -top], [0.0, 0.0, 1.0]])
    back = np.array([[1.0, 0.0, box[0]], [0.0, 1.0, box[1]], [0.0, 0.0, 1.0]])
    warp = shift @ to_centres(matrix) @ back
    moved = cv2.warpPerspective(alpha, warp, (int(right - left), int(bottom - top)), flags=cv2.INTER_LINEAR)
    rows, columns = np.flatnonzero(moved.any(axis=1)), np.flatnonzero(moved.any(axis=0))
    if len(rows) == 0:
        return None
    cut = moved[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return Patch(left=int(left + columns[0]), top=int(top + rows[0]), pixels=np.ascontiguousarray(cut))


def _light(region: plate.Plate, alphas: UInt8[np.ndarray, "t h w"], pose: Pose) -> tuple[Light, ...]:
    columns, rows = max(1, round(pose.width / CELL)), max(1, round(pose.height / CELL))
    u, v = (np.arange(columns) + 0.5) * pose.width / columns, (np.arange(rows) + 0.5) * pose.height / rows
    grid = np.stack(np.meshgrid(u, v), axis=-1)
    points = cv2.perspectiveTransform(grid.reshape(1, -1, 2), pose.to_key).reshape(rows, columns, 2)
    return tuple(Light(gain=gain) for gain in occlude.gains(region, alphas, points))


def _colour(pixels: UInt8[np.ndarray, "n 3"]) -> tuple[int, int, int]:
    red, green, blue = np.median(pixels, axis=0).round().astype(int).tolist()
    return red, green, blue
