"""Text finds its place on small, tall and large surfaces, can be read there, and stays on them."""

import zlib
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from sts.errors import RenderError
from sts.protocols import RngFor
from synth.appearance import DOTTED_FONTS, AppearanceConfig
from synth.block import extent, prepare
from synth.placement import PlacementConfig, TextKit, place_all
from synth.scene import screen
from synth.specs import BlockSpec
from synth.surfaces.surface import Surface, from_homographies
from synth.text.layout import set_text

SCREEN = screen((8, 270, 480, 3))
NO_OVERLAY = PlacementConfig(overlay=0.0)


def rng_for(seed: int) -> RngFor:
    return lambda name: np.random.default_rng([seed, zlib.crc32(name.encode())])


def wall(width: int, height: int) -> Surface:
    still = from_homographies(np.repeat(np.eye(3)[None], 8, axis=0))
    return Surface(width=float(width), height=float(height), to_frame=still, colour=(90, 95, 99))


@pytest.fixture
def write(kit: TextKit) -> Callable[..., list[BlockSpec]]:
    """write(surface, tries, kit changes): the blocks that find a place."""

    def placed(surface: Surface, tries: int, **changes: Any) -> list[BlockSpec]:
        changed = replace(kit, **{"placement": NO_OVERLAY, **changes})
        blocks: list[BlockSpec] = []
        for seed in range(tries):
            try:
                blocks += place_all(rng_for(seed), (surface,), SCREEN, changed)
            except RenderError:
                continue
        return blocks

    return placed


@pytest.mark.parametrize(("width", "height", "least"), [(18, 45, 4), (63, 25, 9), (90, 36, 10)])
def test_most_choices_find_text_that_fits_even_a_small_surface(
    write: Callable[..., list[BlockSpec]], kit: TextKit, width: int, height: int, least: int
) -> None:
    blocks = write(wall(width, height), 10)
    assert len(blocks) >= least
    for block in blocks:
        corners = extent(set_text(block.text, kit.library), block)
        assert (corners.min(axis=0) >= -0.02).all()
        assert (corners.max(axis=0) <= np.array([width, height]) + 0.02).all()


def test_letters_are_never_smaller_than_asked_nor_larger(write: Callable[..., list[BlockSpec]]) -> None:
    config = PlacementConfig(overlay=1.0, smallest_px=14.0, largest_px=30.0)
    sizes = [block.text.size for block in write(wall(300, 100), 4, placement=config)]
    assert min(sizes) >= 14
    assert max(sizes) == 30


def test_nearly_all_words_on_a_small_surface_are_high_enough_to_read(
    write: Callable[..., list[BlockSpec]], kit: TextKit
) -> None:
    heights = []
    for block in write(wall(70, 30), 8):
        layout = set_text(block.text, kit.library)
        ready = prepare(replace(block, angle=0.0), layout, wall(70, 30))
        first = 1 + len(layout.lines)
        ends = ready.ends[first - 1 : first + len(layout.words)]
        heights += [np.ptp(ready.polygons[start:end, 1]) for start, end in pairwise(ends)]
    assert np.mean(np.array(heights) >= 8) > 0.9


def test_text_runs_along_a_tall_surface_and_never_turns_on_a_wide_one(write: Callable[..., list[BlockSpec]]) -> None:
    turned = [abs(block.angle) > 1 for block in write(wall(40, 200), 8)]
    assert 2 <= sum(turned) < len(turned)
    assert all(abs(block.angle) <= 0.1 for block in write(wall(200, 100), 4))


def test_japanese_along_a_tall_surface_stands_in_columns(write: Callable[..., list[BlockSpec]]) -> None:
    config = PlacementConfig(overlay=0.0, languages=(("ja", 1.0),), vertical=0.0)
    blocks = write(wall(40, 200), 8, placement=config)
    assert 0 < sum(block.text.vertical for block in blocks) < len(blocks)
    assert all(abs(block.angle) <= 0.1 for block in blocks)
    assert not any(block.text.vertical for block in write(wall(200, 40), 4, placement=config))


def test_lamps_draw_only_letters_with_strokes_that_hide_no_lamp(
    write: Callable[..., list[BlockSpec]], kit: TextKit
) -> None:
    config = PlacementConfig(overlay=1.0, languages=(("en", 1.0),))
    blocks = write(wall(400, 120), 5, placement=config, appearance=AppearanceConfig(lamps=1.0, ticker=1.0))
    dotted = [block for block in blocks if block.style.dots is not None]
    assert len(dotted) > 5
    assert {kit.library.fonts[block.text.font].style for block in dotted} <= set(DOTTED_FONTS)


def test_a_window_without_a_surface_and_one_that_is_too_small_say_so(kit: TextKit) -> None:
    quiet = replace(kit, placement=NO_OVERLAY)
    with pytest.raises(RenderError, match=r"^no surface was found"):
        place_all(rng_for(0), (), SCREEN, quiet)
    with pytest.raises(RenderError, match=r"^no text fits on any surface: the largest of 2 is 6x5 px"):
        place_all(rng_for(0), (wall(4, 5), wall(6, 5)), SCREEN, quiet)
