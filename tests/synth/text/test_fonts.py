import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from sts.errors import ConfigError, RenderError
from synth.text.corpus import Corpus
from synth.text.fonts import SHIPPED, FontLibrary
from synth.text.template import fill

NAMES = ("anton", "montserrat", "amiri", "kalam")


def _folder(path: Path, names: Sequence[str]) -> Path:
    path.mkdir()
    for name in names:
        shutil.copy(SHIPPED / f"{name}.ttf", path / f"{name}.ttf")
    return path


def test_shipped_fonts_cover_the_six_scripts_in_many_styles(library: FontLibrary) -> None:
    counts = dict.fromkeys(("Latn", "Cyrl", "Arab", "Deva", "Hans", "Jpan"), 0)
    for font in library.fonts.values():
        for script in font.scripts:
            counts[script] += 1
    assert all(counts[script] >= least for script, least in zip(counts, (20, 5, 3, 3, 2, 2), strict=True))
    assert {"sans", "serif", "slab", "display", "script", "mono", "condensed", "stencil", "pixel"} <= {
        font.style for font in library.fonts.values()
    }


def test_every_shipped_font_states_its_licence_and_carries_its_text(library: FontLibrary) -> None:
    for font in library.fonts.values():
        text = (SHIPPED / f"{font.id}.LICENSE.txt").read_text(encoding="utf-8")
        assert font.license in ("OFL-1.1", "Apache-2.0")
        assert ("Apache License" if font.license == "Apache-2.0" else "SIL OPEN FONT LICENSE") in text
        assert len(font.sha256) == 64


def test_scripts_on_the_card_are_drawn_by_the_font(library: FontLibrary) -> None:
    letters = {"Latn": "Az09", "Cyrl": "Яж", "Arab": "سلام", "Deva": "क्षे", "Hans": "营业", "Jpan": "ラの車"}
    for font in library.fonts.values():
        assert all(library.covers(font.id, letters[script]) for script in font.scripts), font.id


@pytest.mark.parametrize("language", sorted(Corpus.open().languages))
def test_every_shipped_phrase_has_a_font(library: FontLibrary, language: str) -> None:
    entry = Corpus.open().languages[language]
    rng = np.random.default_rng(0)
    texts = [text for texts in entry.phrases.values() for text in texts]
    texts += [fill(text, entry.slots, rng) for texts in entry.templates.values() for text in texts for _ in range(3)]
    for text in texts:
        library.choose(rng, text, entry.script)


def test_a_script_without_a_font_is_reported_and_refused(library: FontLibrary) -> None:
    assert library.unavailable(("Latn", "Hebr", "Jpan")) == ("Hebr",)
    with pytest.raises(RenderError, match="no font draws 'שלום' in script Hebr"):
        library.choose(np.random.default_rng(0), "שלום", "Hebr")


def test_a_missing_character_is_not_covered(library: FontLibrary) -> None:
    assert library.covers("anton", "Café")
    assert not library.covers("anton", "Щ")
    assert not library.covers("hind", "\u093f\u093f")


def test_only_fonts_that_cover_the_text_are_chosen(library: FontLibrary) -> None:
    rng = np.random.default_rng(0)
    chosen = {library.choose(rng, "Щёголь № 5", "Cyrl") for _ in range(100)}
    assert len(chosen) > 5
    assert all(library.covers(font, "Щёголь № 5") for font in chosen)


def test_a_style_of_font_can_be_asked_for(library: FontLibrary) -> None:
    rng = np.random.default_rng(0)
    chosen = {library.choose(rng, "Open", "Latn", styles=("serif", "slab")) for _ in range(30)}
    assert {library.fonts[name].style for name in chosen} == {"serif", "slab"}
    with pytest.raises(RenderError, match="no font draws 'Ouvert' in script Latn and style blackletter: add"):
        library.choose(rng, "Ouvert", "Latn", styles=("blackletter",))


def test_columns_get_fonts_with_column_glyphs(library: FontLibrary) -> None:
    rng = np.random.default_rng(0)
    assert all(library.face(library.choose(rng, "入口", "Jpan", vertical=True)).vertical for _ in range(5))


def test_order_of_files_changes_nothing(tmp_path: Path) -> None:
    first = FontLibrary.open((_folder(tmp_path / "a", NAMES),), shipped=False)
    second = FontLibrary.open((_folder(tmp_path / "b", NAMES[::-1]),), shipped=False)
    assert list(first.fonts) == list(second.fonts) == sorted(NAMES)
    hashes = [[font.sha256 for font in library.fonts.values()] for library in (first, second)]
    assert hashes[0] == hashes[1]
    picks = [
        [library.choose(np.random.default_rng(seed), "Open", "Latn") for seed in range(20)]
        for library in (first, second)
    ]
    assert picks[0] == picks[1]


def test_order_of_folders_changes_no_font(tmp_path: Path) -> None:
    one, two = _folder(tmp_path / "one", ("anton",)), tmp_path / "two"
    two.mkdir()
    shutil.copy(SHIPPED / "kalam.ttf", two / "anton.ttf")
    libraries = [FontLibrary.open(folders, shipped=False) for folders in ((one, two), (two, one))]
    assert [list(library.fonts) for library in libraries] == [list(libraries[0].fonts)] * 2
    assert [font.sha256 for font in libraries[0].fonts.values()] == [
        font.sha256 for font in libraries[1].fonts.values()
    ]
    assert len(libraries[0].fonts) == 2


def test_a_users_font_tells_its_scripts_and_licence_itself(tmp_path: Path) -> None:
    library = FontLibrary.open((_folder(tmp_path / "fonts", ("montserrat", "kalam")),), shipped=False)
    assert set(library.fonts["montserrat"].scripts) == {"Latn", "Cyrl"}
    assert set(library.fonts["kalam"].scripts) == {"Latn", "Deva"}
    assert library.source("kalam").license == "OFL-1.1"


def test_the_same_file_is_one_font(tmp_path: Path) -> None:
    library = FontLibrary.open((_folder(tmp_path / "fonts", ("anton",)),))
    assert list(library.fonts) == list(FontLibrary.open().fonts)


def test_a_damaged_font_is_skipped_and_named(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = _folder(tmp_path / "fonts", ("anton",))
    (folder / "broken.ttf").write_bytes((SHIPPED / "kalam.ttf").read_bytes()[:3000])
    (folder / "text.otf").write_text("not a font")
    library = FontLibrary.open((folder,), shipped=False)
    assert list(library.fonts) == ["anton"]
    assert [skip.path.name for skip in library.skipped] == ["broken.ttf", "text.otf"]
    assert "broken.ttf" in caplog.text
    assert "2 font files were skipped" in caplog.text


def test_a_folder_without_usable_fonts_is_one_clear_line(tmp_path: Path) -> None:
    empty, damaged = tmp_path / "empty", tmp_path / "damaged"
    empty.mkdir()
    damaged.mkdir()
    (damaged / "a.ttf").write_bytes(b"")
    for folder, said in ((empty, "holds no fonts"), (damaged, "can be used"), (tmp_path / "none", "is not a folder")):
        with pytest.raises(ConfigError, match=said) as caught:
            FontLibrary.open((folder,))
        assert "\n" not in str(caught.value)


def test_only_the_fonts_that_are_named_are_used() -> None:
    library = FontLibrary.open(only=("kalam", "anton"))
    assert list(library.fonts) == ["anton", "kalam"]
    with pytest.raises(ConfigError, match=r"only_fonts names antom, which none of the \d+ fonts is called"):
        FontLibrary.open(only=("antom",))


def test_an_unknown_font_is_an_error(library: FontLibrary) -> None:
    with pytest.raises(RenderError, match="no font 'nothing'"):
        library.face("nothing")


def test_a_side_car_card_overrides_the_file(tmp_path: Path) -> None:
    folder = _folder(tmp_path / "fonts", ("anton",))
    (folder / "fonts.toml").write_text('[big]\nfile = "anton.ttf"\nlicense = "MIT"\nstyle = "loud"\n')
    font = FontLibrary.open((folder,), shipped=False).fonts["big"]
    assert (font.license, font.style, font.scripts) == ("MIT", "loud", ("Latn",))
    (folder / "fonts.toml").write_text("[big\n")
    with pytest.raises(ConfigError, match=r"fonts\.toml"):
        FontLibrary.open((folder,), shipped=False)


@pytest.mark.parametrize("zero", ["\u0966", "\u0660", "\u06f0"], ids=["Deva", "Arab", "Persian"])
def test_no_shipped_font_draws_the_digits_of_a_script_as_latin_ones(zero: str) -> None:
    library = FontLibrary.open()
    for name in library.fonts:
        face = library.face(name)
        for digit in range(2, 10):
            own, latin = (face.hb.get_nominal_glyph(ord(start) + digit) for start in (zero, "0"))
            if own and latin:
                one, other = (p - p.min(axis=0) for p in (face.outline(own).points, face.outline(latin).points))
                assert one.shape != other.shape or np.abs(one - other).max() > 0.02, (name, digit)


CAPITALS = (
    "amatic-sc", "bangers", "bebas-neue", "bungee", "cinzel", "horror-drip", "permanent-marker", "rubik-mono-one",
    "silkscreen",
)  # fmt: skip


def test_fonts_of_capitals_are_known(library: FontLibrary) -> None:
    assert tuple(name for name in library.fonts if library.face(name).capitals) == CAPITALS


def test_fonts_that_say_nothing_are_asked_whether_they_draw_capitals_only(tmp_path: Path) -> None:
    names = ("bangers", "cinzel", "permanent-marker", "anton", "neon-lines", "amiri", "great-vibes")
    asked = FontLibrary.open((_folder(tmp_path / "fonts", names),), shipped=False)
    assert {name for name in names if asked.face(name).capitals} == {"bangers", "cinzel", "permanent-marker"}


def test_a_side_car_card_decides_on_capitals(tmp_path: Path) -> None:
    folder = _folder(tmp_path / "fonts", ("anton", "bangers"))
    card = '[a]\nfile = "anton.ttf"\ncapitals = true\n[b]\nfile = "bangers.ttf"\ncapitals = false\n'
    (folder / "fonts.toml").write_text(card)
    library = FontLibrary.open((folder,), shipped=False)
    assert (library.face("a").capitals, library.face("b").capitals) == (True, False)


def test_fonts_of_capitals_leave_letters_out_that_have_no_capital_of_their_own(library: FontLibrary) -> None:
    assert library.covers("bebas-neue", "STRASSE")
    assert library.covers("anton", "Straße")
    assert not library.covers("bebas-neue", "Straße")
