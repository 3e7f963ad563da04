"""ICDAR 2013 and 2015 Text in Videos: words with track ids in an XML file a video, no stroke masks.

D. Karatzas et al., "ICDAR 2013 robust reading competition", ICDAR 2013; "ICDAR 2015 competition on robust reading",
ICDAR 2015, challenge 3.

    [FOLDER/]CLIP_GT.xml   [FOLDER/]CLIP/1.jpg (in our exports frames/CLIP/1.jpg)

Frames count from 1. The videos themselves are not decoded: their frames have to lie there as pictures.
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from urllib.parse import unquote

from benchmarks.datasets import listing, pictures, texts
from benchmarks.datasets.reader import UNSTATED, Item, Loaded, UnusableError, part
from sts.errors import DataError
from sts.types import Clip, Frame, Origin, TextInstance

RATE = 24
"""Frames a second of most of the videos; the XML does not say"""
LABELS = re.compile(r"(?P<key>.+)_GT\.xml", re.I)
DONT_CARE = "##DONT#CARE##"
ORIGIN = Origin(kind="real", uri="https://rrc.cvc.uab.es/?ch=3", license=UNSTATED)


@dataclass(frozen=True, slots=True)
class IcdarVideo:
    """Words as quadrilaterals; `##DONT#CARE##` is ignored, `Quality` LOW is not legible."""

    def items(self, root: Path) -> Iterator[Item]:
        """One an XML file."""
        found = _labels(root)
        stored = _pictures(root, set(found))
        for name in sorted(found, key=listing.natural):
            yield Item(name=name, parts={"words": found[name], **stored[name]})

    def clip(self, root: Path, item: Item) -> Loaded:
        """All frames that have a picture; those without an entry in the XML are not labelled."""
        path = part(root, item, "words")
        found = _frames(path)
        numbers = sorted(int(role.rpartition("/")[2]) for role in item.parts if role != "words")
        lost = sorted(set(found) - set(numbers)) or ([] if numbers else [1])
        if lost:
            raise UnusableError(
                "no picture", f"clip {item.name} has no picture {lost[0]}.jpg in a folder {item.name} below {root}"
            )
        stored = [pictures.picture(part(root, item, f"picture/{number}")) for number in numbers]
        height, width = pictures.one_size(item, [(one.height, one.width) for one in stored])
        clip = Clip(
            clip_id=unquote(item.name),
            fps=Fraction(RATE),
            height=height,
            width=width,
            frames=tuple(_frame(number, numbers[0], found) for number in numbers),
            origin=ORIGIN,
        )
        return clip, tuple(one.data for one in stored)


def _labels(root: Path) -> dict[str, str]:
    """XML files by clip. DataError for none, and for two of one clip."""
    found: dict[str, str] = {}
    for path in listing.listing(root):
        named = LABELS.fullmatch(path.name)
        if named and named["key"] in found:
            raise DataError(f"{root} has two files for {named['key']}: {found[named['key']]} and {path}; remove one")
        if named:
            found[named["key"]] = str(path)
    if not found:
        raise DataError(f"{root} has no CLIP_GT.xml: see docs/datasets.md, or give another --format")
    return found


def _pictures(root: Path, names: Set[str]) -> Mapping[str, Mapping[str, str]]:
    """Files 1.jpg, 2.jpg, ... in the folders of these names, by the part they play. DataError for two of one number."""
    found: dict[str, dict[str, str]] = {name: {} for name in names}
    for path in listing.listing(root):
        name = path.parent.name
        if name in names and path.suffix.lower() in listing.PICTURES and path.stem.isdecimal():
            number = int(path.stem)
            before = found[name].setdefault(f"picture/{number}", str(path))
            if before != str(path):
                raise DataError(f"{root} has two files for frame {number} of {name}: {before} and {path}; remove one")
    return found


def _frames(path: Path) -> dict[int, tuple[TextInstance, ...]]:
    """Words by number of the frame. UnusableError for a file that is not of this form."""
    try:
        root = ET.parse(path).getroot()
    except (OSError, ET.ParseError) as error:
        raise texts.unreadable(path, f"{error}") from error
    with texts.reading(path):
        found = {int(one.attrib["ID"]): tuple(_word(each, path) for each in one.iter("object")) for one in root}
    if min(found, default=1) < 1:
        raise texts.unreadable(path, f"it has a frame {min(found)}; they count from 1")
    return found


def _word(entry: ET.Element, path: Path) -> TextInstance:
    text = entry.attrib["Transcription"]
    ignored = text == DONT_CARE
    corners = [value for point in entry.iter("Point") for value in (point.attrib["x"], point.attrib["y"])]
    return TextInstance(
        track_id=int(entry.attrib["ID"]),
        level="word",
        polygon=texts.polygon(corners, str(path)),
        source="human",
        text=texts.normal(text) if text and not ignored else None,
        legible=entry.get("Quality", "").upper() != "LOW",
        ignore=ignored,
    )


def _frame(number: int, first: int, found: Mapping[int, tuple[TextInstance, ...]]) -> Frame:
    return Frame(
        index=number - 1,
        time_s=(number - first) / RATE,
        labelled=number in found,
        instances=found.get(number, ()),
    )
