"""Cuts a line into words: between spaces, or into phrases of a few characters where a script writes no spaces."""

from collections.abc import Iterator

from synth.text.scripts import SPACELESS, graphemes

LONGEST = 8
"""Graphemes in a phrase of one kind"""
USUAL = {"han": 4, "kana": 6, "other": LONGEST}
OPENING = "([{<「『【〔（［｛〈《“‘¥￥$€#"

Span = tuple[int, int]
"""Index of the first character and one past the last"""


def units(line: str, script: str) -> tuple[Span, ...]:
    """Spans of the words of a line in logical order; punctuation belongs to the word it touches."""
    words = tuple(_spaced(line))
    if script not in SPACELESS:
        return words
    return tuple(span for start, end in words for span in _phrases(line, start, end))


def _spaced(line: str) -> Iterator[Span]:
    start = 0
    for word in line.split(" "):
        if word:
            yield start, start + len(word)
        start += len(word) + 1


def _phrases(line: str, start: int, end: int) -> Iterator[Span]:
    """A new phrase begins after punctuation, at a word of another script, and where kana are followed by kanji."""
    cells = [(start + first, start + last) for first, last in graphemes(line[start:end])]
    kinds = _kinds([line[first] for first, _ in cells])
    begin = 0
    for index in range(1, len(cells) + 1):
        if index == len(cells) or _breaks(kinds[index - 1], kinds[index], line[cells[index - 1][0]]):
            yield from _even(cells[begin:index], kinds[begin:index])
            begin = index


def _kinds(chars: list[str]) -> list[str]:
    return ["open" if char in OPENING else _kind(char) for char in chars]


def _kind(char: str) -> str:
    code = ord(char)
    if 0x3041 <= code <= 0x309F:
        return "kana"
    if 0x30A0 <= code <= 0x30FF:
        return "katakana"
    if 0x3400 <= code <= 0x9FFF or char in "々〆" or code >= 0x20000:
        return "han"
    return "other" if char.isalnum() else "close"


def _breaks(before: str, after: str, last: str) -> bool:
    if after == "close" or before == "open":
        return False
    if after == "open":
        return True
    if before == "close":
        return last not in "-.:/&'’"
    return before != after and (before, after) != ("han", "kana")


def _even(cells: list[Span], kinds: list[str]) -> Iterator[Span]:
    """The phrase, in equal parts where it is long; trailing and leading punctuation counts nothing."""
    solid = [index for index, kind in enumerate(kinds) if kind not in ("open", "close")]
    most = USUAL["han"] if set(kinds) <= {"han", "open", "close"} else LONGEST
    parts = max(1, -(-len(solid) // most)) if "other" not in kinds else 1
    cuts = [solid[len(solid) * part // parts] for part in range(1, parts)] if solid else []
    for first, last in zip([0, *cuts], [*cuts, len(cells)], strict=True):
        yield cells[first][0], cells[last - 1][1]
