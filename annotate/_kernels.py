"""Compiled loops over the bits of brush regions; `annotate.brush` is the typed way in."""

import numpy as np
from numba import njit

WHOLE, CUT_OFF, TOO_LONG = 0, 1, 2
"""How a walk over a stream ends: at its last value, before it, beyond it"""
PADDING = 8
"""Zero bytes behind a stream, since a look at some bits takes whole bytes"""


@njit(cache=True)
def pack(pixels, channels, sizes, out, n_bits):
    """Write runs of 0 and 255 after the first `n_bits` bits of zeroed bytes; how many bits are there then.

    The pixels are flat, each stands for as many equal values as it has channels. All tokens of a run have one size.
    """
    longest = 1 << sizes[-1]
    i = 0
    while i < len(pixels):
        value, start = pixels[i], i
        while i < len(pixels) and pixels[i] == value:
            i += 1
        left = (i - start) * channels
        k = 0
        while k + 1 < len(sizes) and left > 1 << sizes[k]:
            k += 1
        while left:
            n = min(left, longest)
            token = (((1 << 2 | k) << sizes[k]) | (n - 1)) << 8 | (255 if value else 0)
            n_bits = _write(out, n_bits, token, 11 + sizes[k])
            left -= n
    return n_bits


@njit(cache=True)
def _write(out, n_bits, token, size):
    end = n_bits + size
    last = (end - 1) >> 3
    token <<= (last + 1) * 8 - end
    while last >= n_bits >> 3:
        out[last] |= token & 255
        token >>= 8
        last -= 1
    return end


@njit(cache=True)
def unpack(stream, here, end, sizes, channels, alpha):
    """Fill the alpha of each pixel, its last channel, from the bits `here` to `end`; how the walk ended."""
    i, n = 0, len(alpha) * channels
    while i < n:
        head = _read(stream, here, 3)
        size = sizes[head & 3]
        stop = i + 1 + _read(stream, here + 3, size)
        here += 3 + size
        if stop > n:
            return TOO_LONG
        if here + (8 if head & 4 else 8 * (stop - i)) > end:
            return CUT_OFF
        if head & 4:
            alpha[i // channels : stop // channels] = _read(stream, here, 8)
            here += 8
        else:
            for j in range(i, stop):
                if j % channels == channels - 1:
                    alpha[j // channels] = _read(stream, here + 8 * (j - i), 8)
            here += 8 * (stop - i)
        i = stop
    return WHOLE


@njit(cache=True)
def _read(stream, here, size):
    """At most 16 bits."""
    first = here >> 3
    seen = np.int64(stream[first]) << 16 | np.int64(stream[first + 1]) << 8 | np.int64(stream[first + 2])
    return (seen >> (24 - (here & 7) - size)) & ((1 << size) - 1)
