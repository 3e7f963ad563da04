"""The shipped fonts, opened once, and a small rasteriser."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from synth.raster.outline import Outline
from synth.text.fonts import FontLibrary

Raster = Callable[[Outline, int, int], np.ndarray]


@pytest.fixture(scope="session")
def library() -> FontLibrary:
    return FontLibrary.open()


def _raster(outline: Outline, width: int, height: int, oversample: int = 4) -> np.ndarray:
    image = np.zeros((height * oversample, width * oversample), np.uint8)
    contours = np.split(outline.points, outline.ends[:-1])
    fixed = [np.round((contour * oversample - 0.5) * 256).astype(np.int32) for contour in contours]
    cv2.fillPoly(image, fixed, 255, cv2.LINE_8, 8)
    return cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA) >= 128


@pytest.fixture(scope="session")
def raster() -> Raster:
    """Even-odd fill: a contour that crosses another would punch a hole."""
    return _raster
