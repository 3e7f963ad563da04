"""Chooses what is written on a surface, how large and where, so that it fits."""

import contextlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from sts.errors import ConfigError, RenderError
from sts.protocols import RngFor
from synth.appearance import DOTTED_FONTS, AppearanceConfig, sample_overlay_style, sample_style
from synth.block import extent
from synth.fitting import PROBE_EM, Room, fit
from synth.specs import SCREEN, BlockSpec, Style, TextSpec
from synth.surfaces.surface import Surface
from synth.text.corpus import Corpus, Phrase
from synth.text.fonts import FontLibrary
from synth.text.layout import TextLayout, set_text

TRIES = 6
"""Choices of phrase, font and paint tried on one surface before it stays empty"""
PHRASES = 24
"""Phrases looked at for one that is short enough for its box"""
TALL = 1.8
"""Height over width of a surface from which text may also run along its height, as on a banner"""
LONGEST_COLUMN = 24
"""Characters; longer phrases are not set in columns"""
STANDING = ("Hans", "Hant", "Jpan")
"""Scripts that can be set in columns"""
JOINED = ("Arab", "Deva")
"""Scripts whose letters touch: no tracking, no slant"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacementConfig:
    """How much text, how large and how varied."""

    blocks: tuple[int, int] = (2, 5)
    """Least and most text blocks on the scene's surfaces"""
    fill: tuple[float, float] = (0.65, 0.98)
    """Share of the surface's width and height that a block may take"""
    smallest_px: float = 14.0
    """Least em in the key frame"""
    largest_px: float = 160.0
    overlay: float = 0.12
    """Probability of a subtitle, caption or ticker on the screen itself"""
    curved: float = 0.10
    vertical: float = 0.35
    """Probability of columns, for Chinese and Japanese; text that runs along a tall surface is always so"""
    languages: tuple[tuple[str, float], ...] = (
        ("en", 5.0), ("de", 1.0), ("fr", 1.0), ("es", 1.0), ("it", 0.5), ("pt", 0.5),
        ("ru", 1.5), ("ar", 1.5), ("hi", 1.5), ("zh", 1.5), ("ja", 1.5),
    )  # fmt: skip
    """Weight of each language of the corpus"""

    @property
    def sizes_px(self) -> tuple[float, float]:
        """Least and largest em"""
        return self.smallest_px, self.largest_px

    def __post_init__(self) -> None:
        """ConfigError for bounds that leave no choice."""
        pairs = {
            "blocks": self.blocks,
            "fill": self.fill,
            "smallest_px, largest_px": self.sizes_px,
        }
        for name, (low, high) in pairs.items():
            if not 0 < low <= high:
                raise ConfigError(f"{name} = {low}, {high}: give two numbers above 0, the smaller one first")
        if not self.languages or any(weight <= 0 for _, weight in self.languages):
            raise ConfigError(f"languages = {self.languages}: give at least one, each with a weight above 0")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TextKit:
    """Everything that text is made of."""

    library: FontLibrary
    corpus: Corpus
    placement: PlacementConfig
    appearance: AppearanceConfig


def place_all(rng_for: RngFor, surfaces: Sequence[Surface], screen: Surface, kit: TextKit) -> tuple[BlockSpec, ...]:
    """Blocks for some of the surfaces and perhaps the screen; RenderError when not one fits."""
    config = kit.placement
    rng = rng_for("surfaces")
    wanted = int(rng.integers(config.blocks[0], config.blocks[1] + 1))
    blocks: list[BlockSpec] = []
    for index in _order(rng, surfaces):
        if len(blocks) < wanted:
            block = _place(_prefixed(rng_for, f"surface {index}"), surfaces[index], kit)
            blocks += [replace(block, surface=index)] if block is not None else []
    if rng_for("overlay").random() < config.overlay:
        with contextlib.suppress(RenderError):
            blocks.append(_overlay(_prefixed(rng_for, "overlay"), screen, kit))
    if not blocks and not surfaces:
        raise RenderError("no surface was found in this window: try another one")
    if not blocks:
        raise RenderError(
            f"no text fits on any surface: the largest of {len(surfaces)} is {_size_of_largest(surfaces)} px"
        )
    return tuple(blocks)


def _order(rng: np.random.Generator, surfaces: Sequence[Surface]) -> list[int]:
    """All surfaces in random order, good and large ones more likely to be early."""
    if not surfaces:
        return []
    weights = np.array([(s.quality + 0.05) * np.sqrt(s.width * s.height) for s in surfaces])
    order: list[int] = rng.choice(len(surfaces), size=len(surfaces), replace=False, p=weights / weights.sum()).tolist()
    return order


def _prefixed(rng_for: RngFor, prefix: str) -> RngFor:
    return lambda name: rng_for(f"{prefix}: {name}")


def _size_of_largest(surfaces: Sequence[Surface]) -> str:
    best = max(surfaces, key=lambda surface: surface.width * surface.height)
    return f"{best.width:.0f}x{best.height:.0f}"


def _place(rng_for: RngFor, surface: Surface, kit: TextKit) -> BlockSpec | None:
    """One block that fits on the surface, or None after a few tries."""
    for number in range(TRIES):
        with contextlib.suppress(RenderError):
            return _write(_prefixed(rng_for, f"try {number}"), surface, kit, number / (TRIES - 1))
    return None


def _write(rng_for: RngFor, surface: Surface, kit: TextKit, share: float) -> BlockSpec:
    """One choice, with a box from 0 as the settings say to 1 as large as they allow; RenderError if it does not fit."""
    rng = rng_for("box")
    low, high = kit.placement.fill
    low += share * (high - low)
    box = (float(surface.width * rng.uniform(low, high)), float(surface.height * rng.uniform(low, high)))
    along = bool(surface.height > TALL * surface.width and rng.random() < 0.5)
    text = _choose_text(rng_for, kit, Room(width=box[0], height=box[1]), along=along)
    angle = _angle(rng_for("angle"), turned=along and not text.vertical)
    style = sample_style(rng_for, text, surface, kit.appearance)
    text = _for_style(rng_for, text, style, kit)
    spec = BlockSpec(surface=0, x=0.0, y=0.0, angle=round(angle, 4), text=text, style=style)
    return _position(rng, fit(spec, box, kit.library, kit.placement.sizes_px), surface, kit)


def _angle(rng: np.random.Generator, turned: bool) -> float:
    """rad: level or a little askew; turned by a quarter one way or the other where asked."""
    askew = 0.0 if rng.random() < 0.8 else float(np.clip(rng.normal(0, 0.04), -0.1, 0.1))
    return askew + math.copysign(math.pi / 2, rng.random() - 0.5) if turned else askew


def _choose_text(rng_for: RngFor, kit: TextKit, room: Room, along: bool = False, kind: str | None = None) -> TextSpec:
    """A phrase that the room holds, with a font that has all of its letters; RenderError when none is found.

    Text that runs along the room's height stands in columns, or is to be turned where its script has none.
    """
    names, weights = zip(*kit.placement.languages, strict=True)
    language = str(rng_for("language").choice(names, p=np.array(weights) / sum(weights)))
    standing = along or (kind is None and rng_for("columns").random() < kit.placement.vertical)
    rng = rng_for("phrase")
    for _ in range(PHRASES):
        phrase = kit.corpus.choose(rng, (language,), kind)
        vertical = standing and phrase.script in STANDING and len(phrase.text) <= LONGEST_COLUMN
        if room.holds(phrase, along or vertical, kit.placement.smallest_px):
            font = kit.library.choose(rng_for("font"), phrase.text, phrase.script, vertical)
            return _set(rng_for("setting"), phrase, font, vertical, kit.placement)
    raise RenderError(f"no short phrase in {language} for {room.width:.0f}x{room.height:.0f} px: add some")


def _set(rng: np.random.Generator, phrase: Phrase, font: str, vertical: bool, config: PlacementConfig) -> TextSpec:
    joined = phrase.script in JOINED
    curved = not vertical and len(phrase.text) <= 24 and rng.random() < config.curved
    curve = ("arc", "wave")[int(rng.integers(2))] if curved else "none"
    bend = float(rng.uniform(0.4, 1.3) * rng.choice((-1, 1))) if curve == "arc" else float(rng.uniform(0.1, 0.25))
    return TextSpec(
        text=phrase.text,
        language=phrase.language,
        script=phrase.script,
        kind=phrase.kind,
        font=font,
        size=PROBE_EM,
        tracking=0.0 if joined or rng.random() < 0.7 else round(float(rng.uniform(0, 0.15)), 3),
        leading=round(float(rng.uniform(1.05, 1.45)), 3),
        align=("start", "centre", "end")[int(rng.choice(3, p=(0.3, 0.6, 0.1)))],
        slant=0.0 if joined or rng.random() < 0.9 else round(float(rng.uniform(0.08, 0.25)), 3),
        vertical=vertical,
        curve=curve,  # type: ignore[arg-type]
        bend=round(bend, 3) if curved else 0.0,
    )


def _for_style(rng_for: RngFor, text: TextSpec, style: Style, kit: TextKit) -> TextSpec:
    """Lamps show even strokes only: their text gets another font; RenderError where none is fit."""
    if style.dots is None:
        return text
    return replace(text, font=kit.library.choose(rng_for("lamp font"), text.text, text.script, styles=DOTTED_FONTS))


def _position(rng: np.random.Generator, spec: BlockSpec, surface: Surface, kit: TextKit) -> BlockSpec:
    """Somewhere on the surface, whole."""
    corners = extent(_layout(spec, kit), spec)
    low, high = corners.min(axis=0), corners.max(axis=0)
    room = np.maximum((surface.width, surface.height) - (high - low), 0)
    x, y = -low + room * rng.beta(2, 2, size=2)
    return replace(spec, x=round(float(x), 2), y=round(float(y), 2))


def _overlay(rng_for: RngFor, screen: Surface, kit: TextKit) -> BlockSpec:
    """A caption at the foot (or head) of the picture, there for a part of the clip; RenderError if it does not fit."""
    rng = rng_for("place")
    box = (0.9 * screen.width, 0.22 * screen.height)
    text = _choose_text(rng_for, kit, Room(width=box[0], height=box[1]), kind="caption")
    text = replace(text, curve="none", bend=0.0, slant=0.0, align="centre", tracking=0.0)
    style = sample_overlay_style(rng_for, text, screen, kit.appearance)
    text = _for_style(rng_for, text, style, kit)
    frames = len(screen.to_frame)
    first = 0 if rng.random() < 0.6 else int(rng.integers(0, max(frames // 3, 1)))
    last = None if rng.random() < 0.6 else int(rng.integers(2 * frames // 3, frames))
    size = max(float(rng.uniform(0.04, 0.075)) * screen.height, kit.placement.smallest_px)
    spec = BlockSpec(surface=SCREEN, x=0.0, y=0.0, angle=0.0, text=text, style=style, first=first, last=last)
    spec = replace(spec, fade=int(rng.integers(0, 4)))
    fitted = fit(spec, box, kit.library, kit.placement.sizes_px)
    fitted = replace(fitted, text=replace(fitted.text, size=round(min(size, fitted.text.size), 2)))
    half = float(np.ptp(extent(_layout(fitted, kit), fitted), axis=0)[1]) / 2
    margin = 0.04 * screen.height + half
    y = screen.height - margin if rng.random() < 0.85 else margin
    return replace(fitted, x=round(screen.width / 2, 2), y=round(y, 2))


def _layout(spec: BlockSpec, kit: TextKit) -> TextLayout:
    return set_text(spec.text, kit.library)
