"""Segmentations of COCO are read with the pixels that pycocotools gives them."""

import numpy as np
import pytest
from pycocotools import mask as coco

from benchmarks.datasets import rle
from benchmarks.datasets.reader import UnusableError
from sts import masks


def test_polygons_have_the_pixels_of_pycocotools() -> None:
    rng = np.random.default_rng(3)
    for i in range(300):
        height, width = rng.integers(2, 40, 2).tolist()
        parts = [rng.uniform(-5, 45, 2 * rng.integers(3, 9)).round(i % 3) for _ in range(1 + i % 2)]
        parts[0][2:4] = parts[0][:2] if i % 5 == 0 else parts[0][2:4]
        wanted = coco.merge(coco.frPyObjects([part.tolist() for part in parts], height, width))
        found = rle.mask([part.tolist() for part in parts], height, width, "a")
        assert found.counts == rle.uncompressed(wanted["counts"].decode())


def test_compressed_and_plain_run_lengths_are_the_same_mask() -> None:
    rng = np.random.default_rng(4)
    for _ in range(100):
        height, width = rng.integers(1, 60, 2).tolist()
        mask = masks.encode(rng.random((height, width)) < rng.random())
        plain = {"size": [height, width], "counts": list(mask.counts)}
        packed = coco.frPyObjects(plain, height, width)
        assert rle.mask(plain, height, width, "a") == mask
        assert rle.mask({**packed, "counts": packed["counts"].decode()}, height, width, "a") == mask


@pytest.mark.parametrize(
    "segmentation",
    [
        {"size": [4, 5], "counts": [3, 4]},
        {"size": [5, 4], "counts": [20]},
        {"size": [4, 5], "counts": [-1, 21]},
        {"size": [4, 5], "counts": "0\x1f"},
        {"size": [4, 5], "counts": "o"},
        {"size": [4, 5]},
        {"counts": [20]},
        [[0, 0, 1]],
        [[0, 0, 1, 1, float("inf"), 2]],
        "0 0 1 1",
        7,
    ],
)
def test_a_damaged_segmentation_is_refused(segmentation: object) -> None:
    with pytest.raises(UnusableError, match=r"^a\.json"):
        rle.mask(segmentation, 4, 5, "a.json")
