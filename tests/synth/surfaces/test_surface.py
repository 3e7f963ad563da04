"""Geometry of surfaces beside OpenCV."""

import cv2
import numpy as np
import pytest

from synth.surfaces.surface import stretch


@pytest.mark.parametrize("size", [(2, 2), (60, 90)])
def test_a_picture_is_stretched_over_a_quad_as_opencv_does(size: tuple[int, int]) -> None:
    height, width = size
    quad = np.array([(3, 4), (80, -2), (90, 55), (-6, 40)], float)
    source = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32) - 0.5
    wanted = cv2.getPerspectiveTransform(source, (quad - 0.5).astype(np.float32))
    got = stretch(quad, height, width)
    assert got / got[2, 2] == pytest.approx(wanted, abs=1e-5)
