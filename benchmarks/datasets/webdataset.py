"""WebDataset as our exporter writes it: tar files in which a sample is a frame (github.com/webdataset/webdataset).

    NAME.tar with CLIP-00000.jpg   CLIP-00000.json   CLIP-00000.strokes.png

The JSON has the clip, the frame and every instance; `.strokes.png` is the union of their masks and is not read.
"""

import tarfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

from benchmarks.datasets import listing, pictures, texts
from benchmarks.datasets.pictures import Blob, Size
from benchmarks.datasets.reader import Item, Loaded, UnusableError, part
from sts import config, masks
from sts.errors import DataError, StsError
from sts.types import Clip, Frame, Mask, Origin

CLIP = ("clip_id", "fps", "height", "width", "kind", "uri", "license")
"""What every sample of a clip says alike"""
FRAME = ("index", "time_s", "labelled")
MASKS = ("mask", "effect_mask", "amodal_mask")
END = 1024
"""Bytes of zeros at the end of a whole tar file"""

Sample = Mapping[str, tuple[int, int]]
"""Ending to where its bytes begin and how many there are"""


@dataclass(frozen=True, slots=True)
class WebDataset:
    """Nothing is lost but what the samples do not have: sources of a clip, and the spec of a rendered one."""

    def items(self, root: Path) -> Iterator[Item]:
        """One a clip, in the order of files and samples."""
        found = [path for path in listing.listing(root) if path.suffix.lower() == ".tar"]
        if not found:
            raise DataError(f"{root} has no .tar file: see docs/datasets.md, or give another --format")
        for path in found:
            for name in _samples(root / path):
                yield Item(name=name, parts={"tar": str(path)})

    def clip(self, root: Path, item: Item) -> Loaded:
        """All frames of a clip."""
        path = part(root, item, "tar")
        samples = _samples(path)[item.name]
        where = f"{path}: clip {item.name}"
        said = [_said(path, sample, where) for sample in samples]
        try:
            clip = _clip(said, where)
        except (StsError, KeyError, TypeError, ValueError, AttributeError, ZeroDivisionError) as error:
            raise texts.unreadable(where, f"{type(error).__name__} {error}") from error
        return clip, tuple(_picture(path, sample, where, (clip.height, clip.width)) for sample in samples)


def _clip(said: Sequence[Mapping[str, Any]], where: str) -> Clip:
    head = {key: said[0][key] for key in CLIP}
    if any({key: one[key] for key in CLIP} != head for one in said):
        raise ValueError("its samples do not say the same of the clip")
    return Clip(
        clip_id=str(head["clip_id"]),
        fps=Fraction(head["fps"]),
        height=int(head["height"]),
        width=int(head["width"]),
        frames=tuple(_frame(one, where) for one in said),
        origin=config.from_dict(Origin, {key: head[key] for key in ("kind", "uri", "license")}, where),
    )


def _frame(said: Mapping[str, Any], where: str) -> Frame:
    size = (said["height"], said["width"])
    instances = [one | {name: _mask(one[name], size) for name in MASKS} for one in said["instances"]]
    return config.from_dict(Frame, {key: said[key] for key in FRAME} | {"instances": instances}, where)


def _mask(said: Mapping[str, Any] | None, size: Size) -> Mask | None:
    """Made here, since a look at each of many counts by way of `config` takes long. ValueError for another size."""
    if said is None:
        return None
    found, counts = (said["height"], said["width"]), tuple(said["counts"])
    if found != size or not all(type(count) is int for count in counts):
        raise ValueError(f"a mask of {found} px with {len(counts)} runs in a frame of {size} px (height, width)")
    mask = Mask(height=size[0], width=size[1], counts=counts)
    masks.check(mask)
    return mask


def _said(path: Path, sample: Sample, where: str) -> dict[str, Any]:
    """The JSON of a sample."""
    try:
        found = texts.parsed(_bytes(path, sample, "json", where).decode(), where)
    except (DataError, UnicodeDecodeError) as error:
        raise texts.unreadable(where, f"{error}") from error
    if not isinstance(found, dict):
        raise texts.unreadable(where, "the JSON of a sample is no table")
    return found


def _picture(path: Path, sample: Sample, where: str, size: Size) -> bytes:
    return pictures.picture(Blob(_bytes(path, sample, "jpg", where), where), size).data


def _bytes(path: Path, sample: Sample, ending: str, where: str) -> bytes:
    if ending not in sample:
        what = "picture" if ending == "jpg" else "labels"
        raise UnusableError(f"no {what}", f"{where} has a sample without .{ending}")
    start, size = sample[ending]
    with path.open("rb") as file:
        file.seek(start)
        return file.read(size)


@lru_cache(maxsize=4)
def _samples(path: Path) -> dict[str, list[Sample]]:
    """Samples by name of their clip. DataError for a damaged file, and for samples that are not named CLIP-00000."""
    found: dict[str, dict[str, dict[str, tuple[int, int]]]] = {}
    for entry in _entries(path):
        key, _, ending = entry.name.partition(".")
        name, _, number = key.rpartition("-")
        if not name or not number.isdecimal():
            raise DataError(
                f"{path} has {entry.name}, which is no frame CLIP-00000 of our exports: see docs/datasets.md"
            )
        found.setdefault(name, {}).setdefault(key, {})[ending] = (entry.offset_data, entry.size)
    return {name: list(samples.values()) for name, samples in found.items()}


def _entries(path: Path) -> list[tarfile.TarInfo]:
    """The files in a tar file, of which none is cut off."""
    try:
        with tarfile.open(path, "r:") as tar:
            found = [entry for entry in tar.getmembers() if entry.isfile()]
            end = tar.offset
    except (OSError, tarfile.TarError) as error:
        raise DataError(f"{path} is damaged or no tar file ({error})") from error
    if path.stat().st_size < end + END:
        raise DataError(f"{path} is cut off after {len(found)} files: copy it again")
    return found
