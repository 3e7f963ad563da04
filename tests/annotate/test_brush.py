"""Run lengths of brush regions: the SDK's bytes, any stream of the format, and what is refused."""

import contextlib
import importlib.util
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from annotate import _kernels, brush
from sts.errors import DataError

SHAPES = st.tuples(st.integers(1, 40), st.integers(1, 40))
RUNS = (1, 8, 9, 16, 17, 256, 257, 65_536, 65_537)
CENTRE = np.pad(np.ones((1, 1), np.bool_), 1)
GOLDEN = {
    "corner": (np.array([[False, True], [False, False]]), [0, 0, 0, 16, 57, 27, 252, 96, 17, 255, 206, 0]),
    "centre": (CENTRE, [0, 0, 0, 36, 57, 27, 253, 240, 8, 255, 239, 128, 0]),
    "empty": (
        np.zeros((200, 200), np.bool_),
        [0, 2, 113, 0, 57, 27, 255, 255, 255, 0, 255, 255, 224, 29, 195, 252, 0],
    ),
}


@pytest.fixture(scope="module")
def sdk() -> ModuleType:
    """Its codec alone: importing the whole of it takes seconds."""
    package = importlib.util.find_spec("label_studio_sdk")
    assert package is not None and package.submodule_search_locations
    path = Path(package.submodule_search_locations[0]) / "converter" / "brush.py"
    spec = importlib.util.spec_from_file_location("sdk_brush", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def theirs(sdk: ModuleType, pixels: np.ndarray) -> list[int]:
    encoded: list[int] = sdk.mask2rle(255 * pixels.astype(np.uint8))
    return encoded


def stream(
    pixels: int, tokens: Sequence[tuple[int, int, Sequence[int]]], sizes: Sequence[int] = (3, 4, 8, 16)
) -> bytes:
    """Tokens of (length of a run or 0 for literals, number of the size, values), as rle-pack writes them."""
    bits = f"{4 * pixels:032b}{7:05b}" + "".join(f"{size - 1:04b}" for size in sizes)
    for run, k, values in tokens:
        n = run or len(values)
        bits += f"{int(run > 0)}{k:02b}{n - 1:0{sizes[k]}b}" + "".join(f"{value:08b}" for value in values)
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def pixel(alpha: int) -> list[int]:
    return [7, 8, 9, alpha]


@pytest.mark.parametrize("name", GOLDEN)
def test_the_golden_vectors_are_read_and_written(name: str) -> None:
    pixels, rle = GOLDEN[name]
    assert [*brush.encode(pixels)] == rle
    assert (brush.decode(rle, *pixels.shape) == pixels).all()


@settings(deadline=None)
@given(pixels=arrays.arrays(np.bool_, SHAPES))
def test_masks_of_any_shape_have_the_bytes_of_the_sdk(sdk: ModuleType, pixels: np.ndarray) -> None:
    rle = brush.encode(pixels)
    assert [*rle] == theirs(sdk, pixels)
    assert (brush.decode([*rle], *pixels.shape) == pixels).all()


@pytest.mark.parametrize("values", RUNS)
@pytest.mark.parametrize("unit", [1, 4])
def test_runs_round_every_size_have_the_bytes_of_the_sdk(sdk: ModuleType, values: int, unit: int) -> None:
    """Of so many pixels, and of the pixels that hold so many values."""
    n = -(-values // unit)
    flat = np.zeros((1, 2 * n + 3), np.bool_)
    flat[0, n + 1 : 2 * n + 1] = True
    rle = brush.encode(flat)
    assert [*rle] == theirs(sdk, flat)
    assert (brush.decode(rle, *flat.shape) == flat).all()


def test_the_sdk_reads_what_we_write_row_by_row(sdk: ModuleType) -> None:
    pixels = np.zeros((5, 11), np.bool_)
    pixels[1, 2:9] = True
    found = np.reshape(sdk.decode_rle([*brush.encode(pixels)]), (5, 11, 4))
    assert (found == 255 * pixels[:, :, None]).all()


def test_a_view_is_written_like_its_copy() -> None:
    pixels = np.arange(35).reshape(5, 7) % 3 == 0
    assert brush.encode(pixels.T) == brush.encode(pixels.T.copy())
    assert brush.encode(pixels[:, ::2]) == brush.encode(pixels[:, ::2].copy())


def test_streams_that_end_at_any_bit_of_a_byte_are_read() -> None:
    for n in range(1, 9):
        tokens = [(0, 0, [value for _ in range(2) for value in pixel(255)]) for _ in range(n)]
        for tail in (b"", b"\0", b"\xff\xff"):
            assert brush.decode(stream(2 * n, tokens) + tail, 1, 2 * n).all()


def test_nothing_is_read_beyond_the_padding_wherever_a_stream_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compiled loops read on in silence; the same loops in plain Python do not."""
    for name in ("_read", "unpack"):
        monkeypatch.setattr(_kernels, name, getattr(_kernels, name).py_func)
    whole = brush.encode(np.arange(35).reshape(5, 7) % 3 == 0)
    assert brush.decode(whole, 5, 7).any()
    for n in range(len(whole.rstrip(b"\0"))):
        with pytest.raises(DataError):
            brush.decode(whole[:n], 5, 7)


def test_literal_values_and_runs_across_pixels_count_by_their_alpha() -> None:
    tokens = [
        (0, 1, [*pixel(128), *pixel(127), 1, 2]),
        (6, 0, [200]),
        (0, 0, [0, 0, 0, 0]),
        (2, 0, [255]),
        (2, 3, [130]),
    ]
    assert brush.decode(stream(6, tokens), 2, 3).tolist() == [[True, False, True], [True, False, True]]


def test_other_sizes_than_ours_are_read_from_the_head() -> None:
    assert brush.decode(stream(3, [(12, 2, [255])], (1, 2, 5, 9)), 3, 1).all()


def test_a_stream_for_a_frame_of_another_size_is_refused() -> None:
    rle = brush.encode(CENTRE)
    with pytest.raises(DataError, match="36 values, a frame of 4x3 px 48"):
        brush.decode(rle, 3, 4)
    grey = stream(9, [(9, 1, [255])])
    with pytest.raises(DataError, match="ends before its last pixel"):
        brush.decode(grey, 3, 3)


def test_a_mask_of_zeros_and_ones_is_refused_as_badly_scaled() -> None:
    with pytest.raises(DataError, match="badly scaled: its largest alpha is 1,"):
        brush.decode(stream(2, [(8, 0, [1])]), 1, 2)


def test_a_stream_that_is_cut_off_anywhere_is_refused() -> None:
    pixels = np.arange(35).reshape(5, 7) % 3 == 0
    whole = brush.encode(pixels).rstrip(b"\0")
    for n in range(len(whole)):
        with pytest.raises(DataError):
            brush.decode(whole[:n], 5, 7)


def test_a_stream_that_goes_on_beyond_the_last_pixel_is_refused() -> None:
    for run in ((9, 1, [255]), (0, 1, [255] * 9)):
        with pytest.raises(DataError, match="goes on beyond its last pixel"):
            brush.decode(stream(2, [run]), 1, 2)


@pytest.mark.parametrize("rle", [None, 5, "AAAA", {}, [1, 256], [-1], [1.5], ["1"], [None]])
def test_what_is_no_list_of_bytes_is_refused(rle: object) -> None:
    with pytest.raises(DataError, match="no list of bytes"):
        brush.decode(rle, 2, 2)


def test_values_of_another_width_are_refused() -> None:
    rle = bytearray(brush.encode(CENTRE))
    rle[4] |= 0b1000_0000
    with pytest.raises(DataError, match="values of 24 bits"):
        brush.decode(bytes(rle), 3, 3)


@settings(deadline=None)
@given(st.binary(max_size=80))
def test_no_stream_ends_in_another_error(tail: bytes) -> None:
    with contextlib.suppress(DataError):
        assert brush.decode(stream(12, [])[:6] + tail, 3, 4).shape == (3, 4)
