"""Phrases as one meets them in the street and on screens, by language and kind; ready ones and templates to fill in."""

import hashlib
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sts.errors import ConfigError, RenderError
from sts.types import SourceFile
from synth.text.scripts import NEUTRAL, script_of
from synth.text.template import Slots, fill

Share = tuple[float, float]
"""From, up to: which part of the texts, in [0, 1]"""

SHIPPED = Path(__file__).parent.parent / "assets" / "corpus"
WHOLE: Share = (0.0, 1.0)
TRIES = 256
"""Texts drawn for one in the wanted share"""
LICENSE = "CC0-1.0"
ANY = "phrase"
"""Kind of a phrase that a user gave"""
TEMPLATES = 0.35
"""Probability of a template where a kind has both"""
CAPITALS = 0.2
"""Probability of capital letters for a kind that is often written so"""
LOUD = frozenset(("sign", "shop", "poster", "headline", "transport"))
CASED = frozenset(("Latn", "Cyrl", "Grek", "Armn"))
USUAL_SCRIPTS = {
    "ar": "Arab", "fa": "Arab", "ur": "Arab", "he": "Hebr", "hi": "Deva", "mr": "Deva", "ne": "Deva",
    "ru": "Cyrl", "uk": "Cyrl", "bg": "Cyrl", "el": "Grek", "th": "Thai", "ko": "Hang", "ja": "Jpan", "zh": "Hans",
    "zh-Hant": "Hant",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """Something to write."""

    text: str
    """NFC, logical order"""
    language: str
    """BCP 47"""
    script: str
    """ISO 15924"""
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """Everything that can be written in one language."""

    language: str
    script: str
    phrases: Mapping[str, tuple[str, ...]]
    """By kind"""
    templates: Mapping[str, tuple[str, ...]]
    slots: Slots
    source: SourceFile

    @property
    def kinds(self) -> tuple[str, ...]:
        """In alphabetical order."""
        return tuple(sorted({*self.phrases, *self.templates}))


class Corpus:
    """Phrases by language."""

    def __init__(self, languages: Sequence[Language], share: Share = WHOLE) -> None:
        self.languages = {entry.language: entry for entry in sorted(languages, key=lambda entry: entry.language)}
        self.share = share

    @classmethod
    def open(cls, folder: Path | None = None, share: Share = WHOLE) -> "Corpus":
        """The phrases that ship with the project; a language with a .txt file in `folder` uses that file instead.

        Only texts whose place (see `place`) lies in the share are chosen.
        """
        shipped = [_read_shipped(path) for path in sorted(SHIPPED.glob("*.toml"))]
        own = [] if folder is None else _read_folder(folder)
        named = {entry.language for entry in own}
        return cls([*own, *(entry for entry in shipped if entry.language not in named)], share)

    def choose(self, rng: np.random.Generator, languages: Sequence[str], kind: str | None = None) -> Phrase:
        """A phrase in one of the languages, each as likely; of one kind where the language has it."""
        known = [name for name in languages if name in self.languages]
        if not known:
            has = ", ".join(self.languages)
            raise RenderError(f"no phrases in {', '.join(languages) or 'no language'}: the corpus has {has}")
        entry = self.languages[known[int(rng.integers(len(known)))]]
        kinds = entry.kinds if kind is None or kind not in entry.kinds else (kind,)
        for _ in range(TRIES):
            phrase = _draw(rng, entry, kinds[int(rng.integers(len(kinds)))])
            if self.share[0] <= place(phrase.text) < self.share[1]:
                return phrase
        raise RenderError(f"no phrase in {entry.language} lies in the share {self.share}: widen corpus_share")


def place(text: str) -> float:
    """Where a text stands among all texts, in [0, 1), by its hash; the same in capital and small letters.

    Two sets whose shares do not overlap have no text in common, also where templates are filled.
    """
    folded = unicodedata.normalize("NFC", text.casefold())
    return int.from_bytes(hashlib.sha256(folded.encode()).digest()[:6]) / 2**48


def _draw(rng: np.random.Generator, entry: Language, kind: str) -> Phrase:
    text = _write(rng, entry, kind)
    if entry.script in CASED and kind in LOUD and rng.random() < CAPITALS:
        text = text.upper()
    text = unicodedata.normalize("NFC", text)
    return Phrase(text=text, language=entry.language, script=entry.script, kind=kind)


def _write(rng: np.random.Generator, entry: Language, kind: str) -> str:
    phrases, templates = entry.phrases.get(kind, ()), entry.templates.get(kind, ())
    if templates and (not phrases or rng.random() < TEMPLATES):
        return fill(templates[int(rng.integers(len(templates)))], entry.slots, rng)
    return phrases[int(rng.integers(len(phrases)))]


def _read_shipped(path: Path) -> Language:
    content = path.read_bytes()
    data = tomllib.loads(content.decode("utf-8"))
    return Language(
        language=data["language"],
        script=data["script"],
        phrases={kind: _lines(block) for kind, block in data["phrases"].items()},
        templates={kind: _lines(block) for kind, block in data["templates"].items()},
        slots=Slots(
            values={name: tuple(values) for name, values in data["slots"].items()},
            digits=data.get("digits", "0123456789"),
            letters=data["letters"],
        ),
        source=_source(path, content, LICENSE),
    )


def _read_folder(folder: Path) -> list[Language]:
    paths = sorted(folder.glob("*.txt")) if folder.is_dir() else []
    if not paths:
        raise ConfigError(f"{folder} holds no .txt files: name one by its language, such as en.txt, one phrase a line")
    return [_read_text(path) for path in paths]


def _read_text(path: Path) -> Language:
    content = path.read_bytes()
    try:
        lines = _lines(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not UTF-8 ({error.reason} at byte {error.start}): save it as UTF-8") from error
    if not lines:
        raise ConfigError(f"{path} holds no phrases: write one a line")
    return Language(
        language=path.stem,
        script=USUAL_SCRIPTS.get(path.stem, USUAL_SCRIPTS.get(path.stem.split("-")[0], _commonest(lines))),
        phrases={ANY: lines},
        templates={},
        slots=Slots(values={}),
        source=_source(path, content, "LicenseRef-unstated"),
    )


def _lines(block: str) -> tuple[str, ...]:
    """Lines that hold something, NFC, without control characters, with single spaces."""
    clean = (" ".join(_printable(line).split()) for line in unicodedata.normalize("NFC", block).splitlines())
    return tuple(line for line in clean if line)


def _printable(line: str) -> str:
    return "".join(" " if unicodedata.category(char) == "Cc" else char for char in line)


def _commonest(lines: Sequence[str]) -> str:
    """The script most letters are in."""
    scripts = [script for line in lines for script in map(script_of, line) if script not in NEUTRAL]
    return max(sorted(set(scripts)), key=scripts.count) if scripts else "Latn"


def _source(path: Path, content: bytes, license_: str) -> SourceFile:
    return SourceFile(kind="corpus", id=path.name, sha256=hashlib.sha256(content).hexdigest(), license=license_)
