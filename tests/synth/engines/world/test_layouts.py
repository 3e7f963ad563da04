import zlib
from collections.abc import Callable
from fractions import Fraction

import cv2
import numpy as np
import pytest

from sts import config
from synth.engines.world.camera import views
from synth.engines.world.layouts import LAYOUTS
from synth.engines.world.scene import build, sample_world
from synth.engines.world.sites import site
from synth.engines.world.spec import WorldSpec


def dice(seed: int) -> Callable[[str], np.random.Generator]:
    return lambda name: np.random.default_rng([seed, 0, 0, zlib.crc32(name.encode())])


def sampled(seed: int, width: int = 160, height: int = 96, frames: int = 4, fps: int = 25) -> WorldSpec:
    return sample_world(dice(seed), width=width, height=height, frames=frames, fps=Fraction(fps))


@pytest.mark.parametrize("seed", range(8))
def test_sampled_worlds_can_carry_text(seed: int) -> None:
    spec = sampled(seed)
    world = build(spec)
    assert 2 <= len(world.surfaces) <= 6
    for surface in world.surfaces:
        assert surface.to_frame.shape == (4, 3, 4)
        assert len(surface.occlusion) == len(surface.light) == 4
        edge = np.array([(0, 0), (surface.width, 0), (surface.width, surface.height), (0, surface.height)], float)
        seen = np.stack([surface.project(edge, float(t)) for t in range(4)])
        assert np.isfinite(seen).all()
        for quad in seen:
            a, b = quad[1] - quad[0], quad[3] - quad[0]
            assert a[0] * b[1] - a[1] * b[0] > 0, "text would be mirrored"
        for light in surface.light:
            assert light.gain.min() >= 0 and light.gain.max() <= 4
        assert 0 <= surface.busy < 128
    picture = world.frame(0)
    assert picture.shape == (96, 160, 3)
    assert picture.std() > 8


def test_every_layout_is_drawn() -> None:
    assert {sampled(seed).layout for seed in range(30)} == set(LAYOUTS)


def test_some_surfaces_are_occluded() -> None:
    surfaces = [surface for seed in range(6) for surface in build(sampled(seed, 160, 96, 10)).surfaces]
    hidden = [any(p is not None and (p.pixels > 250).sum() > 20 for p in s.occlusion) for s in surfaces]
    assert 0.1 * len(hidden) < sum(hidden)


def test_some_surfaces_leave_the_frame_and_some_come_back() -> None:
    left = back = 0
    for seed in range(24):
        spec = sampled(seed, 160, 96, 13, fps=8)
        solids = (*spec.stage, *spec.things)
        for area in spec.areas:
            place = site(area, solids[area.solid])
            centre = place.axes[:3] @ (place.width / 2, place.height / 2, 0, 1)
            seen = np.concatenate([view.project(centre[None]) for view in views(spec)])
            inside = ((seen[:, :2] / seen[:, 2:] > 0) & (seen[:, :2] / seen[:, 2:] < (160, 96))).all(axis=1)
            left += not inside.all()
            back += (np.diff(inside.astype(int)) == 1).any() and inside[0]
    assert left > 4
    assert back > 0


def test_a_world_is_the_same_on_every_repeat_and_for_any_number_of_threads() -> None:
    threads, pictures = cv2.getNumThreads(), []
    try:
        for count in (1, 2, 4):
            cv2.setNumThreads(count)
            world = build(sampled(3))
            parts = [world.frame(t).tobytes() for t in (3, 0)]
            parts += [light.gain.tobytes() for surface in world.surfaces for light in surface.light]
            parts += [p.pixels.tobytes() for surface in world.surfaces for p in surface.occlusion if p is not None]
            pictures.append(b"".join(parts))
    finally:
        cv2.setNumThreads(threads)
    assert pictures[0] == pictures[1] == pictures[2]


@pytest.mark.parametrize("seed", range(4))
def test_a_spec_survives_json(seed: int) -> None:
    spec = sampled(seed)
    again = config.from_json(WorldSpec, config.to_json(spec))
    assert again == spec
    assert build(again).frame(1).tobytes() == build(spec).frame(1).tobytes()


@pytest.mark.parametrize(("width", "height", "frames"), [(64, 64, 1), (64, 200, 2), (301, 67, 3)])
def test_any_size_from_64_px_works(width: int, height: int, frames: int) -> None:
    for seed in range(3):
        world = build(sampled(seed, width, height, frames))
        assert world.frame(frames - 1).shape == (height, width, 3)
        assert world.surface_at(0).max() >= -1
