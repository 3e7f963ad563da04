"""What a region looks like when nothing stands in front: the temporal median of its rectified frames."""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float32, Float64, UInt8

from synth.surfaces.camera import to_centres

Video = UInt8[np.ndarray, "t h w 3"]
Box = tuple[int, int, int, int]
"""xyxy, key-frame px"""

NOISE_FLOOR = 1.2
"""Grey levels; below it video compression hides the noise and a deviation would be underrated"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plate:
    """A region of the key frame without what passes in front of it, and every frame brought into its pixels."""

    box: Box
    rgb: UInt8[np.ndarray, "h w 3"]
    sigma: Float32[np.ndarray, "h w 3"]
    """Grey levels: how far a clean pixel strays, from noise and from texture that is registered a little wrong"""
    frames: Video
    """With the exposure taken out"""
    inside: Bool[np.ndarray, "t h w"]
    """The pixel lies within the picture"""
    exposure: Float32[np.ndarray, "t 3"]
    """Gain of the camera's automatic exposure, key frame 1"""


def rectify(
    video: Video, to_frame: Float64[np.ndarray, "t 3 3"], box: Box
) -> tuple[UInt8[np.ndarray, "t hh ww 3"], Bool[np.ndarray, "t hh ww"]]:
    """Every frame seen from the key frame, cut to `box`, and which of its pixels the frame really holds."""
    left, top, right, bottom = box
    height, width = video.shape[1:3]
    fits = left >= 0 and top >= 0 and right <= width and bottom <= height
    if fits and np.array_equal(to_frame, np.broadcast_to(np.eye(3), to_frame.shape)):
        frames = video[:, top:bottom, left:right]
        return frames, np.ones(frames.shape[:3], dtype=bool)
    size = (right - left, bottom - top)
    frames = np.empty((len(video), size[1], size[0], 3), np.uint8)
    inside = np.empty(frames.shape[:3], dtype=bool)
    whole = np.full((height, width), 255, np.uint8)
    shift = np.array([[1.0, 0.0, left], [0.0, 1.0, top], [0.0, 0.0, 1.0]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    for time, matrix in enumerate(to_centres(to_frame) @ shift):
        cv2.warpPerspective(video[time], matrix, size, dst=frames[time], flags=flags, borderMode=cv2.BORDER_REPLICATE)
        inside[time] = cv2.warpPerspective(whole, matrix, size, flags=flags) > 250
    return frames, inside


def make_plate(
    video: Video, to_frame: Float64[np.ndarray, "t 3 3"], box: Box, exposure: Float32[np.ndarray, "t 3"]
) -> Plate:
    """Rectify the frames, take the lower median of each pixel over the frames that hold it, and measure the noise."""
    frames, inside = rectify(video, to_frame, box)
    frames = normalise(frames, exposure)
    rgb = masked_median(frames, inside)
    sigma = _sigma(frames, inside, rgb)
    return Plate(box=box, rgb=rgb, sigma=sigma, frames=frames, inside=inside, exposure=exposure)


def normalise(frames: Video, exposure: Float32[np.ndarray, "t 3"]) -> Video:
    """The frames as they would look at the exposure of the key frame."""
    if np.all(exposure == 1):
        return frames
    levels = np.arange(256, dtype=np.float32)[:, None]
    return np.stack(
        [
            cv2.LUT(f, np.rint(np.clip(levels / g, 0, 255)).astype(np.uint8)[None])
            for f, g in zip(frames, exposure, strict=True)
        ]
    )


def exposures(frames: Video, key: int) -> Float32[np.ndarray, "t 3"]:
    """Median ratio of each rectified frame to the key frame where both are well exposed; 1 if it is not the light."""
    reference = frames[key, ::4, ::4].astype(np.float32)
    gains = np.ones((len(frames), 3), np.float32)
    for time, frame in enumerate(frames[:, ::4, ::4]):
        fair = ((np.minimum(reference, frame) > 8) & (np.maximum(reference, frame) < 247)).all(axis=2)
        if np.count_nonzero(fair) > 0.2 * fair.size:
            gain = np.median((frame[fair] + 2.0) / (reference[fair] + 2.0), axis=0)
            grey = gain.max() < 1.1 * gain.min() and 0.5 < gain.mean() < 2.0
            steady = np.abs(gain - 1).max() < 0.02
            gains[time] = gain if grey and not steady else 1.0
    return gains


def masked_median(frames: Video, inside: Bool[np.ndarray, "t h w"]) -> UInt8[np.ndarray, "h w 3"]:
    """Lower median over time of the pixels that are inside; where none is, the median of all."""
    if inside.all():
        return np.ascontiguousarray(np.sort(frames, axis=0)[(len(frames) - 1) // 2])
    count = inside.sum(axis=0)
    ordered = np.sort(np.where(inside[..., None] | (count == 0)[None, ..., None], frames, 255), axis=0)
    middle = np.where(count > 0, (count - 1) // 2, (len(frames) - 1) // 2)
    return np.ascontiguousarray(np.take_along_axis(ordered, middle[None, ..., None], axis=0)[0])


def _sigma(
    frames: Video, inside: Bool[np.ndarray, "t h w"], rgb: UInt8[np.ndarray, "h w 3"]
) -> Float32[np.ndarray, "h w 3"]:
    """1.48 x the median absolute deviation, smoothed over 9 px, at least the region's own median and the floor."""
    deviation = masked_median(np.stack([cv2.absdiff(frame, rgb) for frame in frames]), inside)
    local = 1.4826 * cv2.blur(deviation.astype(np.float32), (9, 9))
    typical = np.median(local.reshape(-1, 3), axis=0)
    slope = cv2.morphologyEx(rgb, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)).astype(np.float32)
    return np.hypot(np.maximum(np.maximum(local, typical), NOISE_FLOOR), 0.08 * slope).astype(np.float32)
