"""Finds what a folder holds, reads its ledger, and divides it into parts that go into shards."""

import contextlib
import hashlib
import logging
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import groupby
from math import ceil
from pathlib import Path, PurePosixPath
from typing import Literal

from PIL import Image, UnidentifiedImageError

from sts import files, ledger, video
from sts.errors import DataError

log = logging.getLogger(__name__)

VIDEOS = (
    ".3gp .avi .dv .flv .h264 .h265 .hevc .m2ts .m2v .m4v .mjpeg .mjpg .mkv .mov .mp4 .mpeg .mpg .mts .mxf .ogv .ts "
    ".vob .webm .wmv"
)
PICTURES = ".bmp .jpeg .jpg .png .tif .tiff .webp"
HEIC = ".heic .heif"
ONE = Fraction(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A video, a picture, or a folder of numbered pictures; plain values without paths of this machine."""

    kind: Literal["video", "picture", "sequence"]
    name: str
    """Below the folder, such as trip/a.mp4"""
    files: tuple[str, ...]
    """One, or the pictures of a sequence in order; in a part of a sequence the first alone"""
    sha256: str = ""
    """Of the file; of a sequence, of the hashes of its files"""
    fps: Fraction = ONE
    """Frames a second, nominal"""
    frames: int = 1
    interlaced: bool = False
    transfer: str = ""
    """pq, hlg or bt2020, where colours are brought to BT.709"""
    promised_s: float = 0.0
    """How long its header says that it lasts, where the end is missing; else 0"""
    license: str = ledger.UNSTATED
    credit: str = ""
    url: str = ""
    consent: str = ""
    fault: str = ""
    """Why it is left out; one of few, so that they can be counted"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What of a source goes into a shard: frames start, start + step, ... before stop."""

    source: Source
    files: tuple[str, ...]
    """Of pictures: what is read"""
    start: int
    stop: int
    step: int


@dataclass(frozen=True, slots=True)
class Plan:
    """How sources are divided."""

    fps: float
    """Most frames a second that are taken, 0 for all"""
    sequence_fps: float
    largest: int
    """Most px of a picture"""
    frames_per_shard: int


def survey(folder: Path, plan: Plan, n: int | None) -> list[Source]:
    """The first n videos, pictures and sequences of a folder, in order of their names; DataError if there is none.

    ConfigError for a ledger that cannot be read or names a file that is not there.
    """
    if not folder.is_dir():
        raise DataError(f"{folder} is no folder: put videos or pictures into it, or name their folder with --in")
    found = list(_found(folder))[:n]
    if not found:
        raise DataError(f"{folder} is empty: put videos or pictures into it, or name their folder with --in")
    for path in _walk(folder):
        if path.name == ledger.NAME:
            ledger.check(folder / path.parent)
    seen: dict[str, str] = {}
    return [_once(_inspected(folder, source, plan), seen) for source in found]


def items(sources: Iterable[Source], plan: Plan) -> list[tuple[Part, ...]]:
    """Parts shard by shard: a long source is divided, short ones share a shard."""
    groups: list[list[Part]] = []
    room = 0
    for part in (part for source in sources for part in _parts(source, plan)):
        taken = ceil((part.stop - part.start) / part.step)
        if not groups or room < taken:
            groups.append([])
            room = plan.frames_per_shard
        groups[-1].append(part)
        room -= taken
    return [tuple(group) for group in groups]


def _parts(source: Source, plan: Plan) -> Iterator[Part]:
    if source.fault:
        yield Part(source=source, files=(), start=0, stop=0, step=1)
        return
    step = max(ceil(source.fps / Fraction(plan.fps)), 1) if plan.fps and source.kind != "picture" else 1
    length = step * plan.frames_per_shard
    for start in range(0, source.frames, length):
        stop = min(start + length, source.frames)
        yield Part(
            source=replace(source, files=source.files[:1]),
            files=source.files[start:stop:step],
            start=start,
            stop=stop,
            step=step,
        )


def _found(folder: Path) -> Iterator[Source]:
    """What there is by its names; pictures of one folder whose names are all numbers are a sequence."""
    named = (path for path in _walk(folder) if path.name != ledger.NAME)
    paths = sorted(named, key=lambda path: (natural(str(path.parent)), natural(path.name)))
    for above, group in groupby(paths, key=lambda path: path.parent):
        inside = list(group)
        pictures = [path for path in inside if path.suffix.lower() in PICTURES.split()]
        numbered = len(pictures) > 1 and all(path.stem.isdecimal() for path in pictures)
        if numbered:
            yield Source(kind="sequence", name=str(above), files=tuple(map(str, pictures)))
        for path in inside:
            if not (numbered and path in pictures):
                yield _single(path)


def _single(path: PurePosixPath) -> Source:
    suffix = path.suffix.lower()
    kind: Literal["video", "picture"] = "picture" if suffix in PICTURES.split() else "video"
    fault = "" if suffix in f"{VIDEOS} {PICTURES}".split() else "neither video nor picture by its name"
    if suffix in HEIC.split():
        fault = "HEIC is not read: convert it to JPEG"
    return Source(kind=kind, name=str(path), files=(str(path),), fault=fault)


def natural(name: str) -> list[tuple[int, str]]:
    """Order in which img2 comes before img10."""
    return [(int(word), "") if word.isdecimal() else (-1, word) for word in re.split(r"(\d+)", name)]


def _walk(folder: Path) -> Iterator[PurePosixPath]:
    for above, below, names in os.walk(folder):
        below[:] = [name for name in below if not name.startswith(".")]
        yield from (
            PurePosixPath(os.path.relpath(f"{above}/{name}", folder)) for name in names if not name.startswith(".")
        )


def _inspected(folder: Path, source: Source, plan: Plan) -> Source:
    """With its hash, its terms and what it holds, or with the reason why it is left out."""
    if source.fault:
        log.warning("left out: %s: %s", folder / source.name, source.fault)
        return source
    try:
        return _checked(folder, source, plan)
    except DataError as error:
        log.warning("left out: %s", error.fault)
        return replace(source, fault="it cannot be read")


def _checked(folder: Path, source: Source, plan: Plan) -> Source:
    hashes = [files.sha256(folder / name) for name in source.files]
    digest = hashes[0] if len(hashes) == 1 else hashlib.sha256("\n".join(hashes).encode()).hexdigest()
    terms = ledger.entry(folder / source.files[0])
    held = replace(
        source, sha256=digest, license=terms.license, credit=terms.credit, url=terms.url, consent=terms.consent
    )
    refusals = (_refusal(ledger.entry(folder / name), hashes) for name in source.files)
    fault = next(filter(None, refusals), None)
    if fault:
        log.warning("left out: the ledger says of %s: %s", folder / source.name, fault[1])
        return replace(held, fault=fault[0])
    return _video(folder, held, plan) if source.kind == "video" else _pictures(folder, held, plan)


def _refusal(terms: ledger.Entry, hashes: list[str]) -> tuple[str, str] | None:
    if terms.refuse:
        return "refused in the ledger", f'refuse = "{terms.refuse}"'
    if terms.redact:
        return "something in it must be hidden first", f'redact = "{terms.redact}"'
    if terms.sha256 and terms.sha256.lower() not in hashes:
        return "not the file that the ledger speaks of", f"SHA-256 {terms.sha256[:12]}..., not {hashes[0][:12]}..."
    return None


def _video(folder: Path, source: Source, plan: Plan) -> Source:
    info = video.probe(folder / source.name)
    if info.interlaced:
        log.info("%s is interlaced: its frames are deinterlaced", folder / source.name)
    if info.transfer:
        log.info("%s has colours of %s: they are brought to BT.709", folder / source.name, info.transfer)
    if info.height * info.width > plan.largest:
        return _too_large(folder, source, (info.width, info.height), plan)
    if info.promised_s:
        ends = (folder / source.name, info.times_s[-1], info.promised_s)
        log.warning("%s: ends at %.1f s of %.1f s: cut off?", *ends)
    return replace(
        source,
        fps=info.fps,
        frames=len(info.times_s),
        interlaced=info.interlaced,
        transfer=info.transfer or "",
        promised_s=info.promised_s,
    )


def _pictures(folder: Path, source: Source, plan: Plan) -> Source:
    """Looks at the head of the first; the others are looked at when they are read."""
    size = picture_size(folder / source.files[0])
    if size[0] * size[1] > plan.largest:
        return _too_large(folder, source, size, plan)
    if source.kind == "picture":
        return source
    return replace(source, fps=Fraction(plan.sequence_fps).limit_denominator(1001), frames=len(source.files))


def picture_size(path: Path) -> tuple[int, int]:
    """Width and height, px, from the head of a file. DataError for what is no picture."""
    try:
        with any_size(), Image.open(path) as image:
            return image.size
    except (OSError, SyntaxError, ValueError, UnidentifiedImageError) as error:
        raise DataError(f"{path} is damaged or no picture ({str(error).partition(': ')[0]})") from error


@contextlib.contextmanager
def any_size() -> Iterator[None]:
    """Pillow without its own limit of pixels: `largest` in the settings is ours."""
    limit, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
    try:
        yield
    finally:
        Image.MAX_IMAGE_PIXELS = limit


def _too_large(folder: Path, source: Source, size: tuple[int, int], plan: Plan) -> Source:
    path = folder / source.name
    log.warning("left out: %s has %dx%d px; largest = %d px in the settings", path, *size, plan.largest)
    return replace(source, fault="too large")


def _once(source: Source, seen: dict[str, str]) -> Source:
    """A file that is there under two names is used once."""
    if source.fault or seen.setdefault(source.sha256, source.name) == source.name:
        return source
    log.warning("left out: %s is the same file as %s", source.name, seen[source.sha256])
    return replace(source, fault="the same file as another")
