"""How FlowText follows a text region, rebuilt with OpenCV's DIS flow in place of its network.

Kept as they are: flow at 640 px, positions summed frame by frame, a lookup that is half a pixel off, the negative of
the forward flow as backward flow, points dropped by where they land, one least-squares homography a frame.
"""

from itertools import pairwise

import cv2
import numpy as np
from jaxtyping import Float32, Float64, UInt8

Flow = Float32[np.ndarray, "h w 2"]
Points = Float64[np.ndarray, "n 2"]

FLOW_WIDTH = 640
"""px"""
STEP = 4
"""px between the points that are followed"""


def follow(
    frames: UInt8[np.ndarray, "t h w"], key: int, box: Float64[np.ndarray, "4 2"]
) -> Float64[np.ndarray, "t 3 3"]:
    """Key-to-frame homographies of the region in the box."""
    (left, top), (right, bottom) = box.min(axis=0), box.max(axis=0)
    grid = np.mgrid[left:right:STEP, top:bottom:STEP].reshape(2, -1).T.astype(float)
    flows = _flows(frames)
    found = np.repeat(np.eye(3)[None], len(frames), axis=0)
    here = grid.copy()
    for time in range(key, len(frames) - 1):
        here = here + _look(flows[time], here)
        found[time + 1] = _fit(grid, here)
    here = grid.copy()
    for time in range(key, 0, -1):
        here = here - _look(flows[time - 1], here)
        found[time - 1] = _fit(grid, here)
    return found


def _flows(frames: UInt8[np.ndarray, "t h w"]) -> list[Flow]:
    """From each frame to the next, at full size."""
    height, width = frames.shape[1:]
    size = (FLOW_WIDTH, round(height * FLOW_WIDTH / width))
    small = [cv2.resize(frame, size, interpolation=cv2.INTER_NEAREST) for frame in frames]
    engine = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    grown = []
    for before, after in pairwise(small):
        flow = engine.calc(before, after, np.zeros((*before.shape, 2), np.float32))
        grown.append(np.asarray(cv2.resize(flow, (width, height)) * np.float32(width / size[0])))
    return grown


def _look(flow: Flow, points: Points) -> Points:
    """Bilinear lookup at pixel positions, off by half a pixel as grid_sample is without align_corners."""
    height, width = flow.shape[:2]
    places = (points * (width / (width - 1), height / (height - 1)) - 0.5).astype(np.float32)
    found = cv2.remap(flow, places[:, :1], places[:, 1:], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(found[:, 0], np.float64)


def _fit(before: Points, after: Points) -> Float64[np.ndarray, "3 3"]:
    """Least squares over the points whose distance from the image's origin is usual, then to pixel centres at 0.5."""
    far = np.linalg.norm(after, axis=1)
    usual = np.abs(far - far.mean()) <= far.std()
    matrix, _ = cv2.findHomography(before[usual], after[usual], 0)
    centres = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1.0]])
    moved = centres @ matrix @ np.linalg.inv(centres)
    return np.asarray(moved / moved[2, 2], np.float64)
