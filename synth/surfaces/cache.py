"""The analysis of a window, in memory and on disk: one file each, whole or absent."""

import io
import itertools
import json
import logging
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import platformdirs
from jaxtyping import Float64, UInt8

from sts import files
from synth.surfaces.surface import Light, Patch, Surface

log = logging.getLogger(__name__)

Arrays = dict[str, np.ndarray]

SCALARS = ("sharpness", "grain", "motion", "static")
PLAIN = ("width", "height", "radius", "colour", "busy", "quality", "kind")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Analysis:
    """A window ready to be written on."""

    jpegs: tuple[bytes, ...]
    """Frames at the size asked for, quality 95"""
    times_s: Float64[np.ndarray, " t"]
    """Seconds from the first frame"""
    surfaces: tuple[Surface, ...]
    """Best first; they do not overlap; () where nothing qualifies"""
    sharpness: float
    """px, standard deviation of the blur of the sharpest edges"""
    grain: float
    """Grey levels, standard deviation of the noise"""
    motion: float
    """px a frame, mean speed of the background"""
    static: bool
    """The camera stands still"""

    def pictures(self) -> Iterator[UInt8[np.ndarray, "h w 3"]]:
        """The frames, decoded one at a time."""
        return map(_decode, self.jpegs)


def _decode(jpeg: bytes) -> UInt8[np.ndarray, "h w 3"]:
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR_RGB)
    return np.asarray(picture, np.uint8)


def default_folder() -> Path:
    """Where this user's analyses lie."""
    return Path(platformdirs.user_cache_dir("sts")) / "surfaces"


def save(place: Path, analysis: Analysis) -> None:
    """Write beside the name, then take the name."""
    arrays: Arrays = {"times_s": analysis.times_s}
    arrays["jpegs"], arrays["jpeg_ends"] = _join(analysis.jpegs)
    patches: list[bytes] = []
    heads = [_pack(number, surface, arrays, patches) for number, surface in enumerate(analysis.surfaces)]
    arrays["patches"], arrays["patch_ends"] = _join(patches)
    head = {name: getattr(analysis, name) for name in SCALARS} | {"surfaces": heads}
    arrays["head"] = np.frombuffer(json.dumps(head).encode(), np.uint8)
    place.parent.mkdir(parents=True, exist_ok=True)
    with files.replacing(str(place)) as file:
        np.savez(file, allow_pickle=False, **arrays)


def load(place: Path) -> Analysis | None:
    """None if it is not there or damaged: the checksums in the file tell."""
    if not place.exists():
        return None
    try:
        with np.load(io.BytesIO(place.read_bytes())) as stored:
            return _read({name: stored[name] for name in stored.files})
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        log.warning("%s is damaged and made again: %s", place, error)
        return None


def _read(arrays: Arrays) -> Analysis:
    head = json.loads(arrays["head"].tobytes())
    patches = _split(arrays["patches"], arrays["patch_ends"])
    surfaces = tuple(_unpack(number, fields, arrays, patches) for number, fields in enumerate(head.pop("surfaces")))
    jpegs = tuple(_split(arrays["jpegs"], arrays["jpeg_ends"]))
    return Analysis(jpegs=jpegs, times_s=arrays["times_s"], surfaces=surfaces, **head)


def _pack(number: int, surface: Surface, arrays: Arrays, patches: list[bytes]) -> dict[str, object]:
    """What JSON can hold; the rest goes to `arrays` and `patches`."""
    arrays[f"{number}_to_frame"] = surface.to_frame
    arrays[f"{number}_light"] = np.stack([light.gain for light in surface.light])
    places: list[list[int] | None] = []
    for patch in surface.occlusion:
        if patch is None:
            places.append(None)
        else:
            places.append([patch.left, patch.top, *patch.pixels.shape, len(patches)])
            patches.append(zlib.compress(patch.pixels.tobytes(), 1))
    return {name: getattr(surface, name) for name in PLAIN} | {"patches": places}


def _unpack(number: int, head: dict[str, Any], arrays: Arrays, patches: Sequence[bytes]) -> Surface:
    places = head.pop("patches")
    return Surface(
        to_frame=arrays[f"{number}_to_frame"],
        occlusion=tuple(None if place is None else _patch(place, patches) for place in places),
        light=tuple(Light(gain=gain) for gain in arrays[f"{number}_light"]),
        **(head | {"colour": tuple(head["colour"])}),
    )


def _patch(place: Sequence[int], patches: Sequence[bytes]) -> Patch:
    left, top, height, width, index = place
    pixels = np.frombuffer(zlib.decompress(patches[index]), np.uint8).reshape(height, width)
    return Patch(left=left, top=top, pixels=pixels)


def _join(parts: Sequence[bytes]) -> tuple[UInt8[np.ndarray, " n"], np.ndarray]:
    """All in one array, and where each ends."""
    ends = np.cumsum([len(part) for part in parts], dtype=np.int64)
    return np.frombuffer(b"".join(parts), np.uint8), ends


def _split(joined: UInt8[np.ndarray, " n"], ends: np.ndarray) -> list[bytes]:
    data = joined.tobytes()
    return [data[start:end] for start, end in itertools.pairwise([0, *ends.tolist()])]
