"""Words stand between spaces; Chinese and Japanese are cut where a reader would, never before what cannot begin."""

import numpy as np
import pytest

from synth.text.corpus import Corpus
from synth.text.scripts import graphemes
from synth.text.template import fill
from synth.text.units import NOT_FIRST, OPENING, natural, units

CLOSING = "、。，．：；！？）」』】〕］｝〉》・…"


def parts(line: str, script: str = "Jpan") -> list[str]:
    return [line[start:end] for start, end in units(line, script)]


def everything(language: str) -> list[str]:
    """Every phrase that ships, and every template once."""
    entry, rng = Corpus.open().languages[language], np.random.default_rng(0)
    phrases = [text for texts in entry.phrases.values() for text in texts]
    return phrases + [fill(text, entry.slots, rng) for texts in entry.templates.values() for text in texts]


def test_words_stand_between_spaces_with_their_punctuation() -> None:
    assert parts("Bed & breakfast!", "Latn") == ["Bed", "&", "breakfast!"]


@pytest.mark.parametrize(("language", "script"), [("ja", "Jpan"), ("zh", "Hans")])
def test_phrases_give_the_line_again_and_begin_and_end_as_a_line_may(language: str, script: str) -> None:
    for line in everything(language):
        found = parts(line, script)
        assert "".join(found) == line.replace(" ", "")
        for part in found:
            assert part[0] not in NOT_FIRST and part[0] not in CLOSING, line
            assert part[-1] not in OPENING, line
            assert len(graphemes(part.strip(CLOSING + OPENING))) <= 12, line


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("らーめん東京", ["らーめん", "東京"]),
        ("ちょっとまって", ["ちょっとまって"]),
        ("静かにしてください", ["静かにして", "ください"]),
        ("ドアを閉めてください", ["ドアを", "閉めてください"]),
        ("順番にお並びください", ["順番に", "お並びください"]),
        ("たまご焼き", ["たまご", "焼き"]),
        ("飲み水", ["飲み水"]),
        ("インフォメーション東口", ["インフォメーション", "東口"]),
        ("営業（年中無休）です", ["営業", "（年中無休）", "です"]),
        ("2024年10月5日", ["2024年", "10月", "5日"]),
        ("1個500円", ["1個", "500円"]),
        ("人々の声", ["人々の", "声"]),
    ],
)
def test_japanese_is_cut_between_words(line: str, expected: list[str]) -> None:
    assert parts(line) == expected


def test_chinese_is_cut_after_an_even_number_of_characters() -> None:
    assert parts("欢迎光临，请勿随地乱扔垃圾", "Hans") == ["欢迎光临，", "请勿随地", "乱扔垃圾"]
    assert parts("全场满100元减20元", "Hans") == ["全场满", "100元减", "20元"]


def test_a_break_is_natural_where_another_kind_of_character_begins() -> None:
    line = "東京タワーはこちら（北口）"
    assert [line[at] for at in range(1, len(line)) if natural(line, at)] == ["タ", "は", "（", "北", "）"]
    assert natural("a & b", 2)
