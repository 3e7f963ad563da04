"""Packs, jars and cans on shelves or on a table, close to the camera."""

from synth.engines.world import palette
from synth.engines.world.action import crossing, filmed
from synth.engines.world.kit import Dice, Plot, Take, box, can, floor, front
from synth.engines.world.spec import Card, Lamp, Solid, Vec, WorldSpec


def shelf(take: Take, dice: Dice) -> WorldSpec:
    """Metres: the back stands at z = 0, boards are 0.35 m deep; y = 0 is the lowest board."""
    wide, deep = 2.6, 0.36
    plot = Plot()
    _back(dice, plot)
    levels = dice.count("levels", 1, 2)
    for level in range(levels):
        rise = -0.44 * level
        if level > 0:
            plot.put(_plank(dice, rise, wide, deep), (0.8, 0.004, 1.0, 0.032))
        _fill(dice, f"level/{level}", rise, wide, plot)
    middle = -0.16 if levels == 1 else -0.36
    distance = dice.between("eye/z", 0.9, 1.25) if levels == 1 else dice.between("eye/z", 1.15, 1.5)
    eye = (dice.between("eye/x", -0.3, 0.3), middle - dice.between("eye/y", 0.05, 0.3), -distance)
    target = (dice.between("target/x", -0.1, 0.1), middle, -0.15)
    areas = plot.areas()
    lamp = (dice.between("lamp/x", -0.8, 0.8), -1.6, -dice.between("lamp/z", 0.9, 1.4))
    drift = dice.between("lamp/drift", -0.5, 0.5) if dice.chance("lamp/moves", 0.4) else 0.0
    return WorldSpec(
        layout="shelf",
        width=take.width,
        height=take.height,
        frames=take.frames,
        rate=take.rate,
        camera=filmed(
            dice,
            take,
            eye,
            target,
            dice.between("focal", 0.85, 1.1),
            ("still", "pan", "glance", "glance", "truck", "dolly", "orbit"),
        ),
        ambient=(0.55, 0.55, 0.56),
        lamps=(
            Lamp(
                kind="point",
                start=lamp,
                end=(round(lamp[0] + drift, 4), lamp[1], lamp[2]),
                colour=(0.66, 0.63, 0.58),
                reach=1.5,
                softness=0.15,
            ),
        ),
        stage=tuple(plot.stage),
        things=tuple(plot.things),
        cards=_hands(dice, take, distance),
        areas=areas[::2] + areas[1::2],
    )


def _back(dice: Dice, plot: Plot) -> None:
    kind = dice.pick("back", ("wood", "plaster", "tiles", "metal"))
    colours = {
        "wood": dice.pick("back/wood", palette.WOODS),
        "plaster": (dice.pick("back/colour", palette.WALLS),),
        "tiles": ((222, 222, 216), (170, 168, 162)),
        "metal": ((150, 154, 158),),
    }
    wall = dice.material("back", kind, colours[kind], tile=0.8)
    top = dice.material("top", "wood", dice.pick("top", palette.WOODS), tile=0.9)
    plot.hang(front((-3.0, -2.4, 0.0), 6.0, 3.2, wall))
    plot.hang(floor(-3.0, 0.0, (-1.6, 0.0), 6.0, top, (0.0, 0.5, 0.0, 0.0)))


def _plank(dice: Dice, rise: float, wide: float, deep: float) -> Solid:
    face = dice.pick("plank", palette.WOODS)
    side = dice.material("plank", "wood", face, tile=0.9)
    edge = dice.material(
        "plank/edge", "plain", (dice.pick("plank/edge", ((236, 234, 226), (60, 60, 64), face[0])),), tile=0.5
    )
    return box((0.0, round(rise + 0.04, 4), -deep / 2), (wide, 0.04, deep), 0.0, edge, side)


def _fill(dice: Dice, name: str, rise: float, wide: float, plot: Plot) -> None:
    """Things from left to right with gaps."""
    left, slot = -wide / 2 + 0.05, 0
    while left < wide / 2 - 0.3:
        item = f"{name}/{slot}"
        make = _tin if dice.chance(f"{item}/round", 0.4) else _pack
        left = make(dice, item, left, rise, plot) + dice.between(f"{item}/gap", 0.01, 0.14)
        slot += 1


def _tin(dice: Dice, item: str, left: float, rise: float, plot: Plot) -> float:
    """A can with a label; its right side."""
    label = dice.material(item, "label", dice.pick(item, palette.PACKS), texels=512)
    lid = dice.material(f"{item}/cap", "metal", ((186, 188, 190),), tile=0.3, texels=128)
    tall = dice.between(f"{item}/h", 0.16, 0.34)
    radius = round(min(dice.between(f"{item}/r", 0.055, 0.11), tall * 0.45), 4)
    foot = (round(left + radius, 4), rise, -dice.between(f"{item}/z", 0.14, 0.24))
    arc = round(radius * 1.5, 4)
    plot.put(can(foot, radius, tall, label, lid), (-arc / 2, tall * 0.3, arc, round(tall * 0.42, 4)))
    return left + 2 * radius


def _pack(dice: Dice, item: str, left: float, rise: float, plot: Plot) -> float:
    """A box with a label; its right side."""
    label = dice.material(item, "label", dice.pick(item, palette.PACKS), texels=512)
    side = dice.material(f"{item}/side", "plain", (label.colours[0],), tile=0.4, texels=128)
    size = (
        dice.between(f"{item}/w", 0.14, 0.36),
        dice.between(f"{item}/h", 0.16, 0.34),
        dice.between(f"{item}/d", 0.08, 0.2),
    )
    turn = dice.between(f"{item}/turn", -0.22, 0.22)
    room = size[0] + 2 * abs(turn) * size[2]
    ahead = min(-dice.between(f"{item}/z", 0.14, 0.24), -size[2] / 2 - 0.08)
    made = box((round(left + room / 2, 4), rise, ahead), size, turn, label, side)
    plot.put(made, (0.012, size[1] * 0.12, size[0] - 0.024, size[1] * 0.76))
    return left + room


def _hands(dice: Dice, take: Take, distance: float) -> tuple[Card, ...]:
    """A hand that reaches in, or a leaf close to the lens."""
    kind = dice.pick("front", ("none", "hand", "leaf", "branch", "hand"))
    if kind == "none":
        return ()
    near = round(-distance * (0.5 if kind == "hand" else 0.62), 4)
    start, end = crossing(dice, "front", take, distance * 0.45, 0.35)
    colours = {
        "hand": (dice.pick("front/skin", ((216, 172, 144), (178, 130, 100), (120, 84, 64))),),
        "leaf": dice.pick("front/leaf", palette.LEAVES),
        "branch": dice.pick("front/leaf", palette.LEAVES),
    }
    painter = {"hand": "rounded", "leaf": "leaf", "branch": "foliage"}
    height = dice.between("front/height", 0.3, 0.42)
    foot = dice.between("front/foot", 0.04, 0.16)
    place: tuple[Vec, Vec] = ((start, foot, near), (end, round(foot - 0.05, 4), near))
    card = Card(
        shape=kind,
        seed=dice.seed("front"),
        start=place[0],
        end=place[1],
        height=height,
        material=dice.material("front", painter[kind], colours[kind]),
        sway=0.06,
        pace=dice.between("front/pace", 0.3, 0.7),
        blur=round(dice.between("front/blur", 0.3, 1.6) * take.width / 1280, 3),
    )
    return (card,)
