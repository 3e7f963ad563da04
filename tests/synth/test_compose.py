"""Image and mask are one computation: what the coverage does not touch stays, what hides text cuts its mask."""

from collections.abc import Callable

import numpy as np
import pytest

from synth.checks import support
from synth.compose import FrameCoverage
from synth.labels import CORE
from synth.scene import Drawing
from synth.specs import BlockSpec, Board, Border, Emboss, Extrusion, Fill, Optics, Shadow, Style, Wear
from synth.surfaces.surface import Light, Patch

Draw = Callable[..., Drawing]
Block = Callable[..., BlockSpec]

PLAIN = Fill(kind="solid", colours=((250, 250, 245),))
RICH = Style(
    fill=Fill(kind="texture", colours=((250, 240, 90), (200, 60, 20)), seed=3),
    border=Border(width=0.06, colour=(10, 10, 10)),
    shadow=Shadow(dx=0.1, dy=0.1, blur=0.05, colour=(0, 0, 0), opacity=0.6),
    extrusion=Extrusion(dx=0.05, dy=0.08, colour=(60, 10, 10)),
    emboss=Emboss(angle=2.0, width=0.05, strength=0.7),
    board=Board(colour=(20, 60, 140), margin=0.3, radius=0.1, rim=(240, 240, 240), opacity=0.9),
    wear=Wear(amount=0.15, scale=0.3, seed=5),
)


def frames(drawing: Drawing) -> list[tuple[np.ndarray, FrameCoverage]]:
    return list(drawing.frames())


def bases(drawing: Drawing) -> np.ndarray:
    """The pictures before anything is drawn."""
    return drawing.scene.video.copy()


def stroke_area(coverage: FrameCoverage, block: int = 0) -> int:
    return sum(int((word.fill.alpha >= CORE).sum()) for word in coverage.words[block] if word.fill is not None)


@pytest.mark.parametrize("style", [Style(fill=PLAIN), RICH], ids=["plain", "rich"])
@pytest.mark.parametrize("shift", [0.0, 3.3])
def test_nothing_changes_where_no_layer_has_coverage(draw: Draw, make_block: Block, style: Style, shift: float) -> None:
    drawn = draw(make_block(style=style), shift=shift, optics=Optics(defocus=0.8, shutter=0.5, grain=3.0))
    for base, (picture, coverage) in zip(bases(drawn), frames(drawn), strict=True):
        outside = support(coverage, base.shape[:2]) == 0
        assert np.array_equal(picture[outside], base[outside])
        assert (picture[~outside] != base[~outside]).any()


def test_the_core_of_plain_text_has_its_colour(draw: Draw) -> None:
    picture, coverage = frames(draw())[0]
    fill = coverage.words[0][0].fill
    assert fill is not None
    assert (picture[fill.roi.slices][fill.alpha == 255] == (250, 250, 245)).all()


def test_what_stands_in_front_cuts_picture_and_mask_and_the_text_returns(draw: Draw) -> None:
    card = Patch(left=100, top=0, pixels=np.full((180, 60), 255, np.uint8))
    drawn = draw(occlusion=(None, card, None, None, None))
    before, shown = bases(drawn), frames(drawn)
    base, (picture, coverage) = before[1], shown[1]
    assert np.array_equal(picture[:, 100:160], base[:, 100:160])
    assert 0 < stroke_area(coverage) < stroke_area(shown[0][1])
    assert stroke_area(shown[2][1]) == stroke_area(shown[0][1])
    for word in coverage.words[0]:
        assert word.fill is not None
        columns = np.nonzero((word.fill.alpha >= CORE).any(axis=0))[0] + word.fill.roi.left
        assert not ((columns >= 100) & (columns < 160)).any()
        assert int((word.fill.whole >= CORE).sum()) > 0


def test_a_later_block_hides_an_earlier_one(draw: Draw, make_block: Block) -> None:
    below, above = make_block("Below it"), make_block("OVER", size=60.0)
    alone = stroke_area(frames(draw(below))[0][1])
    coverage = frames(draw(below, above))[0][1]
    assert stroke_area(coverage, 0) < alone
    total = np.zeros((180, 320), int)
    for words in coverage.words:
        for word in words:
            assert word.fill is not None
            total[word.fill.roi.slices] += word.fill.alpha >= CORE
    assert total.max() == 1


def test_a_shadow_cuts_no_text(draw: Draw, make_block: Block) -> None:
    dark = Style(fill=PLAIN, shadow=Shadow(dx=0.0, dy=0.0, blur=0.3, colour=(0, 0, 0), opacity=1.0))
    below = make_block("Below it", y=70.0)
    alone = stroke_area(frames(draw(below))[0][1])
    assert stroke_area(frames(draw(below, make_block("near", y=100.0, style=dark)))[0][1], 0) >= 0.97 * alone


def test_an_open_shutter_without_motion_gives_the_same_bytes(draw: Draw) -> None:
    sharp, blurred = frames(draw())[2], frames(draw(optics=Optics(shutter=0.5)))[2]
    assert np.array_equal(sharp[0], blurred[0])


def test_motion_blur_keeps_the_mask_within_the_swept_strokes(draw: Draw) -> None:
    shift, shutter = 6.0, 0.5
    picture, coverage = frames(draw(shift=shift, optics=Optics(shutter=shutter)))[2]
    assert not np.array_equal(picture, frames(draw(shift=shift))[2][0])
    swept = np.zeros(picture.shape[:2], bool)
    for part in np.linspace(-shutter / 2, shutter / 2, 15):
        sharp = frames(draw(shift=shift * (2 + part) / 2))[2][1]
        for word in sharp.words[0]:
            assert word.fill is not None
            swept[word.fill.roi.slices] |= word.fill.alpha > 0
    for word in coverage.words[0]:
        assert word.fill is not None
        assert not (word.fill.alpha >= CORE)[~swept[word.fill.roi.slices]].any()


def test_light_changes_the_colour_and_not_the_mask(draw: Draw) -> None:
    dim = tuple(Light(gain=np.full((4, 6, 3), 0.5, np.float32)) for _ in range(5))
    bright, dark = frames(draw())[0], frames(draw(light=dim))[0]
    assert stroke_area(bright[1]) == stroke_area(dark[1])
    fill = dark[1].words[0][0].fill
    assert fill is not None
    core = dark[0][fill.roi.slices][fill.alpha == 255]
    assert np.abs(core.astype(int) - (125, 125, 122)).max() <= 1


def test_text_that_leaves_the_frame_is_cut_and_not_wrapped(draw: Draw, make_block: Block) -> None:
    drawn = draw(make_block(x=310.0))
    base = bases(drawn)[0]
    picture, coverage = frames(drawn)[0]
    assert np.array_equal(picture[:, :200], base[:, :200])
    assert any(word.fill is None or word.fill.roi.left + word.fill.roi.width == 320 for word in coverage.words[0])


def test_a_block_fades_in_and_is_gone_before_its_first_frame(draw: Draw, make_block: Block) -> None:
    drawn = draw(make_block(first=1, fade=2))
    base, shown = bases(drawn)[0], frames(drawn)
    assert np.array_equal(shown[0][0], base)
    assert drawn.blocks[0].opacity(1) == pytest.approx(1 / 3)
    assert stroke_area(shown[1][1]) == stroke_area(shown[4][1])


def test_worn_paint_is_missing_from_the_mask(draw: Draw, make_block: Block) -> None:
    worn = Style(fill=PLAIN, wear=Wear(amount=0.3, scale=0.3, seed=1))
    whole, less = stroke_area(frames(draw())[0][1]), stroke_area(frames(draw(make_block(style=worn)))[0][1])
    assert 0.5 * whole < less < 0.9 * whole
