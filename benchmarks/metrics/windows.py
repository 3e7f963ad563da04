"""Video consistency and flicker over windows of frames, counted as the frames go by."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float64, Int32

from benchmarks.metrics.frames import Pixels

NEVER = 1 << 20
"""Frames since something that has not happened"""

Ages = Int32[np.ndarray, "h w"]
"""Frames for which something holds, or since it was so"""


class Windows:
    """Sums over the windows of n frames, for some n; frames come one by one and memory does not grow with them."""

    def __init__(self, lengths: Sequence[int], height: int, width: int) -> None:
        self.lengths = tuple(lengths)
        self.sums: Float64[np.ndarray, "lengths 6"] = np.zeros((len(self.lengths), 6))
        """Score and number of windows of released VC, the same of strict VC; flickering and constant pixels"""
        self.n = 0
        self.truth = self.prediction = np.zeros((height, width), np.bool_)
        self.constant, self.still, self.right, self.text = (_ages(height, width, 0) for _ in range(4))
        self.near, self.toggle, self.toggle_before = (_ages(height, width, NEVER) for _ in range(3))
        self.last: Float64[np.ndarray, "lengths 2"] = np.zeros((len(self.lengths), 2))
        """Released VC of the newest window: its code leaves the last window of a video out"""

    def add(self, truth: Pixels, prediction: Pixels, near: Pixels) -> None:
        """The next frame: strokes of truth and prediction, and the pixels that windows with this frame look at."""
        changed = (prediction != self.prediction) & (self.n > 0)
        self.toggle_before = np.where(changed, self.toggle, self.toggle_before) + 1
        self.toggle = np.where(changed, 0, self.toggle + 1)
        self.constant = np.where(truth == self.truth, self.constant, 0) + 1
        self.still = np.where(changed, 0, self.still) + 1
        self.right = np.where(truth == prediction, self.right + 1, 0)
        self.text = np.where(truth, self.text + 1, 0)
        self.near = np.where(near, 0, self.near + 1)
        self.truth, self.prediction, self.n = truth, prediction, self.n + 1
        self.sums[:, :2] += self.last
        for i, n in enumerate(self.lengths):
            if self.n >= n:
                self._count(i, n)

    def _count(self, i: int, n: int) -> None:
        """The window of the last n frames."""
        looked = (self.constant >= n) & (self.near < n)
        text = self.text >= n
        pixels, strokes = int(looked.sum()), int(text.sum())
        self.last[i] = (float((looked & (self.still >= n)).sum()) / pixels, 1) if pixels else (0, 0)
        if strokes:
            self.sums[i, 2:4] += (float((text & (self.right >= n)).sum()) / strokes, 1)
        self.sums[i, 4:] += (float((looked & (self.toggle_before <= n - 2)).sum()), pixels)


def _ages(height: int, width: int, value: int) -> Ages:
    return np.full((height, width), value, np.int32)
