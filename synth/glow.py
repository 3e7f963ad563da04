"""Letters that shine by themselves: lamp matrices and glass tubes."""

from sts.protocols import RngFor
from synth import palette
from synth.raster.colour import jittered, lightness, mixed, within
from synth.specs import Board, Dots, Fill, Shadow, Style
from synth.surfaces.surface import Surface


def lamp_matrix(rng_for: RngFor) -> Style:
    """Light-emitting diodes on a black face."""
    rng = rng_for("lamps")
    lamp = palette.LAMPS[int(rng.integers(len(palette.LAMPS)))]
    return Style(
        fill=Fill(kind="solid", colours=(lamp,)),
        lit=False,
        board=Board(colour=palette.DARK, margin=within(rng, 0.2, 0.4), radius=within(rng, 0.0, 0.1)),
        dots=Dots(pitch=within(rng, 0.05, 0.07), size=within(rng, 0.75, 0.95)),
    )


def neon(rng_for: RngFor, surface: Surface) -> Style:
    """Glowing letters; on a bright surface they get a dark board."""
    rng = rng_for("neon")
    tube = palette.NEONS[int(rng.integers(len(palette.NEONS)))]
    dark = lightness(surface.colour) < 30
    return Style(
        fill=Fill(kind="solid", colours=(mixed(tube, (255, 255, 255), 0.35),)),
        lit=False,
        shadow=Shadow(dx=0.0, dy=0.0, blur=within(rng, 0.06, 0.14), colour=tube, opacity=within(rng, 0.5, 0.9)),
        board=None if dark else Board(colour=jittered(rng, (30, 28, 34)), margin=within(rng, 0.3, 0.6), radius=0.05),
    )
