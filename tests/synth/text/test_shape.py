from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import uharfbuzz as hb
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from PIL import Image, ImageDraw, ImageFont, features
from shapely import make_valid, union_all
from shapely.geometry import Polygon

from sts.errors import RenderError
from synth.raster.outline import Outline, joined
from synth.text.face import Face
from synth.text.fonts import FontLibrary
from synth.text.glyphs import split_long
from synth.text.place import Setting, place
from synth.text.shape import shape_line

SAMPLES = (
    ("Affine AVATAR", "en", "Latn", "eb-garamond"),
    ("Brasserie", "fr", "Latn", "pacifico"),
    ("Щёголь", "ru", "Cyrl", "bold-brush"),
    ("رقم 123 مهرجان", "ar", "Arab", "amiri"),
    ("مقهى Mocha", "ar", "Arab", "cairo"),
    ("क्षेत्र विद्यार्थी", "hi", "Deva", "kalam"),
    ("营业时间：9点", "zh", "Hans", "noto-sans-sc"),
    ("ラーメン「入口」", "ja", "Jpan", "zen-maru-gothic"),
)


def _setting(text: str, language: str, script: str, tracking: float = 0.0) -> Setting:
    return Setting(text=text, language=language, script=script, tracking=tracking)


def _area(outline: Outline) -> float:
    return abs(sum(_signed(part) for part in np.split(outline.points, outline.ends[:-1])))


def _signed(points: np.ndarray) -> float:
    x, y = points.T
    return 0.5 * float(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1)))


def _crop(image: np.ndarray) -> np.ndarray:
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    return image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _iou(first: np.ndarray, second: np.ndarray) -> float:
    """Best over shifts of a pixel or two, since the other shaper rounds positions to whole pixels."""
    height, width = np.maximum(first.shape, second.shape) + 8
    fixed = np.zeros((height, width), bool)
    fixed[4 : 4 + first.shape[0], 4 : 4 + first.shape[1]] = first
    scores = []
    for y in range(2, 7):
        for x in range(2, 7):
            moving = np.zeros_like(fixed)
            moving[y : y + second.shape[0], x : x + second.shape[1]] = second
            scores.append((fixed & moving).sum() / (fixed | moving).sum())
    return max(scores)


@pytest.mark.parametrize(("text", "language", "script", "font"), SAMPLES)
def test_an_independent_shaper_and_rasteriser_draw_the_same(
    library: FontLibrary,
    raster: Callable[[Outline, int, int], np.ndarray],
    text: str,
    language: str,
    script: str,
    font: str,
) -> None:
    assert features.check("raqm")
    size = 320
    drawn = ImageFont.truetype(str(library.fonts[font].path), size, layout_engine=ImageFont.Layout.RAQM)
    image = Image.new("L", (size * len(text) + 400, 3 * size))
    direction = "rtl" if script == "Arab" else "ltr"
    ImageDraw.Draw(image).text((200, size), text, 255, drawn, direction=direction, language=language)
    outline = joined([word.outline for word in shape_line(library.face(font), _setting(text, language, script)).words])
    ours = outline.mapped(lambda points: (points - outline.points.min(axis=0)) * size + 2)
    width, height = (np.ceil(ours.points.max(axis=0)) + 2).astype(int).tolist()
    assert _iou(_crop(np.array(image) >= 128), _crop(raster(ours, width, height))) >= 0.95


@pytest.mark.parametrize(("text", "language", "script", "font"), SAMPLES)
def test_no_missing_glyph_is_ever_placed(
    library: FontLibrary, text: str, language: str, script: str, font: str
) -> None:
    glyphs, _ = place(library.face(font), _setting(text, language, script))
    assert all(glyph.glyph != 0 for glyph in glyphs)


def test_devanagari_conjuncts_are_the_glyphs_harfbuzz_makes(library: FontLibrary) -> None:
    face, text = library.face("hind"), "क्षेत्र"
    buffer = hb.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    hb.shape(face.hb, buffer)
    glyphs, _ = place(face, _setting(text, "hi", "Deva"))
    assert [glyph.glyph for glyph in glyphs] == [info.codepoint for info in buffer.glyph_infos]
    assert len(glyphs) < len(text)


def test_arabic_letters_run_from_right_to_left_and_digits_from_left_to_right(library: FontLibrary) -> None:
    glyphs, _ = place(library.face("amiri"), _setting("رقم 123", "ar", "Arab"))
    x = {glyph.cluster: glyph.x for glyph in glyphs}
    assert x[4] < x[5] < x[6] < x[2] < x[1] < x[0]


def test_a_missing_character_is_an_error_that_names_it_and_the_font(library: FontLibrary) -> None:
    with pytest.raises(RenderError, match=r"anton cannot draw 'Щ' \(U\+0429\)"):
        shape_line(library.face("anton"), _setting("Щ", "ru", "Cyrl"))


def test_a_broken_syllable_is_an_error_and_not_a_dotted_circle(library: FontLibrary) -> None:
    with pytest.raises(RenderError, match="hind cannot draw"):
        shape_line(library.face("hind"), _setting("\u093f\u093f", "hi", "Deva"))


def test_kerning_moves_letters_closer(library: FontLibrary) -> None:
    face = library.face("eb-garamond")
    pair = place(face, _setting("AV", "en", "Latn"))[1]
    apart = sum(place(face, _setting(letter, "en", "Latn"))[1] for letter in "AV")
    assert pair < apart


def test_spaced_letters_make_no_ligature_and_joined_letters_are_not_spaced(library: FontLibrary) -> None:
    face, arabic = library.face("eb-garamond"), library.face("amiri")
    assert len(place(face, _setting("fi", "en", "Latn", tracking=0.2))[0]) == 2
    assert place(arabic, _setting("مقهى", "ar", "Arab", tracking=0.2)) == place(arabic, _setting("مقهى", "ar", "Arab"))


def test_letters_of_a_ligature_share_its_box_in_reading_order(library: FontLibrary) -> None:
    word = shape_line(library.face("amiri"), _setting("سلام", "ar", "Arab")).words[0]
    assert [text for text, _ in word.chars] == list("سلام")
    left = [box[0] for _, box in word.chars]
    assert left == sorted(left, reverse=True)


@pytest.mark.parametrize(("text", "language", "script", "font"), SAMPLES)
def test_a_word_is_one_shape_without_self_overlap(
    library: FontLibrary, text: str, language: str, script: str, font: str
) -> None:
    for word in shape_line(library.face(font), _setting(text, language, script)).words:
        rings = [Polygon(part) for part in np.split(word.outline.points, word.outline.ends[:-1])]
        signed = sum((1 if ring.exterior.is_ccw else -1) * ring.area for ring in rings)
        outer = [ring for ring in rings if ring.exterior.is_ccw == (signed > 0)]
        assert sum(ring.area for ring in outer) == pytest.approx(union_all(list(map(make_valid, outer))).area, rel=1e-3)


def test_overlapping_contours_of_a_variable_font_become_one(tmp_path: Path) -> None:
    face = Face(_plus_font(tmp_path), "plus")
    assert _area(face.outline(1)) == pytest.approx(5 / 9 * 0.36, rel=1e-6)


def test_chords_stay_close_to_the_curve(library: FontLibrary) -> None:
    outline = library.face("fredoka").outline(library.face("fredoka").hb.get_nominal_glyph(ord(".")))
    middle = outline.points.mean(axis=0)
    radius = np.hypot(*(outline.points - middle).T)
    between = (outline.points + np.roll(outline.points, 1, axis=0)) / 2
    sagitta = radius.max() - np.hypot(*(between - middle).T).min()
    assert sagitta < 0.01


def test_splitting_long_pieces_changes_no_shape(library: FontLibrary) -> None:
    outline = library.face("anton").outline(library.face("anton").hb.get_nominal_glyph(ord("H")))
    split = split_long(outline, 0.05)
    gaps = [np.hypot(*np.diff(part, axis=0).T).max() for part in np.split(split.points, split.ends[:-1])]
    assert max(gaps) <= 0.05 + 1e-9
    assert _area(split) == pytest.approx(_area(outline))


def _plus_font(folder: Path) -> Path:
    """A variable font whose one letter is a plus drawn as two rectangles that overlap."""
    pen = TTGlyphPen(None)
    for x0, y0, x1, y1 in ((200, 0, 400, 600), (0, 200, 600, 400)):
        pen.moveTo((x0, y0))
        for point in ((x0, y1), (x1, y1), (x1, y0)):
            pen.lineTo(point)
        pen.closePath()
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", "plus"])
    builder.setupCharacterMap({ord("+"): "plus"})
    builder.setupGlyf({".notdef": TTGlyphPen(None).glyph(), "plus": pen.glyph()})
    builder.setupHorizontalMetrics({".notdef": (500, 0), "plus": (600, 0)})
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Plus", "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    builder.setupFvar([("wght", 400, 400, 700, "Weight")], [])
    builder.setupGvar({"plus": []})
    path = folder / "plus.ttf"
    builder.save(path)
    return path
