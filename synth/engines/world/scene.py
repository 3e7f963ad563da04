"""A world that can be filmed: its pictures frame by frame, and exact surfaces for text."""

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from jaxtyping import Int16, UInt8

from sts.errors import RenderError
from sts.protocols import RngFor
from synth.engines.world.camera import views
from synth.engines.world.film import Film, Shot, film
from synth.engines.world.kit import Dice, Take
from synth.engines.world.layers import Layer, Size
from synth.engines.world.layouts import LAYOUTS
from synth.engines.world.shapes import closed
from synth.engines.world.sites import fit, key_frame, scale, site
from synth.engines.world.spec import Area, WorldSpec
from synth.raster.blend import veil
from synth.raster.coverage import Roi, cover, roi_of
from synth.surfaces.surface import Light, Patch, Surface

ATTEMPTS = 40
PATIENCE = 8
"""Attempts with one layout"""
FEWEST, MOST = 2, 6
"""Surfaces of a world"""


def sample_world(rng_for: RngFor, *, width: int, height: int, frames: int, fps: Fraction) -> WorldSpec:
    """Draw scenes until one has enough places where text can be seen; the layout changes when it does not fit."""
    take = Take(width=width, height=height, frames=frames, rate=(fps.numerator, fps.denominator))
    names = sorted(LAYOUTS)
    first, best = int(rng_for("world/layout").integers(len(names))), None
    for attempt in range(ATTEMPTS):
        layout = names[(first + attempt // PATIENCE) % len(names)]
        spec = LAYOUTS[layout](take, Dice(rng_for=rng_for, name=f"world/{attempt}"))
        spec = replace(spec, areas=_fit_areas(spec))
        if best is None or len(spec.areas) > len(best.areas):
            best = spec
        if len(best.areas) >= FEWEST:
            return best
    if best is None or not best.areas:
        raise RenderError(f"world: nothing can carry text at {width} x {height} px; take another seed or a larger size")
    return best


def build(spec: WorldSpec) -> "World":
    """Set the scene up and follow its surfaces through the clip."""
    made = film(spec)
    shots = [made.shot(t) for t in range(spec.frames)]
    return World(film=made, surfaces=tuple(_surface(area, made, shots) for area in spec.areas))


@dataclass(slots=True, kw_only=True, eq=False)
class World:
    """A scene with everything but text."""

    film: Film
    surfaces: tuple[Surface, ...]

    def frame(self, t: int) -> UInt8[np.ndarray, "h w 3"]:
        """The picture of frame t, with light and all that passes in front."""
        return self.film.picture(t)

    def surface_at(self, t: int) -> Int16[np.ndarray, "h w"]:
        """Index of the surface that each pixel shows in frame t; -1 for none."""
        size = self.film.size
        found = np.full((size.height, size.width), -1, np.int16)
        for index, surface in enumerate(self.surfaces):
            outline = closed(surface.project(_edge(surface), float(t)))
            roi = roi_of(outline.points, size.height, size.width)
            if roi is not None:
                seen = cover(outline, roi)
                patch = surface.occlusion[t]
                if patch is not None:
                    height, width = patch.pixels.shape
                    veil(seen, roi, patch.pixels, Roi(left=patch.left, top=patch.top, width=width, height=height))
                found[roi.slices][seen >= 128] = index
        return found


def _fit_areas(spec: WorldSpec) -> tuple[Area, ...]:
    eyes, size = views(spec), Size(width=spec.width, height=spec.height)
    solids = (*spec.stage, *spec.things)
    return tuple(area for area in spec.areas if fit(site(area, solids[area.solid]), eyes, size))[:MOST]


def _surface(area: Area, made: Film, shots: list[Shot]) -> Surface:
    place = site(area, made.solids[area.solid])
    key = key_frame(place, made.views, made.size)
    units = scale(place, made.views[key])
    metres = np.diag([1 / units, 1 / units, 1 / units, 1.0])
    gains = [made.lit(area, shot, t) for t, shot in enumerate(shots)]
    colour, busy = made.look(area, gains[key], units)
    level = max(float(gains[key].mean()), 1e-3)
    surface = Surface(
        width=place.width * units,
        height=place.height * units,
        to_frame=np.stack([view.matrix @ place.axes @ metres for view in made.views]),
        radius=None if place.radius is None else place.radius * units,
        light=tuple(Light(gain=np.clip(gain / level, 0, 4).astype(np.float32)) for gain in gains),
        colour=colour,
        busy=busy,
        kind="plane" if place.radius is None else "cylinder",
    )
    return replace(
        surface, occlusion=tuple(_occlusion(surface, area.solid, shot, t, made.size) for t, shot in enumerate(shots))
    )


def _edge(surface: Surface) -> np.ndarray:
    across = np.linspace(0, surface.width, 33)
    upper = np.stack([across, np.zeros(33)], axis=1)
    return np.concatenate([upper, np.stack([across[::-1], np.full(33, surface.height)], axis=1)])


def _occlusion(surface: Surface, solid: int, shot: Shot, t: int, size: Size) -> Patch | None:
    """What is painted after the surface, where it overlaps it."""
    roi = roi_of(surface.project(_edge(surface), float(t)), size.height, size.width, 2)
    order = [index for index, _ in shot.layers]
    if roi is None or solid not in order:
        return None
    front = [layer for _, layer in shot.layers[order.index(solid) + 1 :] if _overlap(layer, roi)]
    if not front:
        return None
    clear = np.full((roi.height, roi.width), 255, np.uint8)
    for layer in front:
        veil(clear, roi, layer.alpha, layer.roi)
    return _cropped(255 - clear, roi)


def _overlap(layer: Layer, roi: Roi) -> bool:
    one = layer.roi
    across = one.left < roi.left + roi.width and roi.left < one.left + one.width
    return across and one.top < roi.top + roi.height and roi.top < one.top + one.height


def _cropped(opacity: UInt8[np.ndarray, "h w"], roi: Roi) -> Patch | None:
    rows, columns = np.flatnonzero(opacity.any(axis=1)), np.flatnonzero(opacity.any(axis=0))
    if not len(rows):
        return None
    top, left = int(rows[0]), int(columns[0])
    pixels = np.ascontiguousarray(opacity[top : rows[-1] + 1, left : columns[-1] + 1])
    return Patch(left=roi.left + left, top=roi.top + top, pixels=pixels)
