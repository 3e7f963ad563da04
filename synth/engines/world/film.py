"""The cast of a world and its lighting: who is where in each frame, in which order, and under which light."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float32, UInt8

from synth.engines.world import figures, light, paint, textures
from synth.engines.world.camera import Points3, View, views
from synth.engines.world.layers import (
    Face,
    Layer,
    Size,
    card_layer,
    card_panel,
    card_points,
    matrix,
    solid_layer,
    visible,
)
from synth.engines.world.shapes import Body, back_to_front, body_of
from synth.engines.world.spec import Area, Material, Panel, Solid, WorldSpec

Gains = Float32[np.ndarray, "gh gw 3"]
COARSE = 5
"""Every so many points of a figure's outline cast its shadow"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shot:
    """One frame before it is painted."""

    view: View
    layers: tuple[tuple[int, Layer], ...]
    """From back to front; index among solids, then cards"""
    panels: tuple[Panel, ...]
    """Of the cards"""
    figures: tuple[Points3, ...]
    """Some points of their outlines in the world"""


@dataclass(slots=True, kw_only=True, eq=False)
class Film:
    """A world that has been set up; what stays the same between frames is kept."""

    spec: WorldSpec
    size: Size
    views: tuple[View, ...]
    solids: tuple[Solid, ...]
    bodies: tuple[Body, ...]
    """Of all solids"""
    _textures: dict[tuple[Material, float, float], paint.Texture] = field(default_factory=dict)
    _grids: dict[tuple[int, int], light.Grid] = field(default_factory=dict)
    _still: dict[tuple[int, int], Gains] = field(default_factory=dict)

    def shot(self, t: int) -> Shot:
        """Everything in its place in frame t."""
        spec, view = self.spec, self.views[t]
        share, seconds = self._share(t), t * spec.rate[1] / spec.rate[0]
        panels = tuple(card_panel(card, share) for card in spec.cards)
        outlines = [figures.outline(card, seconds) for card in spec.cards]
        found = [solid_layer(solid, view, self.size) for solid in self.solids]
        found += [
            card_layer(card, panel, outline, view, self.size)
            for card, panel, outline in zip(spec.cards, panels, outlines, strict=True)
        ]
        return Shot(
            view=view,
            layers=tuple((index, layer) for index in self._order(view, panels) if (layer := found[index]) is not None),
            panels=panels,
            figures=tuple(card_points(panel, shape)[::COARSE] for panel, shape in zip(panels, outlines, strict=True)),
        )

    def picture(self, t: int) -> UInt8[np.ndarray, "h w 3"]:
        """Frame t."""
        shot = self.shot(t)
        canvas = np.zeros((self.size.height, self.size.width, 3), np.uint8)
        for index, layer in visible(shot.layers, self.size):
            paint.fade(canvas, layer.alpha, layer.roi)
            for face in layer.faces:
                self._paint(canvas, index, face, shot, t)
        return canvas

    def lit(self, area: Area, shot: Shot, t: int) -> Gains:
        """Gain over an area."""
        solid, ambient = self.solids[area.solid], self.spec.ambient
        if solid.tube is not None:
            tube = solid.tube
            arc = (area.x / tube.radius, area.width / tube.radius)
            grid = light.tube_grid(tube, ambient, arc, (area.y / tube.height, area.height / tube.height))
        else:
            panel = solid.panels[area.panel]
            grid = light.panel_grid(panel, ambient, (area.x, area.y, area.width, area.height))
            grid = light.touched(grid, self._casters(area.solid))
        return self._shine(grid, area.solid, shot, t)

    def texture(self, material: Material, width: float, height: float) -> paint.Texture:
        """Made once for each material and size of face."""
        key = (material, 0.0, 0.0) if material.tile > 0 else (material, round(width, 3), round(height, 3))
        if key not in self._textures:
            self._textures[key] = textures.make(material, width, height)
        return self._textures[key]

    def look(self, area: Area, gains: Gains, units: float) -> tuple[tuple[int, int, int], float]:
        """Typical colour of an area under a light, and how uneven its luminance is at `units` px per m."""
        solid = self.solids[area.solid]
        tube = solid.tube
        if tube is None:
            panel = solid.panels[area.panel]
            material, width, height, x = panel.material, panel.width, panel.height, area.x
        else:
            material, width, height = tube.material, 2 * np.pi * tube.radius, tube.height
            x = (area.x + tube.turn * tube.radius + width / 2) % width
        made = self.texture(material, width, height)
        dense = textures.density(material, made, width, height)[0] / width
        level = int(max(np.log2(dense / units), 0) + 0.5)
        copy = made.picture(level)
        scale = copy.shape[1] / made.size[1] * dense
        columns = (np.arange(max(int(area.width * scale), 2)) + int(x * scale)) % copy.shape[1]
        rows = (np.arange(max(int(area.height * scale), 2)) + int(area.y * scale)) % copy.shape[0]
        seen = np.clip(copy[np.ix_(rows, columns)] * gains.mean(axis=(0, 1)), 0, 255)
        red, green, blue = np.median(seen, axis=(0, 1)).tolist()
        return (int(red), int(green), int(blue)), float((seen @ np.array([0.299, 0.587, 0.114])).std())

    def _share(self, t: int) -> float:
        return t / max(self.spec.frames - 1, 1)

    def _order(self, view: View, panels: Sequence[Panel]) -> list[int]:
        fixed = len(self.spec.stage)
        cards = [body_of(Solid(panels=(panel,))) for panel in panels]
        free = back_to_front([*self.bodies[fixed:], *cards], view.eye)
        return [*range(fixed), *(fixed + index for index in free)]

    def _paint(self, canvas: UInt8[np.ndarray, "h w 3"], index: int, face: Face, shot: Shot, t: int) -> None:
        gains = self._gains(index, face, shot, t)
        free = face.coverage if face.free is None else face.free
        mask = paint.Mask(roi=face.roi, coverage=face.coverage, free=free)
        if face.panel is None:
            tube = self.solids[index].tube
            assert tube is not None
            around = 2 * np.pi * tube.radius
            paint.tube(canvas, mask, shot.view, tube, self._coat(tube.material, (around, tube.height), gains))
        else:
            panel = face.panel
            coat = self._coat(panel.material, (panel.width, panel.height), gains)
            paint.plane(canvas, mask, matrix(face, shot.view), coat)

    def _coat(self, material: Material, size: tuple[float, float], gains: Gains) -> paint.Paint:
        made = self.texture(material, *size)
        return paint.Paint(texture=made, density=textures.density(material, made, *size), gains=gains)

    def _gains(self, index: int, face: Face, shot: Shot, t: int) -> Gains:
        if index >= len(self.solids):
            assert face.panel is not None
            return light.shine(light.panel_grid(face.panel, self.spec.ambient), self._lamps(t), (), self._softness())
        key = (index, face.number)
        if key not in self._grids:
            self._grids[key] = self._grid(index, face)
        grid, lamps = self._grids[key], self._lamps(t)
        if self._moving_light or any(light.shaded(grid, lamps, points) for points in shot.figures):
            return self._shine(grid, index, shot, t)
        if key not in self._still:
            self._still[key] = light.shine(grid, lamps, self._casters(index), self._softness())
        return self._still[key]

    def _grid(self, index: int, face: Face) -> light.Grid:
        if face.panel is None:
            tube = self.solids[index].tube
            assert tube is not None
            return light.tube_grid(tube, self.spec.ambient)
        return light.touched(light.panel_grid(face.panel, self.spec.ambient), self._casters(index))

    def _shine(self, grid: light.Grid, index: int, shot: Shot, t: int) -> Gains:
        casters = [*self._casters(index), *shot.figures]
        return light.shine(grid, self._lamps(t), casters, self._softness())

    def _casters(self, index: int) -> list[Points3]:
        first = len(self.spec.stage)
        return [body.points for n, body in enumerate(self.bodies) if n >= first and n != index]

    def _lamps(self, t: int) -> light.Lamps:
        return light.lamps_at(self.spec.lamps, self._share(t))

    def _softness(self) -> list[float]:
        return [lamp.softness for lamp in self.spec.lamps]

    @property
    def _moving_light(self) -> bool:
        return any(lamp.start != lamp.end for lamp in self.spec.lamps)


def film(spec: WorldSpec) -> Film:
    """Set a world up."""
    solids = (*spec.stage, *spec.things)
    return Film(
        spec=spec,
        size=Size(width=spec.width, height=spec.height),
        views=views(spec),
        solids=solids,
        bodies=tuple(body_of(solid) for solid in solids),
    )
