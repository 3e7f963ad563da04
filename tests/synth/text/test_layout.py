import unicodedata
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest

from sts.errors import RenderError
from synth.specs import TextSpec
from synth.text.fonts import FontLibrary
from synth.text.layout import set_text, shape_lines, wrap

SPECS: dict[str, tuple[str, str, str, str, dict[str, Any]]] = {
    "latin": ("Café Fjord\nAVATAR office", "en", "Latn", "eb-garamond", {}),
    "spaced and slanted": ("Final sale", "en", "Latn", "anton", {"tracking": 0.15, "slant": 0.2, "align": "end"}),
    "script arc": ("Summer Jazz\nFestival tonight", "en", "Latn", "bold-brush", {"curve": "arc", "bend": 1.2}),
    "arc downwards": ("Осторожно, окрашено", "ru", "Cyrl", "montserrat", {"curve": "arc", "bend": -1.0}),
    "slanted wave": ("Night of Lanterns", "en", "Latn", "high-contrast", {"curve": "wave", "bend": 0.3, "slant": 0.2}),
    "arabic": ("مهرجان الموسيقى\nرقم 123", "ar", "Arab", "amiri", {"align": "start"}),
    "arabic arc": ("مقهى Mocha رقم 12", "ar", "Arab", "cairo", {"curve": "arc", "bend": 0.8}),
    "devanagari": ("श्री कृष्ण वस्त्रालय", "hi", "Deva", "hind", {"curve": "wave", "bend": 0.2}),
    "chinese": ("营业时间：上午9点", "zh", "Hans", "noto-sans-sc", {"tracking": 0.1}),
    "columns": (
        "駐車場はこちら「入口」\n本日休業ラーメン12円Cafe",
        "ja",
        "Jpan",
        "zen-maru-gothic",
        {"vertical": True},
    ),
    "slanted columns": ("盛大开业（免费）\n欢迎光临", "zh", "Hans", "noto-sans-sc", {"vertical": True, "slant": 0.15}),
}


def _spec(name: str, **changes: Any) -> TextSpec:
    text, language, script, font, more = SPECS[name]
    spec = TextSpec(text=text, language=language, script=script, kind="sign", font=font, size=90.0)
    return replace(spec, **{**more, **changes})


@pytest.fixture(params=sorted(SPECS))
def spec(request: pytest.FixtureRequest) -> TextSpec:
    return _spec(request.param)


def _distance_outside(points: np.ndarray, polygon: np.ndarray) -> float:
    """Farthest point outside the polygon, px."""
    contour = polygon.astype(np.float32).reshape(-1, 1, 2)
    return max(-cv2.pointPolygonTest(contour, (float(x), float(y)), True) for x, y in points)


def _area(polygon: np.ndarray) -> float:
    x, y = polygon.T
    return 0.5 * float(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1)))


def test_ink_lies_in_its_word_the_word_in_its_line_the_line_in_the_paragraph(
    library: FontLibrary, spec: TextSpec
) -> None:
    layout = set_text(spec, library)
    for word in layout.words:
        assert _distance_outside(word.outline.points[::7], word.polygon) <= 1.5
        assert _distance_outside(word.polygon, layout.lines[word.line].polygon) <= 0.5
    for line in layout.lines:
        assert _distance_outside(line.polygon, layout.polygon) <= 0.5


def test_polygons_run_clockwise_and_enclose_something(library: FontLibrary, spec: TextSpec) -> None:
    layout = set_text(spec, library)
    polygons = [layout.polygon, *(line.polygon for line in layout.lines), *(word.polygon for word in layout.words)]
    polygons += [char.polygon for word in layout.words for char in word.chars]
    assert all(_area(polygon) > 0 for polygon in polygons)


def test_everything_lies_in_the_box_from_zero(library: FontLibrary, spec: TextSpec) -> None:
    layout = set_text(spec, library)
    points = np.concatenate([layout.polygon, *(word.outline.points for word in layout.words)])
    assert points.min() >= -1e-6
    assert np.all(points <= (layout.width + 1e-6, layout.height + 1e-6))


def test_words_give_the_lines_and_lines_the_text(library: FontLibrary, spec: TextSpec) -> None:
    layout = set_text(spec, library)
    glue = "" if spec.script in ("Hans", "Jpan") else " "
    assert [glue.join(layout.words[index].text for index in line.words) for line in layout.lines] == spec.text.split(
        "\n"
    )
    assert layout.text == spec.text
    assert all("".join(char.text for char in word.chars) == word.text for word in layout.words)


def test_transcripts_are_nfc(library: FontLibrary) -> None:
    layout = set_text(_spec("latin", text="Cafe\u0301  noir"), library)
    assert layout.text == "Café noir"
    assert all(unicodedata.is_normalized("NFC", word.text) for word in layout.words)


@pytest.mark.parametrize("font", ["bebas-neue", "cinzel"])
def test_transcripts_are_in_capitals_where_the_font_has_no_others(library: FontLibrary, font: str) -> None:
    layout = set_text(_spec("latin", text="Café for 2\nopen", font=font), library)
    assert layout.text == "CAFÉ FOR 2\nOPEN"
    assert [line.text for line in layout.lines] == ["CAFÉ FOR 2", "OPEN"]
    assert [word.text for word in layout.words] == ["CAFÉ", "FOR", "2", "OPEN"]
    assert ["".join(char.text for char in word.chars) for word in layout.words] == ["CAFÉ", "FOR", "2", "OPEN"]


def test_small_capitals_stay_smaller_than_capitals(library: FontLibrary) -> None:
    layout = set_text(_spec("latin", text="Xx", font="cinzel"), library)
    large, small = (np.ptp(char.polygon[:, 1]) for char in layout.words[0].chars)
    assert small < 0.9 * large


def test_size_scales_everything(library: FontLibrary, spec: TextSpec) -> None:
    small = set_text(spec, library)
    large = set_text(replace(spec, size=2 * spec.size), library)
    assert np.allclose(large.words[-1].outline.points, 2 * small.words[-1].outline.points)
    assert large.width == pytest.approx(2 * small.width)


def test_the_first_arabic_word_stands_on_the_right(library: FontLibrary) -> None:
    layout = set_text(_spec("arabic", text="رقم 123"), library)
    left = [word.polygon[:, 0].min() for word in layout.words]
    assert left[0] > left[1]
    digits = [char.polygon[0, 0] for char in layout.words[1].chars]
    assert digits == sorted(digits)


def test_start_is_right_for_arabic_and_left_for_latin(library: FontLibrary) -> None:
    for name, side in (("arabic", 2), ("latin", 0)):
        layout = set_text(_spec(name, align="start"), library)
        edges = [line.polygon[:, 0].max() if side else line.polygon[:, 0].min() for line in layout.lines]
        assert abs(edges[0] - edges[1]) < 0.15 * 90


def test_columns_run_down_and_to_the_left(library: FontLibrary) -> None:
    layout = set_text(_spec("columns"), library)
    first = [word.polygon[:, 1].min() for word in layout.words if word.line == 0]
    assert first == sorted(first)
    assert layout.lines[1].polygon[:, 0].max() <= layout.lines[0].polygon[:, 0].min()
    assert layout.height > 2 * layout.width


def test_brackets_turn_in_columns(library: FontLibrary) -> None:
    face = library.face("zen-maru-gothic")
    row, column = (
        set_text(_spec("columns", text="「入口」", vertical=vertical), library).words[0].chars[0].polygon
        for vertical in (False, True)
    )
    (row_width, row_height), (width, height) = np.ptp(row, axis=0), np.ptp(column, axis=0)
    assert face.vertical
    assert (row_width < row_height) != (width < height)


def test_a_font_without_column_glyphs_refuses_columns(library: FontLibrary) -> None:
    with pytest.raises(RenderError, match="has no glyphs for columns"):
        set_text(_spec("latin", vertical=True), library)


def test_an_arc_bends_up_at_the_middle(library: FontLibrary) -> None:
    layout = set_text(_spec("script arc", text="Summer Festival"), library)
    top = layout.polygon[:7, 1]
    assert top[3] < top[0] - 30
    assert top[3] < top[6] - 30


def test_a_bent_straight_stroke_follows_the_curve(library: FontLibrary) -> None:
    flat = set_text(_spec("latin", text="—", font="anton", curve="none"), library).words[0].outline
    bent = set_text(_spec("latin", text="—", font="anton", curve="arc", bend=0.8), library).words[0].outline
    assert len(bent.points) > len(flat.points)
    assert np.ptp(bent.points[:, 1]) > np.ptp(flat.points[:, 1]) + 2


@pytest.mark.parametrize(("curve", "bend"), [("arc", 6.2), ("arc", 5.0), ("wave", 3.0)])
def test_a_curve_that_folds_is_an_error(library: FontLibrary, curve: str, bend: float) -> None:
    with pytest.raises(RenderError, match="too tight"):
        set_text(_spec("latin", text="A\nB\nC\nD", curve=curve, bend=bend), library)


def test_nothing_to_set_is_an_error(library: FontLibrary) -> None:
    with pytest.raises(RenderError, match="nothing to set"):
        set_text(_spec("latin", text=" \n "), library)


def test_wrapping_gives_even_lines_no_wider_than_asked(library: FontLibrary) -> None:
    spec = _spec("latin", text="Please do not feed the ducks on this side of the pond", font="montserrat")
    whole = set_text(spec, library).width
    for lines in (2, 3, 4):
        text = wrap(spec, library, 1.15 * whole / lines)
        layout = set_text(_spec("latin", text=text, font="montserrat"), library)
        widths = [np.ptp(line.polygon[:, 0]) for line in layout.lines]
        assert text.replace("\n", " ") == spec.text
        assert max(widths) <= 1.15 * whole / lines + 1e-6
        assert min(widths) > 0.55 * max(widths)
        assert len(widths) in (lines, lines + 1)


def test_wrapping_japanese_never_starts_a_line_with_punctuation(library: FontLibrary) -> None:
    spec = _spec("columns", text="工事中につき、ご迷惑をおかけします。", vertical=False)
    text = wrap(spec, library, 4 * spec.size)
    assert text.replace("\n", "") == spec.text
    assert len(text.split("\n")) > 2
    assert all(line[0] not in "、。" for line in text.split("\n"))


def test_a_word_wider_than_the_line_stands_alone(library: FontLibrary) -> None:
    assert wrap(_spec("latin", text="an extraordinarily long"), library, 100.0) == "an\nextraordinarily\nlong"


def test_a_line_is_shaped_once(library: FontLibrary) -> None:
    spec = _spec("latin", text="Fresh Coffee Daily", font="pacifico")
    ((_, first),), ((_, again),) = shape_lines(spec, library), shape_lines(spec, library)
    assert first is again
