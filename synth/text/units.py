"""Cuts a line into words: between spaces, or into phrases of a few characters where a script writes no spaces."""

from collections.abc import Iterator
from itertools import pairwise

from synth.text.scripts import SPACELESS, graphemes

LONGEST = 8
"""Graphemes in a phrase"""
LONGEST_HAN = 6
OPENING = "([{<「『【〔（［｛〈《“‘¥￥$€#"
NOT_FIRST = frozenset("ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶーゝゞヽヾ々〻")
"""Small kana, and marks that lengthen or repeat what is before them: they never begin a phrase"""
HONORIFICS = "おご"
PARTICLES = "のにをはがでともへや"
ENDINGS = "いきぎしちびみりえけげせねべめれ"
"""Kana that belong to one word with the ideographs before and after: 飲み水"""
PAUSES = "のをはにでて"
"""Kana after which a reader may pause"""
SECOND = "んう"
"""Kana that seldom begin a word"""
LATER = 0.25
"""Characters; of two places as good the later one is taken"""
TOGETHER = (("han", "kana"), ("katakana", "kana"))
"""Endings and particles stay with their word"""

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


def natural(line: str, at: int) -> bool:
    """A reader expects a break before character `at`: after a space, or where another kind of character begins."""
    before, after = _kinds(line)[at - 1 : at + 1]
    return line[at - 1] == " " or before != after


def _phrases(line: str, start: int, end: int) -> Iterator[Span]:
    """A new phrase begins after punctuation, at a word of another script, and where kana are followed by kanji."""
    cells = [(start + first, start + last) for first, last in graphemes(line[start:end])]
    chars = "".join(line[first] for first, _ in cells)
    kinds = _kinds(chars)
    begin = 0
    for index in range(1, len(cells) + 1):
        if index == len(cells) or _breaks(chars, kinds, index):
            cuts = [begin + cut for cut in _cuts(chars[begin:index], kinds[begin:index])]
            yield from ((cells[first][0], cells[last - 1][1]) for first, last in pairwise([begin, *cuts, index]))
            begin = index


def _kinds(chars: str) -> list[str]:
    kinds: list[str] = []
    for index, char in enumerate(chars):
        if char in NOT_FIRST and kinds:
            kinds.append(kinds[-1])
        elif _honours(chars, kinds, index):
            kinds.append("han")
        else:
            kinds.append("open" if char in OPENING else _kind(char))
    return kinds


def _honours(chars: str, kinds: list[str], index: int) -> bool:
    """Belongs to the kanji after it: お茶, but not たまご焼き."""
    if chars[index] not in HONORIFICS or index + 1 == len(chars) or _kind(chars[index + 1]) != "han":
        return False
    return not kinds or kinds[-1] != "kana" or chars[index - 1] in PARTICLES


def _kind(char: str) -> str:
    code = ord(char)
    if 0x3041 <= code <= 0x309F:
        return "kana"
    if 0x30A1 <= code <= 0x30FF and char != "・":
        return "katakana"
    if 0x3400 <= code <= 0x9FFF or char in "々〆" or code >= 0x20000:
        return "han"
    return "other" if char.isalnum() else "close"


def _breaks(chars: str, kinds: list[str], index: int) -> bool:
    """Whether a phrase begins at `index`, by the characters on both sides."""
    before, after, last = kinds[index - 1], kinds[index], chars[index - 1]
    if after == "close" or before == "open":
        return False
    if after == "open":
        return True
    if before == "close":
        return last not in "-.:/&'’"
    if (before, after) == ("kana", "han"):
        return last not in ENDINGS or index < 2 or kinds[index - 2] != "han"
    if (before, after) == ("other", "han"):
        return not last.isdigit()
    return before != after and (before, after) not in TOGETHER


def _cuts(chars: str, kinds: list[str]) -> list[int]:
    """Where a long phrase is cut in about equal parts, if it can be: not inside a word of katakana or letters."""
    solid = [index for index, kind in enumerate(kinds) if kind not in ("open", "close")]
    most = LONGEST_HAN if set(kinds) <= {"han", "open", "close"} else LONGEST
    parts = -(-len(solid) // most)
    places = [index for index in solid[1:] if _divides(chars, kinds, index, index - solid[0])]
    ideal = [solid[0] + len(solid) * part / parts + LATER for part in range(1, parts)] if places else []
    return sorted({min(places, key=lambda place: abs(place - at) - 1.5 * (chars[place - 1] in PAUSES)) for at in ideal})


def _divides(chars: str, kinds: list[str], index: int, offset: int) -> bool:
    """May be cut before `index`: between kana, or after an even number of ideographs, as most words have two."""
    before, after = kinds[index - 1], kinds[index]
    if before != after or chars[index] in NOT_FIRST or chars[index] in SECOND:
        return False
    return after == "kana" or (after == "han" and offset % 2 == 0)
