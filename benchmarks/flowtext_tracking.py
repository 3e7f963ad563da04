"""FlowText's way to carry a text box through a video, rebuilt from its published code to be measured beside ours.

Its parts and their flaws are kept: flow at 640 px width; flows added up from the key frame by a bilinear lookup whose
grid is half a pixel off; backwards in time the negative of the forward flow, read at the wrong pixel; the third of the
points with the most extreme positions left out in place of outliers; one least squares homography a frame. DIS flow
stands in for GMA, and the picture is made smaller by averaging, which is kinder to it than its nearest pixel.
"""

from itertools import pairwise
from typing import cast

import cv2
import numpy as np
from jaxtyping import Bool, Float32, Float64, UInt8

FLOW_WIDTH = 640

Flow = Float32[np.ndarray, "h w 2"]


def follow(
    frames: UInt8[np.ndarray, "t h w"], key: int, quad: Float64[np.ndarray, "4 2"]
) -> Float64[np.ndarray, "t 3 3"]:
    """Key-frame px to px of each frame."""
    flows = _flows(frames)
    points = _text_pixels(quad)
    matrices = np.tile(np.eye(3), (len(frames), 1, 1))
    for step in (1, -1):
        total: Flow | None = None
        for t in range(key + step, len(frames) if step > 0 else -1, step):
            hop = flows[t - 1] if step > 0 else -flows[t]
            total = hop if total is None else total + _lookup(hop, total)
            matrices[t] = _homography(points, total)
    return matrices


def _flows(frames: UInt8[np.ndarray, "t h w"]) -> list[Flow]:
    """Forward flow from each frame to the next, px of the frame."""
    height, width = frames.shape[1:]
    size = FLOW_WIDTH, round(height * FLOW_WIDTH / width)
    small = [cv2.resize(frame, size, interpolation=cv2.INTER_AREA) for frame in frames]
    engine = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    flows = []
    for first, second in pairwise(small):
        flow = engine.calc(first, second, np.zeros((*first.shape, 2), np.float32))
        flows.append(cast(Flow, cv2.resize(flow, (width, height)) * np.float32(width / FLOW_WIDTH)))
    return flows


def _lookup(flow: Flow, moved: Flow) -> Flow:
    """`flow` where the pixels have moved to, by grid_sample with corners aligned in the grid but not in the lookup."""
    height, width = flow.shape[:2]
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    column = (x + moved[:, :, 0]) * np.float32(width / (width - 1)) - np.float32(0.5)
    row = (y + moved[:, :, 1]) * np.float32(height / (height - 1)) - np.float32(0.5)
    return cast(Flow, cv2.remap(flow, column, row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT))


def _text_pixels(quad: Float64[np.ndarray, "4 2"]) -> Float64[np.ndarray, "n 2"]:
    """The pixels of the box and five around it, as whole numbers."""
    low, high = np.floor(quad.min(axis=0)) - 5, np.ceil(quad.max(axis=0)) + 5
    x, y = np.meshgrid(np.arange(low[0], high[0]), np.arange(low[1], high[1]))
    return np.column_stack([x.ravel(), y.ravel()])


def _homography(points: Float64[np.ndarray, "n 2"], flow: Flow) -> Float64[np.ndarray, "3 3"]:
    height, width = flow.shape[:2]
    at = points.astype(np.int64)
    known = (at >= 0).all(axis=1) & (at < [width, height]).all(axis=1)
    source = points[known]
    target = source + flow[at[known, 1], at[known, 0]]
    kept = _ordinary(target)
    matrix, _ = cv2.findHomography(source[kept] + 0.5, target[kept] + 0.5, 0)
    return np.eye(3) if matrix is None else cast(Float64[np.ndarray, "3 3"], matrix)


def _ordinary(points: Float64[np.ndarray, "n 2"]) -> Bool[np.ndarray, " n"]:
    """Within one deviation of the mean distance from the picture's corner."""
    size = np.linalg.norm(points, axis=1)
    return cast(Bool[np.ndarray, " n"], np.abs(size - size.mean()) < size.std())
