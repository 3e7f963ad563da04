"""What differs between writing systems: direction, joined letters, spaces, and where a script begins in a line."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bidi import algorithm
from fontTools.unicodedata import script as unicode_script

RIGHT_TO_LEFT = frozenset(("Arab", "Hebr", "Syrc", "Thaa", "Nkoo"))
JOINED = frozenset(("Arab", "Syrc", "Nkoo", "Mong", "Deva", "Beng", "Guru"))
"""Letters touch: never spaced out"""
SPACELESS = frozenset(("Hans", "Hant", "Hani", "Jpan"))
"""No spaces between words; the unit is the phrase"""
IDEOGRAPHIC = frozenset(("Hani", "Hira", "Kana", "Bopo"))
NEUTRAL = frozenset(("Zyyy", "Zinh", "Zzzz"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A part of a line that HarfBuzz can shape at once."""

    start: int
    """Index of the first character in the line"""
    end: int
    script: str
    """ISO 15924; Hani for all of Chinese and Japanese"""
    rtl: bool


def clean_lines(text: str) -> list[str]:
    """Lines that hold something, NFC, with single spaces."""
    lines = (" ".join(line.split()) for line in unicodedata.normalize("NFC", text).splitlines())
    return [line for line in lines if line]


def script_of(char: str) -> str:
    """ISO 15924 of one character, with kana counted as Hani; Zyyy or Zinh where it has none of its own."""
    found = unicode_script(char)
    return "Hani" if found in IDEOGRAPHIC else found


def main_script(text: str, default: str) -> str:
    """The script that most letters of a word are in; Han and kana, digits and punctuation count as the default."""
    counts: dict[str, int] = {}
    for char in text:
        own = script_of(char)
        if own not in NEUTRAL:
            counts[own] = counts.get(own, 0) + 1
    best = max(sorted(counts), key=lambda name: counts[name]) if counts else default
    return default if best == "Hani" and default in SPACELESS else best


def visual_runs(line: str, script: str) -> tuple[Run, ...]:
    """Runs from left to right; the paragraph runs from right to left where the script does. Logical text inside."""
    levels = _levels(line, 1 if script in RIGHT_TO_LEFT else 0)
    runs = list(_split(levels, _scripts(line, script)))
    return tuple(runs[index] for index in _visual_order([levels[run.start] for run in runs]))


def graphemes(text: str) -> tuple[tuple[int, int], ...]:
    """(start, end) of what a reader calls one character: marks, joiners and conjuncts stay with their base."""
    starts = [index for index, char in enumerate(text) if index == 0 or not _continues(text[index - 1], char)]
    return tuple(zip(starts, [*starts[1:], len(text)], strict=True))


def _continues(before: str, char: str) -> bool:
    if unicodedata.category(char) in ("Mn", "Mc", "Me") or char in "\u200c\u200d":
        return True
    conjunct = unicodedata.combining(before) == 9 and unicodedata.category(char) == "Lo"
    return before == "\u200d" or conjunct


def _levels(line: str, base: int) -> list[int]:
    """Embedding level of each character by the Unicode bidirectional algorithm."""
    storage = algorithm.get_empty_storage()
    storage["base_level"], storage["base_dir"] = base, ("L", "R")[base]
    algorithm.get_embedding_levels(line, storage)
    algorithm.explicit_embed_and_overrides(storage)
    algorithm.resolve_weak_types(storage)
    algorithm.resolve_neutral_types(storage, False)
    algorithm.resolve_implicit_levels(storage, False)
    return [int(item["level"]) for item in storage["chars"]]


def _scripts(line: str, default: str) -> list[str]:
    """Script of each character; neutral ones take the script before them, at the start the one after."""
    own = [script_of(char) for char in line]
    first = next((name for name in own if name not in NEUTRAL), "Hani" if default in SPACELESS else default)
    found, current = [], first
    for name in own:
        current = current if name in NEUTRAL else name
        found.append(current)
    return found


def _split(levels: Sequence[int], scripts: Sequence[str]) -> Iterator[Run]:
    start = 0
    for index in range(1, len(levels) + 1):
        if index == len(levels) or (levels[index], scripts[index]) != (levels[start], scripts[start]):
            yield Run(start=start, end=index, script=scripts[start], rtl=levels[start] % 2 == 1)
            start = index


def _visual_order(levels: Sequence[int]) -> list[int]:
    """Rule L2: from the highest level down to the lowest odd one, reverse every stretch at that level or above."""
    order = list(range(len(levels)))
    for level in range(max(levels, default=0), 0, -1):
        start = 0
        while start < len(order):
            end = start
            while end < len(order) and levels[order[end]] >= level:
                end += 1
            order[start:end] = order[start:end][::-1]
            start = max(end, start + 1)
    return order
