import zlib
from dataclasses import replace

import numpy as np
import pytest

from sts.protocols import RngFor
from synth.appearance import AppearanceConfig, sample_overlay_style, sample_style
from synth.palette import PALETTES
from synth.raster.colour import difference, mixed
from synth.specs import Colour, Style, TextSpec
from synth.surfaces.surface import Surface, from_homographies

KINDS = (*PALETTES, "poster")
WALLS: tuple[Colour, ...] = (
    (200, 196, 188), (120, 116, 110), (30, 34, 40), (150, 90, 70), (90, 120, 80), (245, 245, 245),
)  # fmt: skip
CONFIG = AppearanceConfig()


def rng_for(seed: int) -> RngFor:
    return lambda name: np.random.default_rng([seed, zlib.crc32(name.encode())])


def text(kind: str, script: str = "Latn") -> TextSpec:
    return TextSpec(text="Open", language="en", script=script, kind=kind, font="x", size=40.0)


def surface(colour: Colour, busy: float = 0.0) -> Surface:
    return Surface(width=400.0, height=200.0, to_frame=from_homographies(np.eye(3)[None]), colour=colour, busy=busy)


def styles(kind: str, n: int, busy: float = 0.0, config: AppearanceConfig = CONFIG) -> list[tuple[Style, Colour]]:
    """Styles with the surface colour each was made for."""
    pairs = [(rng_for(seed), WALLS[seed % len(WALLS)]) for seed in range(n)]
    return [(sample_style(rng, text(kind), surface(wall, busy), config), wall) for rng, wall in pairs]


def contrast(style: Style, ground: Colour) -> float:
    """Least difference between any fill colour as seen and what lies directly behind it."""
    behind = ground if style.board is None else mixed(ground, style.board.colour, style.board.opacity)
    return min(difference(behind, mixed(behind, colour, style.opacity)) for colour in style.fill.colours)


@pytest.mark.parametrize("kind", KINDS)
def test_text_differs_from_what_lies_behind_it(kind: str) -> None:
    contrasts = np.array([contrast(style, ground) for style, ground in styles(kind, 150)])
    assert contrasts.min() >= 12
    assert (contrasts >= 20).mean() > 0.85


def test_hard_text_is_of_low_contrast_and_plain() -> None:
    hard = [(style, contrast(style, ground)) for style, ground in styles("shop", 150, config=replace(CONFIG, hard=1.0))]
    painted = [(style, value) for style, value in hard if style.lit]
    assert len(painted) > 120
    assert all(12 <= value < 24 for _, value in painted)
    assert all(style.wear is None and style.opacity == 1 and style.border is None for style, _ in painted)


@pytest.mark.parametrize("kind", ["plate", "sign", "price"])
def test_what_is_made_to_be_read_is_never_hard(kind: str) -> None:
    assert min(contrast(style, ground) for style, ground in styles(kind, 100, config=replace(CONFIG, hard=1.0))) >= 20


def test_a_busy_surface_gets_more_boards_borders_and_contrast() -> None:
    quiet, busy = styles("shop", 300), styles("shop", 300, busy=40.0)

    def share(found: list[tuple[Style, Colour]], part: str) -> float:
        return float(np.mean([getattr(style, part) is not None for style, _ in found]))

    assert share(busy, "board") > share(quiet, "board") + 0.2
    bare = [style for style, _ in busy if style.board is None]
    assert np.mean([style.border is not None for style in bare]) > 0.25
    assert min(contrast(style, ground) for style, ground in busy if style.board is None and style.lit) >= 40


def test_most_text_is_plain() -> None:
    parts = ("border", "shadow", "extrusion", "emboss", "wear", "dots")
    found = [style for kind in KINDS for style, _ in styles(kind, 100)]
    plain = [all(getattr(style, part) is None for part in parts) and style.fill.kind == "solid" for style in found]
    assert 0.6 < np.mean(plain) < 0.9
    for part in parts:
        assert any(getattr(style, part) is not None for style in found), part
    assert {style.fill.kind for style in found} == {"solid", "gradient", "texture"}


def test_a_plate_is_dark_and_light_letters_on_a_board() -> None:
    for style, _ in styles("plate", 60):
        assert style.board is not None
        assert (style.wear, style.extrusion, style.border, style.dots) == (None, None, None, None)


def test_the_same_streams_give_the_same_style() -> None:
    assert styles("shop", 40) == styles("shop", 40)


def test_one_decision_does_not_change_another() -> None:
    changed = styles("poster", 60, config=replace(CONFIG, wear=1.0))
    for (plain, _), (worn, _) in zip(styles("poster", 60), changed, strict=True):
        assert replace(worn, wear=None) == replace(plain, wear=None)


def test_borders_and_extrusions_differ_from_the_fill() -> None:
    config = replace(CONFIG, border=1.0, hard=0.0)
    for style, _ in styles("shop", 100, config=config):
        if style.border is not None:
            assert min(difference(style.border.colour, colour) for colour in style.fill.colours) >= 25


def test_lamps_are_for_scripts_that_stay_readable() -> None:
    config = replace(CONFIG, lamps=1.0)
    ground = surface((120, 116, 110))
    assert sample_style(rng_for(0), text("notice"), ground, config).dots is not None
    assert sample_style(rng_for(0), text("notice", "Arab"), ground, config).dots is None
    assert sample_style(rng_for(0), text("plate"), ground, config).dots is None


def test_neon_shines_and_gets_a_dark_ground() -> None:
    for style, ground in styles("shop", 30, config=replace(CONFIG, neon=1.0, lamps=0.0)):
        assert not style.lit
        assert style.shadow is not None
        assert (style.shadow.dx, style.shadow.dy) == (0, 0)
        assert contrast(style, ground) > 40


def test_overlays_can_be_read_over_any_picture() -> None:
    for seed in range(200):
        style = sample_overlay_style(rng_for(seed), text("caption"), surface((128, 128, 128), 64.0), CONFIG)
        assert not style.lit
        assert style.board is not None or style.border is not None
        if style.board is None:
            assert style.border is not None
            assert difference(style.border.colour, style.fill.colours[0]) >= 60
        else:
            assert min(contrast(style, ground) for ground in ((0, 0, 0), (255, 255, 255))) >= 20
