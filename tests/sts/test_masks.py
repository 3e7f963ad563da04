import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from jaxtyping import Bool
from pycocotools import mask as coco

from sts import masks
from sts.errors import DataError
from sts.types import Mask

Pixels = Bool[np.ndarray, "h w"]
PICTURES = hnp.arrays(np.bool_, hnp.array_shapes(min_dims=2, max_dims=2, max_side=24))
SAME_SIZE = hnp.array_shapes(min_dims=2, max_dims=2, max_side=16).flatmap(
    lambda shape: st.tuples(hnp.arrays(np.bool_, shape), hnp.arrays(np.bool_, shape))
)


@pytest.fixture(scope="module", autouse=True)
def compiled() -> None:
    """Hypothesis allows a test 0.2 s; the first call compiles."""
    masks.decode(masks.encode(np.ones((1, 1), np.bool_)))


@given(PICTURES)
def test_runs_are_those_of_coco(pixels: Pixels) -> None:
    mask = masks.encode(pixels)
    height, width = pixels.shape
    ours = coco.frPyObjects({"size": [height, width], "counts": list(mask.counts)}, height, width)
    assert ours == coco.encode(np.asfortranarray(pixels.astype(np.uint8)))


@given(PICTURES)
def test_decoding_gives_the_pixels_back(pixels: Pixels) -> None:
    assert (masks.decode(masks.encode(pixels)) == pixels).all()


@given(PICTURES, st.integers(-30, 30), st.integers(-30, 30), st.integers(1, 24), st.integers(1, 24))
def test_a_patch_that_sticks_out_is_cut_at_the_frame(
    patch: Pixels, left: int, top: int, height: int, width: int
) -> None:
    canvas = np.zeros((100, 100), np.bool_)
    canvas[40 + top : 40 + top + patch.shape[0], 40 + left : 40 + left + patch.shape[1]] = patch
    frame = canvas[40 : 40 + height, 40 : 40 + width]
    assert masks.encode_patch(patch, left, top, height, width) == masks.encode(frame)


@given(SAME_SIZE)
def test_runs_are_combined_like_pixels(pair: tuple[Pixels, Pixels]) -> None:
    a, b = map(masks.encode, pair)
    common, together = int((pair[0] & pair[1]).sum()), int((pair[0] | pair[1]).sum())
    assert masks.union((a, b)) == masks.encode(pair[0] | pair[1])
    assert masks.intersection_area(a, b) == common
    assert masks.iou(a, b) == (common / together if together else 1.0)


@given(PICTURES)
def test_area_box_and_centres_are_those_of_the_pixels(pixels: Pixels) -> None:
    mask = masks.encode(pixels)
    assert masks.centres(mask).tolist() == (np.argwhere(pixels.T) + 0.5).tolist()
    y, x = np.nonzero(pixels)
    assert masks.area(mask) == len(x)
    assert masks.box(mask) == ((x.min(), y.min(), x.max() + 1, y.max() + 1) if len(x) else None)


@pytest.mark.parametrize("counts", [(), (5,), (7,), (8, -2), (2, 2, 3)])
def test_counts_that_do_not_fit_the_frame_are_refused(counts: tuple[int, ...]) -> None:
    with pytest.raises(DataError, match="3x2 px"):
        masks.decode(Mask(height=2, width=3, counts=counts))


def test_masks_of_two_sizes_have_no_union() -> None:
    with pytest.raises(DataError, match="one size"):
        masks.union((masks.empty(2, 3), masks.empty(3, 2)))
