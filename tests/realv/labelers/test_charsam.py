"""Words become strokes: with given words, with a finder, and with segmenters that answer well or badly."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from realv.labelers.charsam import CharSam
from sts import masks
from sts.errors import ConfigError, DataError, PluginError
from sts.protocols import Labeler, Prompt
from sts.types import Clip, Frame, Origin, TextInstance
from tests.realv.labelers.doubles import PICTURE, POLYGON, STROKES, Asked, Lit
from tests.realv.labelers.drawn import iou

HERE = "tests.realv.labelers.doubles"
GIVEN = TextInstance(track_id=9, level="word", polygon=POLYGON, source="human", text="Bakery", legible=True)


def clip(*instances: TextInstance, labelled: bool = True) -> Clip:
    height, width = STROKES.shape
    frame = Frame(index=0, time_s=0.0, labelled=labelled, instances=instances)
    origin = Origin(kind="real", uri="", license="CC0-1.0")
    return Clip(
        clip_id="a", fps=Fraction(1), height=height, width=width, frames=(frame,), origin=origin, video=PICTURE[None]
    )


def asked(**options: Any) -> tuple[TextInstance, list[list[Prompt]]]:
    Asked.calls.clear()
    labeler = CharSam(words="", segmenter={"class": f"{HERE}:Asked", "fooled": options.pop("fooled", False)}, **options)
    return labeler.label(clip(GIVEN)).frames[0].instances[0], Asked.calls


def test_found_words_have_strokes_text_script_and_score() -> None:
    labeler = CharSam(words={"class": f"{HERE}:Finder"})
    assert isinstance(labeler, Labeler)
    (frame,) = labeler.label(clip(labelled=False)).frames
    (one,) = frame.instances
    assert one.mask is not None
    assert iou(masks.decode(one.mask), STROKES) > 0.95
    assert (frame.labelled, one.level, one.text, one.script, one.source) == (
        True,
        "word",
        "Bakery",
        "Latn",
        "predicted",
    )
    assert one.score is not None and 0.3 < one.score <= 1


def test_a_finder_that_shows_where_characters_are_is_asked_for_that_once_a_picture() -> None:
    Lit.seen = 0
    (frame,) = CharSam(words={"class": f"{HERE}:Lit"}).label(clip()).frames
    assert (Lit.seen, len(frame.instances)) == (1, 1)


def test_given_words_keep_their_number_polygon_and_text() -> None:
    line = replace(GIVEN, track_id=3, level="line", text=None)
    truth = replace(GIVEN, track_id=4, level="text", mask=masks.encode(STROKES))
    found = CharSam(words="").label(clip(GIVEN, line, truth)).frames[0].instances
    assert [(one.track_id, one.level) for one in found] == [(9, "word"), (3, "line")]
    assert (found[0].polygon, found[0].text, found[0].source) == (POLYGON, "Bakery", "predicted")
    assert found[0].mask is not None and found[1].mask is None


def test_a_frame_that_nobody_looked_at_has_no_words_to_take() -> None:
    (frame,) = CharSam(words="").label(clip(labelled=False)).frames
    assert not frame.labelled


def test_a_frame_without_text_is_labelled_and_nothing_is_asked() -> None:
    Asked.calls.clear()
    labeler = CharSam(words={"class": f"{HERE}:Nothing"}, segmenter={"class": f"{HERE}:Asked"})
    (frame,) = labeler.label(clip(labelled=False)).frames
    assert (frame.labelled, frame.instances, Asked.calls) == (True, (), [])


def test_a_word_is_asked_by_its_place_and_the_points_of_all_its_characters() -> None:
    one, ((prompt,), *_) = asked(ask="word")
    assert len(prompt.points) == len(prompt.positive) >= 6 * 4
    assert prompt.mask is not None and masks.area(prompt.mask) > 2 * STROKES.sum()
    on, off = (
        [STROKES[int(y), int(x)] for (x, y), sign in zip(prompt.points, prompt.positive, strict=True) if sign == wanted]
        for wanted in (True, False)
    )
    assert np.mean(on) > 0.75 > 0.25 > np.mean(off)
    assert one.mask is not None and iou(masks.decode(one.mask), STROKES) > 0.97


def test_characters_are_asked_by_box_points_and_glyph_and_joined() -> None:
    one, (prompts, *_) = asked(ask="char")
    assert len({prompt.track_id for prompt in prompts}) == len(prompts) == 6
    assert [prompt.box[0] for prompt in prompts if prompt.box] == sorted(
        prompt.box[0] for prompt in prompts if prompt.box
    )
    assert all(prompt.mask and prompt.points for prompt in prompts)
    assert one.mask is not None and iou(masks.decode(one.mask), STROKES) > 0.6


def test_a_box_is_asked_alone() -> None:
    _, calls = asked(ask="box")
    ((prompt,),) = calls
    assert (prompt.mask, prompt.points) == (None, ())


def test_nothing_outside_of_the_picture_is_asked() -> None:
    off = replace(GIVEN, polygon=tuple((x - 1000, y) for x, y in POLYGON))
    half = replace(GIVEN, polygon=tuple((x - POLYGON[0][0] - 20, y) for x, y in POLYGON), track_id=10)
    Asked.calls.clear()
    labeler = CharSam(words="", segmenter={"class": f"{HERE}:Asked"})
    (frame,) = labeler.label(clip(off, half)).frames
    ((prompt, *others), *_) = Asked.calls
    assert not others and all(x >= 0 for x, _ in prompt.points)
    assert len(prompt.points) == len(prompt.positive)
    assert [one.mask is None for one in frame.instances] == [True, False]


def test_an_answer_unlike_the_glyphs_is_made_anew_without_points() -> None:
    one, (first, second) = asked(ask="word", fooled=True)
    assert first[0].points and not second[0].points
    assert one.mask is not None and iou(masks.decode(one.mask), STROKES) > 0.97


def test_the_score_is_agreement_with_the_glyphs_times_the_segmenters() -> None:
    right, _ = asked(ask="word")
    Asked.calls.clear()
    labeler = CharSam(words="", segmenter={"class": f"{HERE}:Asked"})
    wrong = labeler.label(clip(replace(GIVEN, text="IIIIIIIIIIII"))).frames[0].instances[0]
    unread = labeler.label(clip(replace(GIVEN, text=None, score=0.5))).frames[0].instances[0]
    assert right.score is not None and wrong.score is not None
    assert right.score > wrong.score
    assert unread.score == pytest.approx(0.8 * 0.3 * 0.5)


def test_what_cannot_be_used_is_one_line() -> None:
    with pytest.raises(PluginError, match="no such module"):
        CharSam(words={"class": "realv.nothing:Finder"})
    with pytest.raises(ConfigError, match='segmenter = ""'):
        CharSam(words="", segmenter="")
    with pytest.raises(DataError, match="clip a has no pictures"):
        CharSam(words="").label(replace(clip(), video=None))
