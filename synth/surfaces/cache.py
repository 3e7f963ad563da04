"""Analyses on disk: one file each, whole or absent."""

import io
import json
import logging
import zipfile
import zlib
from pathlib import Path

import numpy as np
import platformdirs
from jaxtyping import UInt8

from sts import files
from synth.surfaces.surface import Light, Patch, Surface

log = logging.getLogger(__name__)

SCALARS = ("sharpness", "grain", "motion", "static")
PLAIN = ("width", "height", "radius", "colour", "busy", "quality", "kind")


def default_folder() -> Path:
    """Where this user's caches lie."""
    return Path(platformdirs.user_cache_dir("sts")) / "surfaces"


def save(place: Path, fields: dict[str, object]) -> None:
    """Write the fields of an Analysis beside their name, then give them the name."""
    arrays: dict[str, np.ndarray] = {"times_s": fields["times_s"]}
    arrays["jpegs"], arrays["jpeg_ends"] = _join(fields["jpegs"])
    patches: list[bytes] = []
    heads = [_pack(number, surface, arrays, patches) for number, surface in enumerate(fields["surfaces"])]
    arrays["patches"], arrays["patch_ends"] = _join(patches)
    head = {name: fields[name] for name in SCALARS} | {"surfaces": heads}
    arrays["head"] = np.frombuffer(json.dumps(head).encode(), np.uint8)
    place.parent.mkdir(parents=True, exist_ok=True)
    with files.replacing(str(place)) as file:
        np.savez(file, **arrays)


def load(place: Path) -> dict[str, object] | None:
    """Fields of an Analysis; None if they are not there or damaged (the checksums in the file tell)."""
    if not place.exists():
        return None
    try:
        with np.load(io.BytesIO(place.read_bytes())) as stored:
            arrays = {name: stored[name] for name in stored.files}
        head = json.loads(arrays["head"].tobytes())
        patches = _split(arrays["patches"], arrays["patch_ends"])
        surfaces = tuple(_unpack(number, fields, arrays, patches) for number, fields in enumerate(head.pop("surfaces")))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        log.warning("%s is damaged and made again: %s", place, error)
        return None
    jpegs = tuple(_split(arrays["jpegs"], arrays["jpeg_ends"]))
    return head | {"jpegs": jpegs, "times_s": arrays["times_s"], "surfaces": surfaces}


def _pack(number: int, surface: Surface, arrays: dict[str, np.ndarray], patches: list[bytes]) -> dict[str, object]:
    arrays[f"{number}_to_frame"] = surface.to_frame
    arrays[f"{number}_light"] = np.stack([light.gain for light in surface.light])
    places = []
    for patch in surface.occlusion:
        if patch is None:
            places.append(None)
        else:
            places.append([patch.left, patch.top, *patch.pixels.shape, len(patches)])
            patches.append(zlib.compress(patch.pixels.tobytes(), 1))
    return {name: getattr(surface, name) for name in PLAIN} | {"patches": places}


def _unpack(number: int, head: dict[str, object], arrays: dict[str, np.ndarray], patches: list[bytes]) -> Surface:
    occlusion = tuple(None if place is None else _patch(place, patches) for place in head.pop("patches"))
    light = tuple(Light(gain=gain) for gain in arrays[f"{number}_light"])
    head["colour"] = tuple(head["colour"])
    return Surface(to_frame=arrays[f"{number}_to_frame"], occlusion=occlusion, light=light, **head)


def _patch(place: list[int], patches: list[bytes]) -> Patch:
    left, top, height, width, index = place
    pixels = np.frombuffer(zlib.decompress(patches[index]), np.uint8).reshape(height, width)
    return Patch(left=left, top=top, pixels=pixels)


def _join(parts: list[bytes] | tuple[bytes, ...]) -> tuple[UInt8[np.ndarray, " n"], np.ndarray]:
    ends = np.cumsum([len(part) for part in parts], dtype=np.int64)
    return np.frombuffer(b"".join(parts), np.uint8), ends


def _split(joined: UInt8[np.ndarray, " n"], ends: np.ndarray) -> list[bytes]:
    data = joined.tobytes()
    return [data[start:end] for start, end in zip([0, *ends.tolist()], ends.tolist())]
