"""How sharp, how noisy and how fast a piece of video is."""

import cv2
import numpy as np
from jaxtyping import Float64, UInt8


def sharpness(frame: UInt8[np.ndarray, "h w 3"]) -> float:
    """px, standard deviation of a Gaussian that would blur the sharpest edges so; 3 where there is no edge."""
    grey = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY).astype(np.float32)
    once, twice = cv2.GaussianBlur(grey, (0, 0), 0.8), cv2.GaussianBlur(grey, (0, 0), float(np.hypot(0.8, 1.5)))
    slope, flatter = _slope(once), _slope(twice)
    edge = slope > max(12.0, float(np.quantile(slope, 0.98)))
    if np.count_nonzero(edge) < 50:
        return 3.0
    ratio = float(np.quantile(slope[edge] / np.maximum(flatter[edge], 1e-3), 0.8))
    total = 1.5**2 / max(ratio**2 - 1, 1e-3)
    return float(np.sqrt(np.clip(total - 0.8**2, 0.3**2, 9.0)))


def grain(frame: UInt8[np.ndarray, "h w 3"]) -> float:
    """Grey levels, from the second differences of the flattest half of the picture (Immerkaer 1996)."""
    grey = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY).astype(np.float32)
    kernel = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    noise = np.abs(cv2.filter2D(grey, cv2.CV_32F, kernel))
    slope = _slope(cv2.GaussianBlur(grey, (0, 0), 2.0))
    return float(noise[slope <= np.median(slope)].mean() * np.sqrt(np.pi / 2) / 6)


def motion(to_frame: Float64[np.ndarray, "t 3 3"], size: tuple[int, int]) -> float:
    """px a frame, mean over the corners of the picture."""
    if len(to_frame) < 2:
        return 0.0
    corners = np.array([[0.0, 0.0], [size[0], 0.0], [size[0], size[1]], [0.0, size[1]]])[None]
    there = np.concatenate([cv2.perspectiveTransform(corners, matrix) for matrix in to_frame])
    return float(np.linalg.norm(np.diff(there, axis=0), axis=2).mean())


def _slope(grey: np.ndarray) -> np.ndarray:
    return cv2.magnitude(cv2.Sobel(grey, cv2.CV_32F, 1, 0, scale=0.125), cv2.Sobel(grey, cv2.CV_32F, 0, 1, scale=0.125))
