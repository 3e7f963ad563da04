"""Outlines of the flat figures that pass in front of a scene, height 1, foot at (0, 0), y down."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from shapely import Point, Polygon, unary_union
from shapely.geometry import LineString
from shapely.geometry.base import BaseGeometry

from synth.engines.world.spec import Card
from synth.raster.outline import Outline, joined


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How to draw a figure."""

    draw: Callable[[np.random.Generator, float], BaseGeometry]
    """From its own generator (the same in all frames) and the phase of its gait, rad"""
    aspect: float
    """Width of its picture over its height"""


def outline(card: Card, seconds: float) -> Outline:
    """The figure at a time, in 0..1 of its picture."""
    shape = SHAPES[card.shape]
    phase = 2 * np.pi * card.pace * seconds
    drawn = shape.draw(np.random.default_rng(card.seed), phase)
    parts = [part for part in getattr(drawn, "geoms", [drawn]) if isinstance(part, Polygon)]
    contours = [np.asarray(line.coords)[:-1] for part in parts for line in (part.exterior, *part.interiors)]
    angle = card.sway * np.sin(phase)
    turn = np.array([(np.cos(angle), np.sin(angle)), (-np.sin(angle), np.cos(angle))])
    return joined(
        [
            Outline(points=points @ turn / (shape.aspect, 1) + (0.5, 1), ends=np.array([len(points)]))
            for points in contours
        ]
    )


def _person(rng: np.random.Generator, phase: float) -> BaseGeometry:
    build = rng.uniform(0.9, 1.2)
    stride = rng.uniform(0.12, 0.2) * np.sin(phase)
    hip, shoulder = (0.0, -0.48), (0.0, -0.8)
    parts = [
        Point(0.01, -0.93).buffer(0.065),
        _limb((0.0, -0.88), (0.0, -0.82), 0.03),
        Polygon([(-0.1 * build, -0.82), (0.1 * build, -0.82), (0.085 * build, -0.46), (-0.085 * build, -0.46)]),
    ]
    for side in (-1, 1):
        knee = (0.5 * side * stride, -0.26)
        foot = (side * stride, -0.03)
        parts += [_limb(hip, knee, 0.058 * build), _limb(knee, foot, 0.04 * build)]
        parts.append(_limb(foot, (foot[0] + 0.07, -0.025), 0.025))
        elbow = (0.09 * build - 0.3 * side * stride, -0.62)
        parts += [_limb((shoulder[0], shoulder[1] + 0.02), elbow, 0.04 * build)]
        parts.append(_limb(elbow, (elbow[0] - 0.4 * side * stride + 0.03, -0.46), 0.03))
    if rng.random() < 0.5:
        parts.append(_limb((-0.11 * build, -0.73), (-0.12 * build, -0.58), 0.06))
    return _soft(unary_union(parts), 0.018)


def _car(rng: np.random.Generator, _: float) -> BaseGeometry:
    hood, rear = rng.uniform(0.55, 0.65), rng.uniform(0.5, 0.75)
    back = [(-1.45, -0.2), (-1.47, -rear + 0.1), (-1.3, -rear), (-0.95, -rear - 0.05), (-0.6, -0.97)]
    body = Polygon([*back, (0.25, -1.0), (0.72, -hood - 0.05), (1.3, -hood + 0.08), (1.46, -0.42), (1.45, -0.2)])
    wheels = [Point(x, -0.21).buffer(0.21, quad_segs=24) for x in (-0.92, 0.92)]
    return unary_union([_soft(body, 0.06), *wheels])


def _leaf(rng: np.random.Generator, _: float) -> BaseGeometry:
    along = np.linspace(0, 1, 40)
    wide = rng.uniform(0.25, 0.36) * np.sin(np.pi * along**0.8) ** 0.8
    bend = rng.uniform(-0.15, 0.15) * np.sin(np.pi * along)
    teeth = 1 + 0.05 * np.sin(along * rng.integers(18, 30))
    left = np.stack([bend - wide * teeth, -0.12 - 0.88 * along], axis=1)
    right = np.stack([bend + wide * teeth, -0.12 - 0.88 * along], axis=1)[::-1]
    return unary_union([_soft(Polygon(np.concatenate([left, right])), 0.01), _limb((0.0, 0.0), (0.0, -0.2), 0.012)])


def _branch(rng: np.random.Generator, phase: float) -> BaseGeometry:
    parts: list[BaseGeometry] = [_limb((0.0, 0.0), (0.05, -0.92), 0.018)]
    for step in range(int(rng.integers(7, 12))):
        foot = np.array([0.05 * step / 10, -0.08 - 0.085 * step])
        angle = rng.uniform(0.5, 1.1) * (1 if step % 2 else -1) + 0.06 * np.sin(phase + step)
        tip = foot + rng.uniform(0.22, 0.36) * np.array([np.sin(angle), -np.cos(angle)])
        side = 0.06 * np.array([np.cos(angle), np.sin(angle)])
        middle = 0.55 * tip + 0.45 * foot
        parts.append(_soft(Polygon([foot, middle - side, tip, middle + side]), 0.012))
    return _soft(unary_union(parts), 0.004)


def _pole(rng: np.random.Generator, _: float) -> BaseGeometry:
    parts = [Polygon([(-0.016, -1), (0.016, -1), (0.02, 0), (-0.02, 0)])]
    if rng.random() < 0.6:
        parts.append(Polygon([(-0.028, -0.12), (0.028, -0.12), (0.03, 0), (-0.03, 0)]))
    return unary_union(parts)


def _hand(rng: np.random.Generator, _: float) -> BaseGeometry:
    parts: list[BaseGeometry] = [Point(0, -0.5).buffer(0.2), _limb((0.0, 0.0), (0.0, -0.45), 0.13)]
    for finger, (angle, length) in enumerate(((-0.9, 0.36), (-0.28, 0.46), (-0.07, 0.49), (0.13, 0.47), (0.36, 0.4))):
        lean = angle + rng.uniform(-0.06, 0.06)
        root = np.array([0.0, -0.5]) + 0.1 * np.array([np.sin(lean), -np.cos(lean)])
        tip = root + (length - 0.1) * np.array([np.sin(lean), -np.cos(lean)])
        parts.append(_limb(tuple(root), tuple(tip), 0.05 if finger else 0.055))
    return _soft(unary_union(parts), 0.02)


def _ball(_rng: np.random.Generator, _phase: float) -> BaseGeometry:
    return Point(0, -0.5).buffer(0.5, quad_segs=48)


def _limb(start: tuple[float, ...], end: tuple[float, ...], radius: float) -> BaseGeometry:
    return LineString([start, end]).buffer(radius, quad_segs=8)


def _soft(shape: BaseGeometry, radius: float) -> BaseGeometry:
    """Round its corners."""
    return shape.buffer(-radius).buffer(2 * radius).buffer(-radius)


SHAPES: dict[str, Shape] = {
    "person": Shape(draw=_person, aspect=0.62),
    "car": Shape(draw=_car, aspect=3.0),
    "leaf": Shape(draw=_leaf, aspect=0.9),
    "branch": Shape(draw=_branch, aspect=0.85),
    "pole": Shape(draw=_pole, aspect=0.07),
    "hand": Shape(draw=_hand, aspect=0.8),
    "ball": Shape(draw=_ball, aspect=1.0),
}
