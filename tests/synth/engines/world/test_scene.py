from dataclasses import replace

import cv2
import numpy as np
import pytest

from synth.engines.world import textures
from synth.engines.world.camera import views
from synth.engines.world.kit import box, can, floor, front
from synth.engines.world.paint import Texture
from synth.engines.world.scene import build
from synth.engines.world.spec import Area, Camera, Card, Lamp, Material, Solid, Wave, WorldSpec

GREY = Material(kind="plain", seed=1, colours=((150, 150, 150),), tile=1.0, texels=64)
WIDTH, HEIGHT, FRAMES = 320, 192, 6


def small_world(*cards: Card) -> WorldSpec:
    """A wall, a box and a can before it, and a camera that moves and shakes."""
    wall = front((-3.0, -3.0, 0.0), 6.0, 3.0, GREY)
    chest = box((-0.7, 0.0, -0.6), (0.9, 0.7, 0.4), 0.3, GREY, GREY)
    return WorldSpec(
        layout="test",
        width=WIDTH,
        height=HEIGHT,
        frames=FRAMES,
        rate=(25, 1),
        camera=Camera(
            focal=0.9,
            eye=((-0.2, -1.4, -3.0), (0.4, -1.5, -2.8)),
            target=((0.0, -1.15, 0.0), (0.1, -1.15, 0.0)),
            ease="smooth",
            orbit=0.1,
            shake=(Wave(axis="roll", size=0.02, rate=3.0, phase=0.5), Wave(axis="yaw", size=0.01, rate=2.0, phase=1.0)),
        ),
        ambient=(0.5, 0.5, 0.5),
        lamps=(Lamp(kind="point", start=(0.5, -2.5, -2.0), end=(1.0, -2.5, -2.0), colour=(0.6, 0.6, 0.5), reach=2.0),),
        stage=(Solid(panels=(wall,)), Solid(panels=(floor(-3.0, 0.0, (-4.0, 0.0), 6.0, GREY),))),
        things=(chest, can((0.6, 0.0, -0.5), 0.3, 0.8, GREY, GREY)),
        cards=cards,
        areas=(
            Area(solid=0, panel=0, x=2.2, y=1.0, width=1.6, height=0.8),
            Area(solid=2, panel=0, x=0.05, y=0.05, width=0.8, height=0.6),
            Area(solid=3, panel=0, x=-0.2, y=0.1, width=0.4, height=0.6),
        ),
    )


def passing(**changes: object) -> Card:
    ball = Material(kind="rounded", seed=2, colours=((200, 30, 30),))
    card = Card(shape="ball", seed=3, start=(-0.6, -1.2, -1.2), end=(0.8, -1.2, -1.2), height=0.7, material=ball)
    return replace(card, **changes)  # type: ignore[arg-type]


def by_hand(spec: WorldSpec, t: int, point: np.ndarray) -> np.ndarray:
    """A world point in the frame, from the pinhole's definition: rotate, divide by depth, scale by the focal length."""
    view = views(spec)[t]
    rotation = np.linalg.inv(lens(spec)) @ view.matrix[:, :3]
    assert np.allclose(rotation @ rotation.T, np.eye(3))
    x, y, z = rotation @ (point - view.eye)
    focal = spec.camera.focal * spec.width
    return np.array([spec.width / 2 + focal * x / z, spec.height / 2 + focal * y / z])


def lens(spec: WorldSpec) -> np.ndarray:
    focal = spec.camera.focal * spec.width
    return np.array([(focal, 0, spec.width / 2), (0, focal, spec.height / 2), (0, 0, 1)])


def test_a_plane_surface_projects_like_its_points_in_space() -> None:
    spec = small_world()
    surface = build(spec).surfaces[0]
    units = surface.width / 1.6
    for t in range(FRAMES):
        for x, y in ((0.0, 0.0), (1.6, 0.8), (0.3, 0.7)):
            expected = by_hand(spec, t, np.array([-3.0 + 2.2 + x, -3.0 + 1.0 + y, 0.0]))
            assert surface.project(np.array([[x * units, y * units]]), float(t))[0] == pytest.approx(expected, abs=1e-6)


def test_a_round_surface_projects_like_its_points_in_space() -> None:
    spec = small_world()
    surface = build(spec).surfaces[2]
    assert surface.radius is not None and surface.kind == "cylinder"
    units = surface.width / 0.4
    for x, y in ((0.0, 0.0), (0.4, 0.6), (0.1, 0.3)):
        angle = (x - 0.2) / 0.3
        point = np.array([0.6 + 0.3 * np.sin(angle), -0.8 + 0.1 + y, -0.5 - 0.3 * np.cos(angle)])
        seen = surface.project(np.array([[x * units, y * units]]), 3.0)[0]
        assert seen == pytest.approx(by_hand(spec, 3, point), abs=1e-6)


def test_one_surface_unit_is_one_pixel_in_some_frame() -> None:
    surface = build(small_world()).surfaces[0]
    centre = np.array([[surface.width / 2, surface.height / 2]])
    steps = [
        np.hypot(*(surface.project(centre + 1, float(t)) - surface.project(centre, float(t)))[0]) for t in range(FRAMES)
    ]
    assert min(abs(np.array(steps) / np.sqrt(2) - 1)) < 0.05


def marked(spec: WorldSpec, number: int, area: int, share: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    """Centroids of a small black square put at a share of an area: in the picture, and where the surface says."""
    mark = Material(kind="plain", seed=5, colours=((0, 0, 0),), tile=1.0, texels=64)
    place, side = spec.areas[area], 0.05
    panel = spec.stage[number].panels[0]
    x, y = place.x + share[0] * place.width, place.y + share[1] * place.height
    corner = (panel.corner[0] + x - side / 2, panel.corner[1] + y - side / 2, panel.corner[2] - 1e-6)
    dot = Solid(panels=(front(corner, side, side, mark),))
    world, other = build(spec), build(replace(spec, stage=(*spec.stage, dot), areas=()))
    dark = world.frame(2).astype(float).sum(axis=2) - other.frame(2).astype(float).sum(axis=2)
    rows, columns = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    found = np.array([(columns * dark).sum(), (rows * dark).sum()]) / dark.sum()
    surface = world.surfaces[area]
    return found, surface.project(np.array([[share[0] * surface.width, share[1] * surface.height]]), 2.0)[0]


@pytest.mark.parametrize("share", [(0.2, 0.3), (0.7, 0.1), (0.9, 0.8)])
def test_a_mark_shows_where_the_surface_says(share: tuple[float, float]) -> None:
    found, expected = marked(small_world(), 0, 0, share)
    assert found == pytest.approx(expected, abs=0.1)


def texel(material: Material, made: Texture, places: np.ndarray, repeats: tuple[float, float]) -> np.ndarray:
    """Bilinear colours at places (0..1 of a face that shows the picture so many times)."""
    picture = np.pad(made.picture(), ((8, 8), (8, 8), (0, 0)), mode="wrap")
    rows, columns = made.size
    x = (places[:, 0] * repeats[0] * columns) % columns + 7.5
    y = (places[:, 1] * repeats[1] * rows) % rows + 7.5
    assert material.tile > 0
    return cv2.remap(picture, x.astype(np.float32)[None], y.astype(np.float32)[None], cv2.INTER_LINEAR)[0].astype(float)


@pytest.mark.parametrize("area", [0, 1, 2])
@pytest.mark.parametrize("t", [0, 5])
def test_each_pixel_shows_the_point_of_the_texture_behind_it(area: int, t: int) -> None:
    rough = Material(
        kind="brick", seed=7, colours=((200, 90, 60), (120, 60, 40), (220, 220, 210)), tile=2.0, texels=256
    )
    spec = replace(small_world(), lamps=(), ambient=(1.0, 1.0, 1.0), width=960, height=576)
    wall = replace(spec.stage[0].panels[0], material=rough)
    chest = replace(spec.things[0], panels=tuple(replace(p, material=rough) for p in spec.things[0].panels))
    assert spec.things[1].tube is not None
    tin = Solid(tube=replace(spec.things[1].tube, material=rough))
    world = build(replace(spec, stage=(Solid(panels=(wall,)), spec.stage[1]), things=(chest, tin)))
    surface, place = world.surfaces[area], spec.areas[area]
    draw = np.random.default_rng(1)
    points = draw.uniform(0.05, 0.95, (4000, 2)) * (surface.width, surface.height)
    seen = surface.project(points, float(t))
    inside = ((seen > 2) & (seen < (958, 574))).all(axis=1)
    free = world.surface_at(t)[seen[inside, 1].astype(int), seen[inside, 0].astype(int)] == area
    points, seen = points[inside][free], seen[inside][free]
    metres = points * (place.width / surface.width) + (place.x, place.y)
    length = (0.0, 0.0) if area < 2 else (np.pi * 0.3, 0.0)
    across, down = (seen.astype(np.float32)[:, None, i] - 0.5 for i in (0, 1))
    found = cv2.remap(world.frame(t), across, down, cv2.INTER_LINEAR)
    near = [
        texel(rough, textures.make(rough, 6.0, 3.0), (metres + length + shift) / 2.0, (1.0, 1.0))
        for shift in _SHIFTS / 400
    ]
    errors = [np.abs(found[:, 0] - colours).mean() for colours in near]
    assert len(points) > 500
    assert int(np.argmin(errors)) == 0
    assert errors[0] < 4


_SHIFTS = np.array([(0, 0), (0.3, 0), (-0.3, 0), (0, 0.3), (0, -0.3)])
"""px, at about 400 px per m"""


@pytest.mark.parametrize("blur", [0.0, 1.2])
@pytest.mark.parametrize("shape", ["ball", "person", "car", "leaf", "branch", "pole", "hand"])
def test_a_passer_by_changes_the_picture_only_where_the_surface_is_occluded(shape: str, blur: float) -> None:
    dark = replace(small_world(), lamps=())
    empty = build(dark)
    world = build(replace(dark, cards=(passing(shape=shape, blur=blur),)))
    where = empty.surface_at(3) == 0
    with_card, without = world.frame(3).astype(int), empty.frame(3).astype(int)
    patch, behind = world.surfaces[0].occlusion[3], empty.surfaces[0].occlusion[3]
    assert patch is not None
    opacity, before = np.zeros((2, HEIGHT, WIDTH), int)
    for target, part in ((opacity, patch), (before, behind)):
        if part is not None:
            rows, columns = part.pixels.shape
            target[part.top : part.top + rows, part.left : part.left + columns] = part.pixels
    changed = np.abs(with_card - without).max(axis=2)
    assert (opacity[where] > before[where]).any()
    bare = where & (before == 0)
    assert changed[bare & (opacity == 0)].max() == 0
    assert (changed <= opacity + 1)[bare].all()


def test_text_behind_a_passer_by_comes_out_as_if_it_had_been_there() -> None:
    """Painting a surface by hand and veiling it equals painting it in the world."""
    white = Material(kind="plain", seed=5, colours=((255, 255, 255),), tile=1.0, texels=64)
    spec = replace(small_world(passing()), lamps=(), ambient=(1.0, 1.0, 1.0))
    plate = front((-0.8, -2.0, -1e-6), 1.6, 0.8, replace(white, colours=((255, 0, 0),)))
    truth = build(replace(spec, stage=(*spec.stage, Solid(panels=(plate,))), areas=()))
    world = build(spec)
    surface, t = world.surfaces[0], 3
    seen = world.surface_at(t) == 0
    patch = surface.occlusion[t]
    assert patch is not None
    clear = np.ones((HEIGHT, WIDTH))
    rows, columns = patch.pixels.shape
    clear[patch.top : patch.top + rows, patch.left : patch.left + columns] -= patch.pixels / 255.0
    base = world.frame(t).astype(float)
    red, grey = truth.frame(t)[seen].astype(float), base[seen]
    wanted = grey[:, 0] + clear[seen] * (red[:, 0].max() - 150)
    inner = cv2.erode(seen.astype(np.uint8), np.ones((5, 5), np.uint8))[seen] > 0
    assert np.abs(wanted - red[:, 0])[inner].max() < 12


def test_a_surface_that_is_hidden_for_a_while_comes_back() -> None:
    card = passing(height=3.0, start=(-4.0, 0.2, -1.6), end=(4.0, 0.2, -1.6))
    surface = build(replace(small_world(card), frames=15)).surfaces[0]
    shares = [0.0 if patch is None else float((patch.pixels > 250).sum()) for patch in surface.occlusion]
    assert shares[0] < 0.02 * surface.width * surface.height
    assert max(shares) > 0.9 * surface.width * surface.height
    assert shares[-1] < 0.02 * surface.width * surface.height


def test_a_later_surface_is_not_taken_for_one_that_hides_it() -> None:
    world = build(small_world())
    index = world.surface_at(0)
    assert set(np.unique(index)) == {-1, 0, 1, 2}
