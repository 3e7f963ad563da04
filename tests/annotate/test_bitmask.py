"""PNG data URLs: exact both ways, and what is refused."""

import base64
import contextlib
import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from jaxtyping import UInt8
from PIL import Image

from annotate import bitmask
from sts.errors import DataError

H, W = 9, 21
SHAPES = st.tuples(st.integers(1, 40), st.integers(1, 40))


def letter() -> np.ndarray:
    """An L, unlike itself however it is turned."""
    pixels = np.zeros((H, W), np.bool_)
    pixels[1:8, 3:5] = True
    pixels[6:8, 3:15] = True
    return pixels


def url(image: Image.Image, **options: object) -> str:
    file = io.BytesIO()
    image.save(file, "PNG", **options)
    return bitmask.PREFIX + base64.b64encode(file.getvalue()).decode()


def edited(alpha: UInt8[np.ndarray, "h w"]) -> str:
    """As a browser's canvas writes it."""
    return url(Image.fromarray(np.dstack([np.zeros((*alpha.shape, 3), np.uint8), alpha])))


def png(text: str) -> bytes:
    return base64.b64decode(text.removeprefix(bitmask.PREFIX))


def of(data: bytes) -> str:
    return bitmask.PREFIX + base64.b64encode(data).decode()


@settings(deadline=None)
@given(arrays.arrays(np.bool_, SHAPES))
def test_a_mask_of_any_shape_comes_back_as_it_was(pixels: np.ndarray) -> None:
    assert (bitmask.decode(bitmask.encode(pixels), *pixels.shape) == pixels).all()


def test_others_read_our_png_as_black_strokes_on_a_clear_ground() -> None:
    image = Image.open(io.BytesIO(png(bitmask.encode(letter()))))
    assert (image.mode, image.size) == ("P", (W, H))
    seen = np.asarray(image.convert("RGBA"))
    assert (seen[..., 3] == 255 * letter()).all()
    assert not seen[..., :3].any()


def test_a_word_at_720p_takes_less_than_a_kilobyte() -> None:
    pixels = np.zeros((720, 1280), np.bool_)
    pixels[300:340, 500:620] = np.tile(letter()[1:9, :20], (5, 6))
    assert len(bitmask.encode(pixels)) < 1024


@settings(deadline=None)
@given(arrays.arrays(np.uint8, SHAPES))
def test_soft_edges_count_from_half_opacity_on(alpha: np.ndarray) -> None:
    alpha[0, 0] = 200
    assert (bitmask.decode(edited(alpha), *alpha.shape) == (alpha >= 128)).all()


def test_painting_leaves_the_rest_of_a_mask_as_it_was() -> None:
    alpha = 255 * letter().astype(np.uint8)
    alpha[2:6, 17:20] = [[40, 127, 40], [127, 255, 128], [128, 255, 127], [40, 128, 40]]
    found = bitmask.decode(edited(alpha), H, W)
    assert (found[:, :17] == letter()[:, :17]).all()
    assert found[2:6, 17:20].tolist() == [[0, 0, 0], [0, 1, 1], [1, 1, 0], [0, 1, 0]]


@pytest.mark.parametrize("mode", ["1", "L", "RGB", "P"])
def test_an_opaque_png_is_refused(mode: str) -> None:
    image = Image.fromarray(255 * letter().astype(np.uint8)).convert(mode)
    with pytest.raises(DataError, match="no alpha channel, so all of its frame would be text"):
        bitmask.decode(url(image), H, W)


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_a_frame_that_is_all_text_needs_an_alpha_channel_that_says_so(mode: str) -> None:
    assert bitmask.decode(url(Image.new(mode, (W, H), "white")), H, W).all()
    assert bitmask.decode(bitmask.encode(np.ones((H, W), np.bool_)), H, W).all()


def test_an_empty_mask_is_empty() -> None:
    assert not bitmask.decode(edited(np.zeros((H, W), np.uint8)), H, W).any()


def test_a_mask_of_zeros_and_ones_is_refused_as_badly_scaled() -> None:
    with pytest.raises(DataError, match="badly scaled: its largest alpha is 1,"):
        bitmask.decode(edited(letter().astype(np.uint8)), H, W)


def test_palettes_of_others_are_read_by_their_alpha() -> None:
    image = Image.fromarray(letter().astype(np.uint8) + np.uint8(1), "P")
    image.putpalette([9, 9, 9] * 3)
    assert (bitmask.decode(url(image, transparency=b"\xff\x00\xc8"), H, W) == letter()).all()


def test_portrait_and_landscape_are_not_taken_for_each_other() -> None:
    with pytest.raises(DataError, match=r"a mask has 21x9 px, its frame 9x21"):
        bitmask.decode(bitmask.encode(letter()), W, H)
    assert (bitmask.decode(bitmask.encode(letter().T), W, H) == letter().T).all()


def test_a_small_file_that_claims_a_huge_picture_is_refused_before_it_is_unpacked() -> None:
    data = bytearray(png(bitmask.encode(letter())))
    data[16:24] = struct.pack(">II", 200_000, 200_000)
    with pytest.raises(DataError, match="has 200000x200000 px"):
        bitmask.decode(of(bytes(data)), H, W)


def test_no_more_is_unpacked_than_the_frame_holds() -> None:
    head, ours = bitmask._head(H, W), np.packbits(letter(), axis=1)
    rows = np.pad(ours, ((0, 0), (1, 0))).tobytes()
    bomb = bitmask._chunk(b"IDAT", zlib.compress(rows + bytes(50_000_000)))
    assert (bitmask.decode(of(head + bomb + bitmask._end()), H, W) == letter()).all()


def test_a_png_that_is_cut_off_anywhere_is_refused() -> None:
    for whole in (png(bitmask.encode(letter())), png(edited(255 * letter().astype(np.uint8)))):
        for n in range(len(whole)):
            with pytest.raises(DataError):
                bitmask.decode(of(whole[:n]), H, W)


def test_a_png_that_lost_pixels_is_refused_though_it_has_an_end() -> None:
    whole = png(edited(255 * letter().astype(np.uint8)))
    with pytest.raises(DataError, match="damaged"):
        bitmask.decode(of(whole[:-30] + bitmask._end()), H, W)


@pytest.mark.parametrize("text", ["", "http://x/y.png", "data:image/jpeg;base64,/9j/", "None"])
def test_what_is_no_png_data_url_is_refused(text: str) -> None:
    with pytest.raises(DataError, match="send a PNG as data URL"):
        bitmask.decode(text, H, W)


def test_what_is_no_base64_or_no_png_inside_is_refused() -> None:
    with pytest.raises(DataError, match="no base64"):
        bitmask.decode(bitmask.PREFIX + "abc$", H, W)
    with pytest.raises(DataError, match="no PNG"):
        bitmask.decode(of(b"\xff\xd8\xff\xe0" + bytes(40)), H, W)


@settings(deadline=None)
@given(st.data(), st.booleans())
def test_damage_never_ends_in_another_error(data: st.DataObject, painted: bool) -> None:
    whole = bytearray(png(edited(255 * letter().astype(np.uint8)) if painted else bitmask.encode(letter())))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(DataError):
        assert bitmask.decode(of(bytes(whole)), H, W).shape == (H, W)
