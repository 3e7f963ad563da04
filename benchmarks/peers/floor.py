"""What no renderer of stored video can go below: decode each frame and store it as JPEG."""

from fractions import Fraction
from pathlib import Path
from time import process_time

import numpy as np
from jaxtyping import UInt8

from sts import jpeg, video

Video = UInt8[np.ndarray, "t h w 3"]
CRF = 20
"""Of the file that is decoded"""


def source(path: Path, frames: Video, fps: Fraction) -> Path:
    """The frames as H.264, to decode."""
    video.write(path, frames, fps, crf=CRF)
    return path


def seconds(path: Path, n: int) -> tuple[float, float]:
    """CPU seconds to decode the first n frames of a file to RGB, and to store them as JPEG quality 95, 4:2:0."""
    start = process_time()
    frames = [frame for _, frame in video.frames(path, 0, n)]
    decoded = process_time()
    for frame in frames:
        jpeg.encode(frame)
    return decoded - start, process_time() - decoded
