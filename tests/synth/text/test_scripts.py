import unicodedata

from synth.text.scripts import clean_lines, graphemes, main_script, visual_runs


def _visual(line: str, script: str) -> list[str]:
    parts = (line[run.start : run.end].strip() for run in visual_runs(line, script))
    return [part for part in parts if part]


def test_digits_inside_arabic_stand_left_of_the_word_before_them_and_run_to_the_right() -> None:
    runs = visual_runs("رقم 123", "Arab")
    assert [(run.start, run.rtl) for run in runs] == [(4, False), (0, True)]


def test_latin_inside_hebrew_keeps_its_own_direction() -> None:
    assert _visual("שלום ABC 12 עולם", "Hebr") == ["עולם", "ABC 12", "שלום"]


def test_hebrew_inside_latin_keeps_its_own_direction() -> None:
    assert _visual("Hotel שלום open", "Latn") == ["Hotel", "שלום", "open"]


def test_neutral_characters_take_the_script_before_them() -> None:
    assert [run.script for run in visual_runs("«Кафе» 24", "Cyrl")] == ["Cyrl"]


def test_devanagari_syllables_and_marks_are_one_grapheme() -> None:
    cells = ["क्षे", "त्र", "की"]
    text = "".join(cells)
    assert [text[start:end] for start, end in graphemes(text)] == cells


def test_lines_are_nfc_with_single_spaces() -> None:
    lines = clean_lines("  Cafe\u0301   noir \n\n\tO\u0308l ")
    assert lines == ["Café noir", "Öl"]
    assert all(unicodedata.is_normalized("NFC", line) for line in lines)


def test_a_word_has_the_script_of_its_letters() -> None:
    assert [main_script(word, "Arab") for word in ("رقم", "Mocha", "123")] == ["Arab", "Latn", "Arab"]
    assert main_script("営業", "Jpan") == "Jpan"
