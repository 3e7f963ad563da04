"""Pictures of a task: from the directory that Label Studio serves, from a data URL, or from Label Studio itself."""

import hashlib
import io
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from urllib.parse import parse_qs, urlsplit

import numpy as np
from jaxtyping import UInt8
from PIL import Image, ImageOps

from annotate.backend.cache import Cache
from sts.errors import DataError

LOCAL = "/data/local-files/"
LARGEST = 64 << 20
"""Bytes of a file"""
LARGEST_PX = 50_000_000
"""Of a picture; 8K video has 33 million"""

Picture = UInt8[np.ndarray, "h w 3"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A picture and what names it."""

    picture: Picture = field(repr=False)
    sha256: str
    """Of the file"""


class Frames:
    """Reads pictures; each is decoded once as long as its bytes stay the same and the cache keeps it."""

    def __init__(self, root: Path, fetch: Callable[[str], bytes], cache: Cache) -> None:
        """`root` is the document root of Label Studio, `fetch` gets a file that only its server has."""
        self._root, self._fetch, self._cache = root.resolve(), fetch, cache

    def read(self, url: str) -> Shown:
        """DataError or ServerError for what is no picture that can be read."""
        data = self._bytes(url)
        sha256 = hashlib.sha256(data).hexdigest()
        picture = self._cache.get(("picture", sha256), lambda: decoded(data, name(url)), lambda made: made.nbytes)
        return Shown(picture=picture, sha256=sha256)

    def _bytes(self, url: str) -> bytes:
        if url.startswith("data:"):
            return _unpacked(url)
        if urlsplit(url).path == LOCAL:
            return self._local(url)
        return self._fetch(url)

    def _local(self, url: str) -> bytes:
        """A file below the document root, where directories are shown by links; no other link may lead out of it."""
        path = PurePosixPath(parse_qs(urlsplit(url).query).get("d", [""])[0])
        try:
            place = (self._root / path).resolve()
            if path.is_absolute() or ".." in path.parts or not place.is_relative_to(self._shown(path)):
                raise DataError(f"{name(url)} leads out of {self._root}: nothing else is read")
            if not place.is_file():
                raise DataError(f"{name(url)} is not in {self._root}: is that Label Studio's document root?")
            if place.stat().st_size > LARGEST:
                raise DataError(f"{name(url)} is larger than {LARGEST >> 20} MiB")
            return place.read_bytes()
        except (OSError, ValueError, RuntimeError) as error:
            raise DataError(f"{name(url)} cannot be read: {error}") from error

    def _shown(self, path: PurePosixPath) -> Path:
        """What the root shows under the first name of a path."""
        return self._root.joinpath(*path.parts[:1]).resolve()


def decoded(data: bytes, where: str) -> Picture:
    """The picture as a browser shows it: upright, RGB. DataError for one that is damaged, cut off or too large."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            if image.width * image.height > LARGEST_PX:
                raise DataError(f"{where} has {image.width}x{image.height} px: at most {LARGEST_PX:,} are read")
            return np.array(ImageOps.exif_transpose(image).convert("RGB"))
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError) as error:
        raise DataError(f"{where} is no picture that can be decoded: {str(error).partition('<')[0].strip()}") from error


def name(url: str) -> str:
    """What a log may say of a URL: no data, no signature, one line."""
    parts = urlsplit(url)
    if parts.scheme == "data":
        return f"a picture of {len(url)} characters"
    said = parse_qs(parts.query).get("d", [""])[0] if parts.path == LOCAL else parts.path
    return repr(said[:200])


def _unpacked(url: str) -> bytes:
    head, _, data = url.partition(",")
    if not head.endswith(";base64") or len(data) > LARGEST * 4 // 3:
        raise DataError(f"{name(url)} is no base64 of at most {LARGEST >> 20} MiB")
    try:
        return b64decode(data, validate=True)
    except ValueError as error:
        raise DataError(f"{name(url)} is no base64: {error}") from error
