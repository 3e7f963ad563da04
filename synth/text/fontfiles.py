"""Finds font files in folders and reads what is known about each: name, licence, scripts."""

import hashlib
import logging
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uharfbuzz as hb

from sts.errors import ConfigError, DataError
from synth.text.face import Face

log = logging.getLogger(__name__)

SUFFIXES = (".ttf", ".otf", ".ttc", ".otc")
CARD = "fonts.toml"
UNSTATED = "LicenseRef-unstated"
LICENSES = (
    ("OPEN FONT LICENSE", "OFL-1.1"),
    ("APACHE LICENSE", "Apache-2.0"),
    ("UBUNTU FONT LICENCE", "Ubuntu-font-1.0"),
    ("CREATIVE COMMONS ZERO", "CC0-1.0"),
)
"""Words in a font's licence record and what they mean"""
ALPHABETS = {
    "Latn": "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.,-!?",
    "Cyrl": "АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдежзийклмнопрстуфхцчшщъыьэюя",
    "Grek": "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩαβγδεζηθικλμνξοπρστυφχψω",
    "Hebr": "אבגדהוזחטיכלמנסעפצקרשתםןץףך",
    "Arab": "ابتثجحخدذرزسشصضطظعغفقكلمنهويةىئءأإآؤ",
    "Deva": "अआइईउऊएऐओऔकखगघचछजझटठडढणतथदधनपफबभमयरलवशषसहािीुूेैोौं्ँ",
    "Hans": "的一是不了人我在有他这为之大来以个中上们到说国和地也子时道出而要于就下得可你年生会门开东车业书见长",
    "Hant": "的一是不了人我在有他這為之大來以個中上們到說國和地也子時道出而要於就下得可你年生會門開東車業書見長",
    "Jpan": "あいうえおかきくけこさしすせそたちつてとなにぬねのまみむめもらりるれろんアイウエオカキクケコー日本人年",
    "Hang": "가나다라마바사아자차카타파하의을이는에고",
    "Thai": "กขคงจฉชซญดตถทธนบปผพมยรลวสหอะาิีุูเแโ",
}
"""A font covers a script when it draws all of these"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Font:
    """What is known about a font without drawing anything."""

    id: str
    path: Path
    index: int = 0
    """In a collection"""
    sha256: str
    license: str
    """SPDX, or LicenseRef-unstated"""
    scripts: tuple[str, ...]
    """ISO 15924"""
    style: str = "unknown"
    joins: bool = False
    """Letters touch: never spaced out"""
    capitals: bool | None = None
    """Draws small letters as capitals; None where the font is to be asked"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A file that looks like a font and cannot be used."""

    path: Path
    reason: str


def find(folders: Iterable[Path]) -> tuple[Path, ...]:
    """Font files below the folders, folder by folder, by name; ConfigError where a folder has none."""
    found: dict[Path, None] = {}
    for folder in folders:
        if not folder.is_dir():
            raise ConfigError(f"{folder} is not a folder: name a folder that holds .ttf or .otf files")
        inside = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())
        if not inside:
            raise ConfigError(f"{folder} holds no fonts: put .ttf or .otf files there or leave the folder out")
        found |= dict.fromkeys(inside)
    return tuple(found)


def read_all(paths: Iterable[Path]) -> tuple[list[Font], list[Skipped]]:
    """Usable fonts by file name and content, whatever order the files come in; each content once."""
    fonts: list[Font] = []
    skipped: list[Skipped] = []
    cards: dict[Path, Mapping[str, Any]] = {}
    for path in paths:
        if path.parent not in cards:
            cards[path.parent] = _card(path.parent)
        try:
            fonts += _read(path, cards[path.parent])
        except (DataError, OSError) as error:
            log.warning("skipped font: %s", error)
            skipped.append(Skipped(path=path, reason=str(error)))
    ordered = sorted(fonts, key=lambda font: (font.id, font.sha256, font.index, str(font.path)))
    unique = {(font.sha256, font.index): font for font in reversed(ordered)}
    return list(reversed(unique.values())), sorted(skipped, key=lambda skip: str(skip.path))


def _card(folder: Path) -> Mapping[str, Any]:
    """Entries of the side-car file by file name."""
    path = folder / CARD
    if not path.is_file():
        return {}
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))
        return {entry["file"]: {"id": name, **entry} for name, entry in entries.items()}
    except (tomllib.TOMLDecodeError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(f"{path} is not a list of [font] tables with a file each: {error}") from error


def _read(path: Path, card: Mapping[str, Any]) -> Iterator[Font]:
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    entry = card.get(path.name, {})
    name = entry.get("id", path.stem.lower().replace(" ", "-"))
    if "scripts" in entry and "license" in entry:
        yield _described(path, name, digest, entry)
        return
    count = _fonts_in(path, content)
    for index in range(count):
        face = Face(path, name, index)
        scripts = tuple(entry.get("scripts", _scripts(face)))
        if not scripts:
            raise DataError(f"{path} draws no whole alphabet: it may hold bitmaps or symbols only")
        yield Font(
            id=name if count == 1 else f"{name}#{index}",
            path=path,
            index=index,
            sha256=digest,
            license=entry.get("license", _license(face)),
            scripts=scripts,
            style=entry.get("style", "unknown"),
            joins=bool(entry.get("joins", False)),
            capitals=entry.get("capitals"),
        )


def _described(path: Path, name: str, digest: str, entry: Mapping[str, Any]) -> Font:
    return Font(
        id=name,
        path=path,
        sha256=digest,
        license=entry["license"],
        scripts=tuple(entry["scripts"]),
        style=entry.get("style", "unknown"),
        joins=bool(entry.get("joins", False)),
        capitals=entry.get("capitals"),
    )


def _fonts_in(path: Path, content: bytes) -> int:
    count = int(hb.Face(hb.Blob(content)).count)
    if count == 0 or content[:4] not in (b"\x00\x01\x00\x00", b"OTTO", b"true", b"ttcf"):
        raise DataError(f"{path} is not a font: replace or remove it")
    return count


def _scripts(face: Face) -> tuple[str, ...]:
    return tuple(script for script, letters in ALPHABETS.items() if _covers(face, letters))


def _covers(face: Face, letters: str) -> bool:
    return all(ord(char) in face.characters for char in letters) and all(face.draws(char) for char in letters)


def _license(face: Face) -> str:
    """From the licence records (13, 14) of the font's name table."""
    said = " ".join(face.names(13) + face.names(14)).upper()
    found = [spdx for words, spdx in LICENSES if words in said]
    return found[0] if found else UNSTATED
