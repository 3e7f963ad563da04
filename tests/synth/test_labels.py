"""Ids that last, masks that agree with the picture, flags for what cannot be read."""

from collections.abc import Callable

import numpy as np
import pytest

from sts import geometry, masks
from sts.types import Clip, Origin, TextInstance
from synth.checks import stored
from synth.scene import Drawing, render
from synth.specs import BlockSpec, Border, Degrade, Fill, Optics, Style
from synth.surfaces.surface import Patch

Draw = Callable[..., Drawing]
Block = Callable[..., BlockSpec]

ORIGIN = Origin(kind="synth", uri="test", license="CC0-1.0")


def clip(drawing: Drawing, damage: Degrade | None = None) -> Clip:
    return render(drawing, damage or Degrade(), "clip", ORIGIN)


def words(made: Clip, frame: int = 0) -> list[TextInstance]:
    return [one for one in made.frames[frame].instances if one.level == "word"]


def test_every_level_is_there_and_ids_are_dense_and_last(draw: Draw, make_block: Block) -> None:
    made = clip(draw(make_block("Open now\ntoday"), make_block("far", x=500.0), shift=2.0))
    ids = [[one.track_id for one in frame.instances] for frame in made.frames]
    assert all(frame == ids[0] for frame in ids)
    assert sorted(ids[0]) == list(range(1, len(ids[0]) + 1))
    levels = [one.level for one in made.frames[0].instances]
    assert {level: levels.count(level) for level in set(levels)} == {"paragraph": 2, "line": 3, "word": 4, "char": 15}
    assert list(stored(made)) == []


def test_a_word_outside_the_frame_keeps_its_id_with_an_empty_mask(draw: Draw, make_block: Block) -> None:
    (word,) = words(clip(draw(make_block("far", x=500.0))))
    assert word.mask is not None and masks.area(word.mask) == 0
    assert word.ignore and not word.legible
    assert geometry.box(word.polygon)[0] > 320


def test_a_hidden_word_keeps_its_whole_strokes(draw: Draw) -> None:
    wall = Patch(left=0, top=0, pixels=np.full((180, 320), 255, np.uint8))
    made = clip(draw(occlusion=(None, wall, None, None, None)))
    shown, hidden, again = (words(made, frame)[0] for frame in (0, 1, 2))
    assert hidden.mask is not None and masks.area(hidden.mask) == 0 and hidden.ignore
    assert hidden.amodal_mask == shown.mask == again.mask
    assert hidden.track_id == shown.track_id == again.track_id and not again.ignore


def test_the_mask_has_the_area_of_the_coverage_within_three_percent(draw: Draw, make_block: Block) -> None:
    drawn = draw(make_block("Harbour 27", size=48.0))
    for _, coverage in drawn.frames():
        for word in coverage.words[0]:
            assert word.fill is not None
            area = word.fill.alpha.sum() / 255
            assert abs((word.fill.alpha >= 128).sum() / area - 1) < 0.03


def test_outline_and_shadow_are_effect_and_never_text(draw: Draw, make_block: Block) -> None:
    plain = Style(fill=Fill(kind="solid", colours=((250, 250, 245),)))
    edged = Style(fill=plain.fill, border=Border(width=0.08, colour=(0, 0, 0)))
    bare, outlined = words(clip(draw(make_block(style=plain)))), words(clip(draw(make_block(style=edged))))
    for one, other in zip(bare, outlined, strict=True):
        assert one.mask == other.mask and one.effect_mask is None
        assert other.effect_mask is not None and other.mask is not None
        assert masks.area(other.effect_mask) > 0
        assert masks.intersection_area(other.effect_mask, other.mask) == 0


def test_a_stroke_seen_through_the_effect_of_another_word_stays_a_stroke(draw: Draw, make_block: Block) -> None:
    white, edge = Fill(kind="solid", colours=((250, 250, 245),)), Border(width=0.1, colour=(0, 0, 0))
    caption = make_block("over it", style=Style(fill=white, border=edge), y=100.0, first=1, last=4, fade=3)
    drawing = draw(make_block("Harbour", size=60.0), caption)
    fading = words(clip(drawing), 1)
    effects = [one.effect_mask for one in fading if one.effect_mask is not None]
    strokes = masks.union([one.mask for one in fading if one.mask is not None])
    assert drawing.blocks[1].opacity(1) < 0.5
    assert len(effects) == 2 and all(masks.area(effect) for effect in effects)
    assert all(masks.intersection_area(effect, strokes) == 0 for effect in effects)


def test_damage_to_the_picture_changes_no_label(draw: Draw) -> None:
    damage = Degrade(noise=6.0, gamma=1.3, vignette=0.4, sharpen=0.5, jpeg=40, seed=4)
    clean, damaged = clip(draw(shift=1.0)), clip(draw(shift=1.0), damage)
    assert clean.frames == damaged.frames
    assert clean.video is not None and damaged.video is not None
    assert not np.array_equal(clean.video, damaged.video)


@pytest.mark.parametrize(
    ("change", "why"),
    [({"size": 7.0}, "too small"), ({"style": Style(fill=Fill(kind="solid", colours=((82, 80, 79),)))}, "no contrast")],
)
def test_what_cannot_be_read_is_kept_and_ignored(
    draw: Draw, make_block: Block, change: dict[str, object], why: str
) -> None:
    for word in words(clip(draw(make_block(**change)))):
        assert not word.legible and word.ignore, why
        assert word.amodal_mask is not None and masks.area(word.amodal_mask) > 0


def test_a_word_with_only_its_edge_in_the_frame_is_not_legible(draw: Draw, make_block: Block) -> None:
    inside, outside = (words(clip(draw(make_block("Wide", x=x))))[0] for x in (290.0, 330.0))
    assert inside.legible and not outside.legible
    assert outside.mask is not None and masks.area(outside.mask) > 0


def test_strokes_that_the_threshold_eats_are_not_legible(draw: Draw, make_block: Block) -> None:
    sharp = words(clip(draw(make_block("IllIll", size=13.0))))[0]
    soft = words(clip(draw(make_block("IllIll", size=13.0), optics=Optics(defocus=2.0))))[0]
    assert sharp.legible and not soft.legible


def test_legible_text_is_not_ignored(draw: Draw) -> None:
    assert all(word.legible and not word.ignore for word in words(clip(draw())))


def test_transcripts_go_with_their_level(draw: Draw, make_block: Block) -> None:
    texts = {one.level: one.text for one in clip(draw(make_block("Open\nnow"))).frames[0].instances}
    assert (
        texts["paragraph"] == "Open\nnow" and texts["line"] == "now" and texts["word"] == "now" and texts["char"] == "w"
    )


def test_a_blurred_word_has_the_mask_of_its_blurred_coverage(draw: Draw) -> None:
    soft = draw(optics=Optics(defocus=1.5))
    first = next(iter(soft.frames()))[1].words[0][0].fill
    assert first is not None
    (word, *_) = words(clip(draw(optics=Optics(defocus=1.5))))
    assert word.mask is not None and masks.area(word.mask) == int((first.alpha >= 128).sum())
