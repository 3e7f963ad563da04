import unicodedata
from pathlib import Path

import numpy as np
import pytest

from sts.errors import ConfigError, DataError, RenderError
from synth.text.corpus import Corpus, Phrase, place
from synth.text.template import Slots, fill

LANGUAGES = ("ar", "de", "en", "es", "fr", "hi", "it", "ja", "pt", "ru", "zh")


def _draw(corpus: Corpus, seed: int, count: int = 200) -> list[Phrase]:
    rng = np.random.default_rng(seed)
    return [corpus.choose(rng, LANGUAGES) for _ in range(count)]


def test_every_language_has_enough_phrases_and_templates() -> None:
    corpus = Corpus.open()
    assert tuple(corpus.languages) == LANGUAGES
    for name, entry in corpus.languages.items():
        phrases = sum(len(set(texts)) for texts in entry.phrases.values())
        templates = sum(len(texts) for texts in entry.templates.values())
        assert (phrases, templates) >= ((250, 20) if name == "en" else (100, 8)), name
        assert {"sign", "shop", "price", "plate", "caption", "notice", "street", "poster", "menu"} <= set(entry.kinds)


def test_phrases_are_nfc_without_control_characters() -> None:
    for phrase in _draw(Corpus.open(), seed=0):
        assert unicodedata.is_normalized("NFC", phrase.text)
        assert phrase.text == phrase.text.strip()
        assert not any(unicodedata.category(char) in ("Cc", "Cf") or char in "{}" for char in phrase.text)


def test_the_same_seed_draws_the_same_phrases() -> None:
    assert _draw(Corpus.open(), seed=3) == _draw(Corpus.open(), seed=3)
    assert _draw(Corpus.open(), seed=3) != _draw(Corpus.open(), seed=4)


def test_shares_that_do_not_overlap_have_no_text_in_common() -> None:
    """Also none that templates fill, nor one in capitals."""
    most, rest = (_draw(Corpus.open(share=share), seed=0, count=1500) for share in ((0.0, 0.8), (0.8, 1.0)))
    assert not {one.text.casefold() for one in most} & {one.text.casefold() for one in rest}
    assert {one.language for one in most} == {one.language for one in rest} == set(LANGUAGES)
    assert len({one.text for one in rest}) > 200


def test_a_share_holds_about_its_part_of_the_texts() -> None:
    places = np.array([place(one.text) for one in _draw(Corpus.open(), seed=1, count=3000)])
    assert np.histogram(places, bins=4, range=(0, 1))[0] / 3000 == pytest.approx(np.full(4, 0.25), abs=0.05)


def test_the_place_of_a_text_is_fixed_and_blind_to_capitals() -> None:
    assert place("Exit") == place("EXIT") == pytest.approx(0.8968283, abs=1e-6)
    assert place("Straße") == place("STRASSE")


def test_a_share_without_a_text_is_an_error() -> None:
    with pytest.raises(RenderError, match=r"no phrase in en lies in the share \(0\.5, 0\.5000001\)"):
        Corpus.open(share=(0.5, 0.5000001)).choose(np.random.default_rng(0), ("en",))


def test_language_and_kind_are_obeyed() -> None:
    corpus, rng = Corpus.open(), np.random.default_rng(0)
    phrases = [corpus.choose(rng, ("hi", "zh"), kind="price") for _ in range(50)]
    assert {(phrase.language, phrase.script) for phrase in phrases} == {("hi", "Deva"), ("zh", "Hans")}
    assert {phrase.kind for phrase in phrases} == {"price"}


def test_some_signs_are_in_capitals() -> None:
    corpus, rng = Corpus.open(), np.random.default_rng(0)
    capitals = [corpus.choose(rng, ("fr",), kind="sign").text.isupper() for _ in range(100)]
    assert 5 < sum(capitals) < 50


def test_a_users_file_takes_the_place_of_its_language(tmp_path: Path) -> None:
    (tmp_path / "en.txt").write_text("Cafe\u0301\tnoir\n\n  Two  words \n", encoding="utf-8")
    (tmp_path / "el.txt").write_text("Ανοιχτό\n", encoding="utf-8")
    corpus = Corpus.open(tmp_path)
    rng = np.random.default_rng(0)
    assert {corpus.choose(rng, ("en",)).text for _ in range(20)} == {"Café noir", "Two words"}
    assert corpus.choose(rng, ("en",), kind="caption").text in ("Café noir", "Two words")
    assert corpus.choose(rng, ("el",)).script == "Grek"
    assert "ru" in corpus.languages


def test_every_source_has_a_hash_and_a_licence() -> None:
    sources = [entry.source for entry in Corpus.open().languages.values()]
    assert {source.license for source in sources} == {"CC0-1.0"}
    assert len({source.sha256 for source in sources}) == len(LANGUAGES)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("en.md", b"Open", r"holds no \.txt files"),
        ("en.txt", b"\n \n", "holds no phrases"),
        ("en.txt", b"caf\xe9", "is not UTF-8"),
    ],
)
def test_a_corpus_that_cannot_be_read_is_one_clear_line(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ConfigError, match=said):
        Corpus.open(tmp_path)


def test_a_language_without_phrases_is_an_error() -> None:
    with pytest.raises(RenderError, match="no phrases in xx"):
        Corpus.open().choose(np.random.default_rng(0), ("xx",))


def test_slots_are_filled_from_lists_numbers_digits_and_letters() -> None:
    slots = Slots(values={"price": ("{n:5-5}.{d:2}",)}, digits="٠١٢٣٤٥٦٧٨٩", letters="X")
    text = fill("{price} {i:12-12} {L:2} {a|b} {n:1-3}", slots, np.random.default_rng(0))
    price, local, letters, choice, number = text.split()
    assert price.startswith("5.")
    assert len(price) == 4
    assert (local, letters) == ("١٢", "XX")
    assert choice in "ab"
    assert number in "123"


def test_an_unknown_or_endless_slot_is_an_error() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(DataError, match="no values for slot 'nothing'"):
        fill("{nothing}", Slots(), rng)
    with pytest.raises(DataError, match="never end"):
        fill("{self}", Slots(values={"self": ("{self}",)}), rng)
