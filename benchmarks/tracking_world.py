"""Textures, camera paths and the film for the tracking suite."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import cast

import cv2
import numpy as np
from jaxtyping import Float32, Float64, UInt8

from sts import video

FINE = 2
"""Texture and film are made this much finer than the frame, then averaged"""
PLANE = 1800, 1240
"""Width and height of the texture, key px; it is mirrored beyond"""

Texture = UInt8[np.ndarray, "ph pw"]
Picture = Float32[np.ndarray, "h w"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hardship:
    """What makes a clip harder than the plain suite."""

    shutter: float = 0.0
    """Share of the frame interval over which the picture smears"""
    light: float = 0.0
    """Relative change of light from the key to the ends, stronger on one side"""
    noise: float = 0.0
    """Grey levels, standard deviation, before the codec"""
    card: float = 0.0
    """Share of the text box hidden by a card that moves with the frame number, not with the plane"""
    crf: int = 20


def texture(name: str, seed: int) -> Texture:
    """Grey plane, FINE times finer than the key frame."""
    rng = np.random.default_rng([20240, seed])
    width, height = PLANE[0] * FINE, PLANE[1] * FINE
    makers = {"brick": _brick, "gravel": _gravel, "plaster": _plaster, "blank": _blank, "tiles": _tiles}
    picture = makers[name](rng, height, width)
    return np.clip(np.rint(picture), 0, 255).astype(np.uint8)


def camera(seed: int, width: int, height: int, frames: int) -> Float64[np.ndarray, "t 3 3"]:
    """Key-to-frame homographies of a hand-held camera before a wall: pan, zoom, turn, tilt and shake."""
    rng = np.random.default_rng([20241, seed])
    focal, time = 1.1 * width, np.arange(frames) / 30
    drift = np.array([0.045, 0.03, 0.10, 0.04, 0.04, 0.06])
    shake = np.array([0.4, 0.4, 0.0, 0.9, 0.9, 0.6]) / focal
    slow = _waves(rng, time, 0.3, 0.8) * drift[:, None]
    fast = (_waves(rng, time, 1.0, 3.0) + 0.15 * _waves(rng, time, 3.0, 6.0)) * shake[:, None]
    pose = slow + fast
    pose -= pose[:, frames // 2 : frames // 2 + 1]
    lens = np.array([[focal, 0, width / 2], [0, focal, height / 2], [0, 0, 1.0]])
    path = np.empty((frames, 3, 3))
    for t in range(frames):
        turn, _ = cv2.Rodrigues(pose[3:, t])
        move = np.eye(3) - np.outer(pose[:3, t], [0, 0, 1.0])
        matrix = lens @ turn @ move @ np.linalg.inv(lens)
        path[t] = matrix / matrix[2, 2]
    path[frames // 2] = np.eye(3)
    return path


def film(
    plane: Texture, path: Float64[np.ndarray, "t 3 3"], width: int, height: int, hardship: Hardship
) -> UInt8[np.ndarray, "t h w"]:
    """The plane seen along the path, smeared, lit, covered, with noise, through H.264."""
    rng = np.random.default_rng(20242)
    shots = []
    for t in range(len(path)):
        picture = _exposure(plane, path, t, width, height, hardship.shutter)
        picture = _lit(picture, (t - len(path) // 2) / 15, hardship.light)
        if hardship.card:
            _cover(picture, t, hardship.card)
        if hardship.noise:
            picture = picture + rng.normal(0, hardship.noise, picture.shape).astype(np.float32)
        shots.append(np.clip(np.rint(picture), 0, 255).astype(np.uint8))
    return through_h264(np.stack(shots), hardship.crf)


def through_h264(frames: UInt8[np.ndarray, "t h w"], crf: int) -> UInt8[np.ndarray, "t h w"]:
    """Grey frames after encoding and decoding."""
    colour = video.recompressed(np.repeat(frames[..., None], 3, axis=3), Fraction(30), crf)
    return np.stack([cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) for picture in colour])


def _exposure(
    plane: Texture, path: Float64[np.ndarray, "t 3 3"], t: int, width: int, height: int, shutter: float
) -> Picture:
    """Mean of what the plane shows while the shutter is open, centred on the frame's time."""
    if not shutter:
        return _seen(plane, path[t], width, height)
    before, after = path[max(t - 1, 0)], path[min(t + 1, len(path) - 1)]
    steps = np.linspace(-shutter / 2, shutter / 2, 7)
    views = [_seen(plane, path[t] + step * (after - before) / 2, width, height) for step in steps]
    return cast(Picture, np.mean(views, axis=0, dtype=np.float32))


def _seen(plane: Texture, matrix: Float64[np.ndarray, "3 3"], width: int, height: int) -> Picture:
    fine = np.diag([FINE, FINE, 1.0])
    margin = np.array([[1, 0, (PLANE[0] - width) / 2], [0, 1, (PLANE[1] - height) / 2], [0, 0, 1.0]])
    centre = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1.0]])
    whole = np.linalg.inv(centre) @ fine @ matrix @ np.linalg.inv(margin) @ np.linalg.inv(fine) @ centre
    big = cv2.warpPerspective(
        plane, whole, (width * FINE, height * FINE), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT
    )
    return cv2.resize(big, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32)


def _lit(picture: Picture, time: float, light: float) -> Picture:
    if not light:
        return picture
    side = np.linspace(0.4, 1.6, picture.shape[1], dtype=np.float32)
    return cast(Picture, picture * (1 + light * np.float32(time) * side))


def _cover(picture: Picture, t: int, share: float) -> None:
    """A dotted card, as high as the box, crosses it from left to right."""
    height, width = picture.shape
    wide = round(300 * share)
    left = width // 2 - 150 + (t * 17) % (300 - wide)
    top, bottom = height // 2 - 60, height // 2 + 60
    dots = np.indices((bottom - top, wide)).sum(axis=0) % 14 < 7
    picture[top:bottom, left : left + wide] = np.where(dots, 60, 200)


def _waves(
    rng: np.random.Generator, time: Float64[np.ndarray, " t"], low: float, high: float
) -> Float64[np.ndarray, "6 t"]:
    """Six smooth curves of about unit height, frequencies in Hz."""
    speed, phase = rng.uniform(low, high, (6, 2, 1)), rng.uniform(0, 2 * np.pi, (6, 2, 1))
    return cast(Float64[np.ndarray, "6 t"], np.sin(2 * np.pi * speed * time + phase).sum(axis=1) / np.sqrt(2))


def _noise(rng: np.random.Generator, height: int, width: int, grain: int | float) -> Picture:
    """Smooth noise with zero mean and unit deviation; `grain` is its blur, key px."""
    step = max(1, int(grain))
    small = rng.standard_normal((height // step + 2, width // step + 2)).astype(np.float32)
    soft = cv2.GaussianBlur(small, (0, 0), max(grain * FINE / step, 0.6))
    picture = cv2.resize(soft, (width, height), interpolation=cv2.INTER_CUBIC)
    return cast(Picture, (picture - picture.mean()) / picture.std())


def _fractal(rng: np.random.Generator, height: int, width: int, grains: Sequence[int | float]) -> Picture:
    octaves = [_noise(rng, height, width, grain) for grain in grains]
    return cast(Picture, np.sum(octaves, axis=0) / np.float32(np.sqrt(len(grains))))


def _brick(rng: np.random.Generator, height: int, width: int) -> Picture:
    y, x = np.indices((height, width), dtype=np.float32)
    wide, high, joint = 64 * FINE, 24 * FINE, 4 * FINE
    row = (y // high).astype(np.int64)
    shifted = x + (row % 2) * (wide / 2)
    column = (shifted // wide).astype(np.int64)
    shades = rng.normal(115, 14, (row.max() + 1, column.max() + 1)).astype(np.float32)
    mortar = (y % high < joint) | (shifted % wide < joint)
    picture = np.where(mortar, np.float32(170), shades[row, column])
    picture = cv2.GaussianBlur(picture, (0, 0), 0.6 * FINE)
    return cast(Picture, picture + 7 * _fractal(rng, height, width, (1, 3, 9)))


def _gravel(rng: np.random.Generator, height: int, width: int) -> Picture:
    picture = np.full((height, width), 70, np.float32)
    for _ in range(height * width // 260):
        x, y = int(rng.integers(width)), int(rng.integers(height))
        axes = int(rng.integers(3, 11)) * FINE, int(rng.integers(3, 9)) * FINE
        grey = float(np.clip(rng.normal(130, 35), 30, 235))
        cv2.ellipse(picture, (x, y), axes, float(rng.uniform(0, 180)), 0, 360, grey, -1)
    return cast(Picture, cv2.GaussianBlur(picture, (0, 0), 0.7 * FINE) + 4 * _noise(rng, height, width, 1))


def _plaster(rng: np.random.Generator, height: int, width: int) -> Picture:
    return cast(Picture, 160 + 8 * _fractal(rng, height, width, (1, 2, 5, 14, 40)))


def _blank(rng: np.random.Generator, height: int, width: int) -> Picture:
    """A painted wall: slow shade, a trace of grain, a speck every 170 px."""
    picture = 188 + 3 * _noise(rng, height, width, 120) + 1.1 * _fractal(rng, height, width, (1.5, 4, 12))
    marks = np.zeros((height, width), np.float32)
    for _ in range(80):
        x, y = int(rng.integers(width)), int(rng.integers(height))
        cv2.circle(marks, (x, y), int(rng.integers(2, 6)) * FINE, float(rng.choice([-1, 1]) * rng.uniform(15, 40)), -1)
    picture = picture + cv2.GaussianBlur(marks, (0, 0), 0.8 * FINE)
    return cast(Picture, picture)


def _tiles(rng: np.random.Generator, height: int, width: int) -> Picture:
    """Square tiles that are all alike, but for a trace of grain."""
    y, x = np.indices((height, width), dtype=np.float32)
    pitch, joint = 40 * FINE, 3 * FINE
    picture = np.where((x % pitch < joint) | (y % pitch < joint), np.float32(95), np.float32(190))
    return cast(Picture, cv2.GaussianBlur(picture, (0, 0), 0.6 * FINE) + 1.5 * _fractal(rng, height, width, (1.5, 6)))
