"""Strokes as Label Studio's brush regions carry them: run lengths of thi.ng's rle-pack over flat RGBA values.

A stream of bits, the highest of each byte first: 32 bits with the number of values, 5 with the bits of a value less
one, four times 4 with a size less one; then tokens: 1 bit (run or literal values), 2 bits (which size), a length less
one of that size, and the value or the values of 8 bits each. Zero bits fill the last byte.
"""

from typing import Any

import numpy as np
from jaxtyping import Bool

from annotate import _kernels
from annotate.alpha import strokes
from sts.errors import DataError

CHANNELS = 4
"""Values of a pixel: red, green, blue, alpha; the strokes are alpha"""
WORD = 8
"""Bits of a value"""
SIZES = (3, 4, 8, 16)
"""Bits of the lengths that we write"""
HEAD = 53
"""Bits before the first token"""
SHORTEST = 14
"""Bits of the shortest token; no pixel takes more, as a run holds whole pixels"""

Pixels = Bool[np.ndarray, "h w"]


def encode(pixels: Pixels) -> bytes:
    """Runs of 0 and 255, byte-equal to `label_studio_sdk.converter.brush.mask2rle`."""
    head = CHANNELS * pixels.size << 5 | WORD - 1
    for size in SIZES:
        head = head << 4 | size - 1
    start = np.frombuffer((head << -HEAD % 8).to_bytes(-(-HEAD // 8), "big"), np.uint8)
    out = np.zeros((HEAD + SHORTEST * pixels.size) // 8 + 2, np.uint8)
    out[: len(start)] = start
    n_bits = _kernels.pack(np.ascontiguousarray(pixels).ravel(), CHANNELS, SIZES, out, HEAD)
    return out[: n_bits // 8 + 1].tobytes()


def decode(rle: Any, height: int, width: int) -> Pixels:
    """The strokes of a height x width frame from a list of bytes. DataError for another size or a damaged stream."""
    stream = _bytes(rle)
    start = int.from_bytes(stream[: -(-HEAD // 8)], "big") >> -HEAD % 8
    values, word = start >> 21, (start >> 16 & 31) + 1
    if 8 * len(stream) < HEAD or word != WORD:
        raise DataError(f"a brush mask of {len(stream)} bytes has values of {word} bits, not of {WORD}: it is damaged")
    if values != CHANNELS * height * width:
        raise DataError(
            f"a brush mask has {values} values, a frame of {width}x{height} px {CHANNELS * height * width}: "
            "draw it on its own frame"
        )
    sizes = tuple((start >> shift & 15) + 1 for shift in (12, 8, 4, 0))
    alpha = np.zeros(height * width, np.uint8)
    padded = np.frombuffer(stream + bytes(_kernels.PADDING), np.uint8)
    end = _kernels.unpack(padded, HEAD, 8 * len(stream), sizes, CHANNELS, alpha)
    if end != _kernels.WHOLE:
        what = "ends before its last pixel" if end == _kernels.CUT_OFF else "goes on beyond its last pixel"
        raise DataError(f"a brush mask of {len(stream)} bytes {what}: it is damaged")
    return strokes(alpha.reshape(height, width))


def _bytes(rle: Any) -> bytes:
    if not isinstance(rle, list | bytes):
        raise DataError(f"a brush mask has no list of bytes but {type(rle).__name__}: only submitted masks have one")
    try:
        return bytes(rle)
    except (TypeError, ValueError) as error:
        raise DataError(f"a brush mask is no list of bytes: {error}") from error
