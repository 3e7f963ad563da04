"""What moves by itself is no place for text, whoever sees it move."""

import cv2
import numpy as np

from synth.surfaces import layers

FRAMES, HEIGHT, WIDTH = 9, 216, 384


class Sees:
    """FlowModel: the left half of the picture moves."""

    def __init__(self, speed: float) -> None:
        self.speed = speed

    def between(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        flow = np.zeros((HEIGHT, WIDTH, 2), np.float32)
        flow[:, : WIDTH // 2, 0] = self.speed
        return flow


def test_where_flow_leaves_the_camera_s_motion_nothing_is_usable() -> None:
    rng = np.random.default_rng(0)
    wall = 128 + cv2.GaussianBlur(rng.normal(0, 120, (HEIGHT, WIDTH, 3)), (0, 0), 2.0)
    video = np.clip(wall + rng.normal(0, 1.5, (FRAMES, HEIGHT, WIDTH, 3)), 0, 255).astype(np.uint8)
    still, moving = (
        layers.look(video, FRAMES // 2, slice(0, FRAMES), Sees(speed)).usable for speed in (0.0, 2 * layers.SLIDES_PX)
    )
    assert still[20:-20, 20:-20].mean() > 0.9
    assert not moving[:, : WIDTH // 2 - 8].any()
    assert moving[20:-20, WIDTH // 2 + 8 : -20].mean() > 0.9
