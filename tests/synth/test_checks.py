"""Every rule finds the set that breaks it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sts import masks
from sts.types import Clip, Frame, Mask, Origin, TextInstance
from synth.checks import decided, oracle, oracle_iou, raw, stored
from synth.raster.coverage import Roi
from synth.raster.outline import Outline
from synth.scene import Drawing, render
from synth.specs import BlockSpec, Degrade

Draw = Callable[..., Drawing]
Change = Callable[[TextInstance], TextInstance]


@pytest.fixture(scope="module")
def good(draw: Draw) -> Clip:
    return render(draw(shift=2.0), Degrade(), "clip", Origin(kind="synth", uri="test", license="CC0-1.0"))


def changed(clip: Clip, level: str, change: Change, *, frames: tuple[int, ...] = (2,)) -> Clip:
    """The clip with the first instance of a level changed in some frames."""

    def frame(old: Frame) -> Frame:
        place = next(i for i, one in enumerate(old.instances) if one.level == level)
        kept = list(old.instances)
        kept[place] = change(kept[place])
        return replace(old, instances=tuple(kept)) if old.index in frames else old

    return replace(clip, frames=tuple(frame(old) for old in clip.frames))


def filled() -> Mask:
    return masks.encode(np.ones((180, 320), bool))


BREAKS: dict[str, tuple[str, Change]] = {
    "changes its text": ("word", lambda one: replace(one, text="other")),
    "visible strokes outside": ("word", lambda one: replace(one, mask=filled())),
    "strokes of two words overlap": ("word", lambda one: replace(one, mask=filled(), amodal_mask=filled())),
    "px lie more than": ("word", lambda one: replace(one, amodal_mask=filled())),
    "legible though": ("word", lambda one: replace(one, mask=masks.empty(180, 320))),
    "effect on a stroke": ("word", lambda one: replace(one, effect_mask=one.mask)),
    "word without masks": ("word", lambda one: replace(one, mask=None)),
    "not clockwise": ("line", lambda one: replace(one, polygon=one.polygon[::-1])),
    "reaches out of its line": (
        "word",
        lambda one: replace(one, polygon=tuple((x, y + 60) for x, y in one.polygon), amodal_mask=masks.empty(180, 320)),
    ),
    "wrong parent": ("char", lambda one: replace(one, parent_id=1)),
    "not NFC": ("char", lambda one: replace(one, text="e\u0301")),
    "control characters": ("char", lambda one: replace(one, text="a\x07")),
    "occurs twice": ("char", lambda one: replace(one, track_id=1)),
    "are not 1..": ("char", lambda one: replace(one, track_id=99)),
}


def test_a_good_clip_breaks_nothing(good: Clip, draw: Draw) -> None:
    assert list(stored(good)) == []
    assert list(raw(draw(shift=2.0), good)) == []


@pytest.mark.parametrize("rule", BREAKS)
def test_a_broken_label_is_named(good: Clip, rule: str) -> None:
    level, change = BREAKS[rule]
    assert any(rule in line for line in stored(changed(good, level, change)))


def test_frames_out_of_order_are_named(good: Clip) -> None:
    assert any("numbered" in line for line in stored(replace(good, frames=good.frames[::-1])))
    still = tuple(replace(frame, time_s=0.0) for frame in good.frames)
    assert any("does not grow" in line for line in stored(replace(good, frames=still)))


def test_a_mask_that_is_not_what_was_drawn_is_named(good: Clip, draw: Draw) -> None:
    eroded = changed(good, "word", lambda one: replace(one, mask=masks.empty(180, 320)))
    assert any(line.startswith("frame 2: stored strokes") for line in raw(draw(shift=2.0), eroded))


def test_a_picture_changed_outside_the_coverage_is_named(good: Clip, draw: Draw) -> None:
    class Careless(Drawing):
        """Draws one pixel too many."""

        def frames(self) -> Any:
            for picture, coverage in super().frames():
                picture[0, 0] = 255 - picture[0, 0]
                yield picture, coverage

    kept = draw(shift=2.0)
    lines = list(raw(Careless(scene=kept.scene, blocks=kept.blocks, optics=kept.optics), good))
    assert "frame 0: 1 px changed where nothing was drawn" in lines


def test_the_oracle_knows_the_area_of_a_square() -> None:
    square = Outline(points=np.array([(1.25, 1.0), (3.0, 1.0), (3.0, 2.5), (1.25, 2.5)]), ends=np.array([4]))
    expected = np.array([[0, 0, 0, 0], [0, 0.75, 1, 0], [0, 0.375, 0.5, 0]])
    assert np.array_equal(oracle(square, Roi(left=0, top=0, width=4, height=3)), expected)


@pytest.mark.parametrize(("share", "inside"), [(0.497, False), (0.503, True), (0.499, False), (0.501, True)])
def test_the_oracle_looks_closer_where_an_edge_halves_a_row(share: float, inside: bool) -> None:
    """64 lines put both sides of one half at 0.5."""
    corners = np.array([(1.0, 1.0), (9.0, 1.0), (9.0, 2 + share), (1.0, 2 + share)])
    bar, roi = Outline(points=corners, ends=np.array([4])), Roi(left=0, top=0, width=10, height=4)
    assert np.abs(oracle(bar, roi)[2, 1:9] - 0.5).max() <= 0.5 / 64
    found = decided(bar, roi)
    assert (found[2, 1:9] == inside).all()
    assert found[1, 1:9].all()
    assert not found[[0, 3]].any()


def test_text_agrees_with_the_oracle(draw: Draw, make_block: Callable[..., BlockSpec]) -> None:
    (block,) = draw(make_block("Agreed 27", size=40.0, angle=0.1)).blocks
    iou = oracle_iou(block, 0, 180, 320)
    assert iou is not None and iou > 0.99
    (small,) = draw(make_block("small", size=9.0)).blocks
    assert oracle_iou(small, 0, 180, 320) is None
