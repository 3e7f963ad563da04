"""Strokes as Label Studio's bitmask regions carry them: the data URL of a PNG whose opaque pixels are text."""

import binascii
import io
import zlib
from base64 import b64decode, b64encode
from functools import lru_cache
from struct import pack, unpack_from

import numpy as np
from jaxtyping import Bool, UInt8
from PIL import Image

from annotate.alpha import strokes
from sts.errors import DataError

PREFIX = "data:image/png;base64,"
SIGNATURE = b"\x89PNG\r\n\x1a\n"
SIZE_AT = 16
"""Where width and height stand in every PNG, four bytes each"""
ONE_BIT, PALETTE = 1, 3
ZLIB, LAST, ADLER = b"\x78\x01", b"\x03\x00", 65521
"""Head of a zlib stream, an empty last block of it, and the modulus of its checksum"""
BLACK, CLEAR = bytes(6), b"\x00\xff"
"""Two colours, both black: the first lets the picture through, the second hides it"""

Pixels = Bool[np.ndarray, "h w"]


def encode(pixels: Pixels) -> str:
    """A palette PNG of one bit a pixel; without filters, so that `decode` reads it fast."""
    height, width = pixels.shape
    filled = np.flatnonzero(pixels.any(axis=1))
    first, last = (int(filled[0]), int(filled[-1]) + 1) if len(filled) else (0, 0)
    bits = np.packbits(pixels[first:last], axis=1)
    rows = np.zeros((last - first, 1 - (-width // 8)), np.uint8)
    rows[:, 1:] = bits
    data = _packed(first * rows.shape[1], rows.tobytes(), (height - last) * rows.shape[1])
    return PREFIX + b64encode(_head(height, width) + _chunk(b"IDAT", data) + _end()).decode()


def decode(url: str, height: int, width: int) -> Pixels:
    """The strokes of a height x width frame. DataError for what is no whole PNG of that size with an alpha channel."""
    data = _bytes(url)
    _check(data, height, width)
    head = _head(height, width)
    own = _unpacked(data[len(head) :], height, width) if data.startswith(head) else None
    return strokes(_alpha(data)) if own is None else own


def _packed(before: int, plain: bytes, after: int) -> bytes:
    """A zlib stream of so many zeros, some bytes, and so many zeros again.

    A mask is mostly zeros, which are packed once for all masks: the pieces of a stream can be joined where one ends on
    a whole byte.
    """
    piece = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS, strategy=zlib.Z_RLE)
    packed = piece.compress(plain) + piece.flush(zlib.Z_FULL_FLUSH)
    low, high = 1, 1 * before % ADLER  # the checksum of zeros only counts them
    checksum = zlib.adler32(plain, (high << 16) | low)
    low, high = checksum & 0xFFFF, checksum >> 16
    high = (high + low * after) % ADLER
    return ZLIB + _zeros(before) + packed + _zeros(after) + LAST + pack(">I", (high << 16) | low)


@lru_cache(maxsize=4096)
def _zeros(n: int) -> bytes:
    """A piece of a deflate stream."""
    piece = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS, strategy=zlib.Z_RLE)
    return piece.compress(bytes(n)) + piece.flush(zlib.Z_FULL_FLUSH)


def _bytes(url: str) -> bytes:
    if not url.startswith(PREFIX):
        raise DataError(f"a mask starts with {url[: len(PREFIX)]!r} instead of {PREFIX!r}: send a PNG as data URL")
    try:
        return b64decode(url[len(PREFIX) :], validate=True)
    except ValueError as error:
        raise DataError(f"the data URL of a mask is no base64: {error}") from error


def _check(data: bytes, height: int, width: int) -> None:
    """Before anything is unpacked: a small file can claim any size."""
    if not data.startswith(SIGNATURE) or len(data) < SIZE_AT + 8:
        raise DataError(f"a mask is no PNG: it starts with {data[:8]!r}")
    found = unpack_from(">II", data, SIZE_AT)
    if found != (width, height):
        raise DataError(f"a mask has {found[0]}x{found[1]} px, its frame {width}x{height}: draw it on its own frame")
    if not data.endswith(_end()):
        raise DataError(f"the PNG of a mask is cut off after {len(data)} bytes: send it again")


def _unpacked(chunk: bytes, height: int, width: int) -> Pixels | None:
    """What `encode` packed; None for a PNG that was packed otherwise or is damaged."""
    row = 1 + -(-width // 8)
    stream = zlib.decompressobj()
    try:
        plain = stream.decompress(chunk[8:], height * row)
        whole = not stream.decompress(stream.unconsumed_tail, 1) and stream.eof
    except zlib.error:
        return None
    if not whole or len(plain) != height * row or stream.unused_data[4:] != _end():
        return None
    rows = np.frombuffer(plain, np.uint8).reshape(height, row)
    return None if rows[:, 0].any() else np.unpackbits(rows[:, 1:], axis=1, count=width).view(np.bool_)


def _alpha(data: bytes) -> UInt8[np.ndarray, "h w"]:
    try:
        with Image.open(io.BytesIO(data), formats=["PNG"]) as image:
            image.load()
            if not image.has_transparency_data:
                raise DataError("a mask has no alpha channel, so all of its frame would be text: send a PNG with alpha")
            layered = image if "A" in image.getbands() else image.convert("RGBA")
            return np.asarray(layered.getchannel("A"))
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise DataError(f"the PNG of a mask is damaged: {error}") from error


def _head(height: int, width: int) -> bytes:
    size = pack(">IIBBBBB", width, height, ONE_BIT, PALETTE, 0, 0, 0)
    return SIGNATURE + _chunk(b"IHDR", size) + _chunk(b"PLTE", BLACK) + _chunk(b"tRNS", CLEAR)


def _end() -> bytes:
    return _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return pack(">I", len(data)) + kind + data + pack(">I", binascii.crc32(kind + data))
