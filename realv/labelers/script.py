"""The script of a text."""

import unicodedata

SCRIPTS = {
    "LATIN": "Latn",
    "CYRILLIC": "Cyrl",
    "GREEK": "Grek",
    "ARABIC": "Arab",
    "HEBREW": "Hebr",
    "DEVANAGARI": "Deva",
    "THAI": "Thai",
    "CJK": "Hani",
    "HIRAGANA": "Hira",
    "KATAKANA": "Kana",
    "HANGUL": "Hang",
}
"""First word of a letter's name in Unicode to ISO 15924"""


def script(text: str) -> str | None:
    """ISO 15924 code of the script that most letters have; None for text without letters of a known script."""
    names = [unicodedata.name(char, "").partition(" ")[0] for char in text]
    found = [SCRIPTS[name] for name in names if name in SCRIPTS]
    return max(sorted(set(found)), key=found.count) if found else None
