"""Chooses what is written on a surface, how large and where, so that it fits."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from sts.errors import ConfigError, RenderError
from sts.protocols import RngFor
from synth.appearance import AppearanceConfig, sample_overlay_style, sample_style
from synth.block import extent
from synth.specs import SCREEN, BlockSpec, Style, TextSpec
from synth.surfaces.surface import Surface
from synth.text.corpus import Corpus, Phrase
from synth.text.fonts import FontLibrary
from synth.text.layout import TextLayout, set_text
from synth.text.wrap import wrap

PROBE_EM = 100.0
"""px; a layout is measured at this size and then scaled"""
TRIES = 4
"""Phrases tried on one surface before it stays empty"""
MOST_LINES = 4
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
    """Probability of columns, for Chinese and Japanese"""
    languages: tuple[tuple[str, float], ...] = (
        ("en", 5.0), ("de", 1.0), ("fr", 1.0), ("es", 1.0), ("it", 0.5), ("pt", 0.5),
        ("ru", 1.5), ("ar", 1.5), ("hi", 1.5), ("zh", 1.5), ("ja", 1.5),
    )  # fmt: skip
    """Weight of each language of the corpus"""

    def __post_init__(self) -> None:
        """ConfigError for bounds that leave no choice."""
        pairs = {
            "blocks": self.blocks,
            "fill": self.fill,
            "smallest_px, largest_px": (self.smallest_px, self.largest_px),
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
            block = _place(_prefixed(rng_for, f"surface {index}"), surfaces[index], index, kit)
            blocks += [block] if block is not None else []
    if rng_for("overlay").random() < config.overlay:
        overlay = _place_overlay(_prefixed(rng_for, "overlay"), screen, kit)
        blocks += [overlay] if overlay is not None else []
    if not blocks:
        raise RenderError(f"no text fits on the {len(surfaces)} surfaces of this window: try another window or fonts")
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


def _place(rng_for: RngFor, surface: Surface, index: int, kit: TextKit) -> BlockSpec | None:
    """One block that fits on the surface, or None after a few phrases."""
    rng = rng_for("box")
    low, high = kit.placement.fill
    box = (surface.width * float(rng.uniform(low, high)), surface.height * float(rng.uniform(low, high)))
    angle = 0.0 if rng.random() < 0.8 else float(np.clip(rng.normal(0, 0.04), -0.1, 0.1))
    for attempt in range(TRIES):
        text = _choose_text(_prefixed(rng_for, f"text {attempt}"), kit)
        if text is None:
            continue
        style = sample_style(rng_for, text, surface, kit.appearance)
        spec = BlockSpec(surface=index, x=0.0, y=0.0, angle=round(angle, 4), text=text, style=style)
        fitted = _fit(spec, box, kit)
        if fitted is not None:
            return _position(rng, fitted, surface, kit)
    return None


def _choose_text(rng_for: RngFor, kit: TextKit, kind: str | None = None) -> TextSpec | None:
    """A phrase with a font that has all of its letters, set at the probe size."""
    names, weights = zip(*kit.placement.languages, strict=True)
    language = str(rng_for("language").choice(names, p=np.array(weights) / sum(weights)))
    standing = kind != "caption" and rng_for("columns").random() < kit.placement.vertical
    try:
        phrase = kit.corpus.choose(rng_for("phrase"), (language,), kind)
        vertical = standing and phrase.script in STANDING and len(phrase.text) <= LONGEST_COLUMN
        font = kit.library.choose(rng_for("font"), phrase.text, phrase.script, vertical)
    except RenderError:
        return None
    return _set(rng_for("setting"), phrase, font, vertical, kit.placement)


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


def _fit(spec: BlockSpec, box: tuple[float, float], kit: TextKit) -> BlockSpec | None:
    """The block broken into lines and scaled to the largest size that fits the box; None if that is too small."""
    best, best_scale = None, 0.0
    for text in _broken(spec.text, kit.library):
        candidate = replace(spec, text=text)
        try:
            layout = set_text(text, kit.library)
        except RenderError:
            continue
        width, height = np.ptp(extent(layout, candidate), axis=0)
        scale = min(box[0] / width, box[1] / height)
        if scale > best_scale:
            best, best_scale = candidate, scale
    size = min(PROBE_EM * best_scale, kit.placement.largest_px)
    if best is None or size < kit.placement.smallest_px:
        return None
    return replace(best, text=replace(best.text, size=round(size, 2)))


def _broken(text: TextSpec, library: FontLibrary) -> list[TextSpec]:
    """The text in one to a few balanced lines."""
    whole = set_text(text, library)
    length = whole.height if text.vertical else whole.width
    found = {text.text: text}
    if text.curve == "none":
        for lines in range(2, MOST_LINES + 1):
            broken = wrap(text, library, 1.15 * length / lines)
            found.setdefault(broken, replace(text, text=broken))
    return list(found.values())


def _position(rng: np.random.Generator, spec: BlockSpec, surface: Surface, kit: TextKit) -> BlockSpec:
    """Somewhere on the surface, whole."""
    corners = extent(_layout(spec, kit), spec)
    low, high = corners.min(axis=0), corners.max(axis=0)
    room = np.maximum((surface.width, surface.height) - (high - low), 0)
    x, y = -low + room * rng.beta(2, 2, size=2)
    return replace(spec, x=round(float(x), 2), y=round(float(y), 2))


def _place_overlay(rng_for: RngFor, screen: Surface, kit: TextKit) -> BlockSpec | None:
    """A caption at the foot (or head) of the picture, there for a part of the clip."""
    rng = rng_for("place")
    text = _choose_text(rng_for, kit, "caption")
    if text is None or text.vertical:
        return None
    text = replace(text, curve="none", bend=0.0, slant=0.0, align="centre", tracking=0.0)
    style: Style = sample_overlay_style(rng_for, text, screen, kit.appearance)
    frames = len(screen.to_frame)
    first = 0 if rng.random() < 0.6 else int(rng.integers(0, max(frames // 3, 1)))
    last = None if rng.random() < 0.6 else int(rng.integers(2 * frames // 3, frames))
    size = float(rng.uniform(0.04, 0.075)) * screen.height
    box = (0.9 * screen.width, 0.22 * screen.height)
    spec = BlockSpec(surface=SCREEN, x=0.0, y=0.0, angle=0.0, text=text, style=style, first=first, last=last)
    fitted = _fit(replace(spec, fade=int(rng.integers(0, 4))), box, kit)
    if fitted is None:
        return None
    fitted = replace(fitted, text=replace(fitted.text, size=round(min(size, fitted.text.size), 2)))
    half = float(np.ptp(extent(_layout(fitted, kit), fitted), axis=0)[1]) / 2
    margin = 0.04 * screen.height + half
    y = screen.height - margin if rng.random() < 0.85 else margin
    return replace(fitted, x=round(screen.width / 2, 2), y=round(y, 2))


def _layout(spec: BlockSpec, kit: TextKit) -> TextLayout:
    return set_text(spec.text, kit.library)
