"""Folders of frames with masks by number: DAVIS and YouTube-VOS (palette PNG), SA-V (one folder an object).

J. Pont-Tuset et al., "The 2017 DAVIS challenge on video object segmentation", 2017; N. Xu et al., "YouTube-VOS", ECCV
2018; N. Ravi et al., "SAM 2: segment anything in images and videos", ICLR 2025.

    JPEGImages[/480p]/CLIP/00000.jpg   Annotations[/480p]/CLIP/00000.png   [meta.json]
    JPEGImages_24fps/CLIP/00000.jpg   Annotations_6fps/CLIP/000/00000.png

A folder of PNG alone, without Annotations/, is taken as Annotations/ itself, as evaluators take predictions. The number
in a file name is the index of the frame. A frame without mask file is not labelled; without pictures the masks are the
frames.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

import numpy as np

from benchmarks.datasets import labels, listing, pictures, vosmeta
from benchmarks.datasets.reader import UNSTATED, Item, Loaded, UnusableError, part
from benchmarks.datasets.vosmeta import Object
from sts import masks
from sts.errors import DataError
from sts.types import Clip, Frame, Mask, Origin, TextInstance

VOID = 255
PICTURES = re.compile(r"jpegimages(_\d+fps)?", re.I)
MASKS = re.compile(r"annotations(_\d+fps)?", re.I)
SIZES = ("480p", "1080p", "full-resolution")
"""Folders of DAVIS between Annotations/ and the clips"""
META = "meta.json"
SAV_ORIGIN = Origin(kind="real", uri="https://ai.meta.com/datasets/segment-anything-video", license="CC-BY-4.0")
YOUTUBEVOS_ORIGIN = Origin(kind="real", uri="https://youtube-vos.org", license=UNSTATED)
DAVIS_ORIGIN = Origin(kind="real", uri="https://davischallenge.org", license=UNSTATED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frames:
    """What the three layouts have in common; the number of an object is its track id, holes between numbers stay."""

    origin: Origin
    rate: int
    """Numbers in file names a second"""
    by_object: bool = False
    """One folder of binary masks an object, not one palette PNG a frame"""
    void: bool = False
    """Whether 255 is ignored instead of an object"""

    def items(self, root: Path) -> Iterator[Item]:
        """One a folder of masks."""
        found = _folders(root, self.by_object)
        clips = sorted({clip for clip, role in found if role.startswith("mask/")}, key=listing.natural)
        if not clips:
            raise DataError(f"{root} has no PNG masks in Annotations/CLIP/: see docs/datasets.md")
        pictured = any(role.startswith("picture/") for _, role in found)
        meta = next((str(path) for path in listing.listing(root) if path.name == META), None)
        for clip in clips:
            parts = {role: path for (name, role), path in found.items() if name == clip}
            yield Item(name=clip, parts=parts | ({"meta": meta} if meta else {}), pictured=pictured)

    def clip(self, root: Path, item: Item) -> Loaded:
        """All frames of a clip."""
        kind = "picture/" if item.pictured else "mask/"
        names = sorted({PurePosixPath(role).name for role in item.parts if role.startswith(kind)}, key=listing.natural)
        if not names:
            raise UnusableError("no picture", f"clip {item.name} has masks but no pictures below {root}")
        stored = [pictures.picture(part(root, item, f"picture/{name}")) for name in names if item.pictured]
        objects = vosmeta.objects(root / item.parts["meta"], item.name) if "meta" in item.parts else None
        found = [self._masks(root, item, name) for name in names]
        if self.void and objects is None and {number for one in found for number in one or ()} - {0} == {VOID}:
            found = [one and {int(number == VOID): mask for number, mask in one.items()} for one in found]
        sizes = [(one.height, one.width) for one in stored]
        sizes += [(mask.height, mask.width) for one in found for mask in (one or {}).values()]
        size = pictures.one_size(item, sizes)
        frames = tuple(self._frames(names, found, objects or {}))
        clip = Clip(
            clip_id=unquote(item.name),
            fps=Fraction(self.rate, min(np.diff(indices(names)).tolist(), default=1)),
            height=size[0],
            width=size[1],
            frames=frames,
            origin=self.origin,
        )
        return (clip, tuple(one.data for one in stored)) if item.pictured else clip

    def _masks(self, root: Path, item: Item, name: str) -> dict[int, Mask] | None:
        """Masks of a frame by number, also those that are empty in a folder an object; None if there is no file."""
        paths = [
            (PurePosixPath(role).parent.name, root / path)
            for role, path in item.parts.items()
            if role.startswith("mask/") and PurePosixPath(role).name == name
        ]
        if self.by_object:
            return {_number(folder): masks.encode(pictures.two_valued(path)) for folder, path in paths} or None
        if not paths:
            return None
        values = pictures.values(paths[0][1])
        return {number: masks.encode(values == number) for number in np.unique(values).tolist()}

    def _frames(
        self, names: Sequence[str], found: Sequence[Mapping[int, Mask] | None], objects: Mapping[int, Object]
    ) -> Iterator[Frame]:
        numbers = indices(names)
        for number, name, one in zip(numbers, names, found, strict=True):
            instances = [
                _instance(mask, name, objects.get(track, Object(track_id=track)))
                for track, mask in (one or {}).items()
                if masks.area(mask) and (self.by_object or track) and not (self.void and track == VOID)
            ]
            if one and self.void and VOID in one:
                first = max((each.track_id for each in instances), default=0) + 1
                level = instances[0].level if instances else "word"
                instances += labels.ignored(masks.decode(one[VOID]), level, max(first, VOID))
            yield Frame(
                index=number,
                time_s=(number - numbers[0]) / self.rate,
                labelled=one is not None,
                instances=tuple(instances),
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Davis(Frames):
    """DAVIS 2017; 255 is void. A clip with 255 alone holds one object, as in DAVIS 2016."""

    origin: Origin = DAVIS_ORIGIN
    rate: int = 24
    void: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class YoutubeVos(Frames):
    """YouTube-VOS: numbers count frames at 30 a second, of which every fifth has a mask; it knows no void."""

    origin: Origin = YOUTUBEVOS_ORIGIN
    rate: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class SaV(Frames):
    """SA-V val and test: pictures at 24 frames a second, masks at 6."""

    origin: Origin = SAV_ORIGIN
    rate: int = 24
    by_object: bool = True


def indices(names: Sequence[str]) -> list[int]:
    """Numbers in file names; places in the list where a name is no number."""
    return [int(name) for name in names] if all(name.isdecimal() for name in names) else list(range(len(names)))


def _folders(root: Path, by_object: bool) -> dict[tuple[str, str], str]:
    """Clip and part (picture/00000, mask/00000, mask/000/00000) to file. DataError for two of one kind."""
    paths = [path for path in listing.listing(root) if path.suffix.lower() in listing.PICTURES]
    named = any(MASKS.fullmatch(name) for path in paths for name in path.parts[:-1])
    bare = not named and all(path.suffix.lower() == ".png" for path in paths)
    found: dict[tuple[str, str], str] = {}
    for path in paths:
        kind, below = _role(path, bare)
        depth = 3 if kind == "mask" and by_object else 2
        if kind and len(below) == depth and not (kind == "mask" and path.suffix.lower() != ".png"):
            key = (below[0], "/".join([kind, *below[1:-1], path.stem]))
            if key in found:
                raise DataError(f"{root} has two files for {'/'.join(key)}: {found[key]} and {path}; load them apart")
            found[key] = str(path)
    return found


def _role(path: PurePosixPath, bare: bool) -> tuple[str, tuple[str, ...]]:
    """What a file is, and its place below the folder that says so."""
    for at, name in enumerate(path.parts[:-1]):
        kind = "picture" if PICTURES.fullmatch(name) else "mask" if MASKS.fullmatch(name) else ""
        if kind:
            below = path.parts[at + 1 :]
            return kind, below[1:] if below[0].lower() in SIZES else below
    return ("mask", path.parts) if bare else ("", ())


def _instance(mask: Mask, name: str, one: Object) -> TextInstance:
    return TextInstance(
        track_id=one.track_id,
        level=one.level,
        polygon=labels.corners(masks.box(mask) or (0.0, 0.0, 0.0, 0.0)),
        source="human",
        mask=mask,
        text=one.text,
        ignore=name in one.ignored,
    )


def _number(folder: str) -> int:
    if not folder.isdecimal():
        raise UnusableError(
            "labels cannot be read", f"the folder of an object is called {folder!r}, which is no number"
        )
    return int(folder)
