"""Packs, jars and cans on shelves or on a table, close to the camera."""

from synth.engines.world.kit import Dice, Set, Take, box, can, crossing, filmed, floor, front, one, whole
from synth.engines.world.layouts import palette
from synth.engines.world.spec import Area, Card, Lamp, Solid, Vec


def shelf(take: Take, dice: Dice) -> Set:
    """Metres: the back stands at z = 0, boards are 0.35 m deep; y = 0 is the lowest board."""
    wide, deep = 2.6, 0.36
    stage = _back(dice, wide)
    things: list[Solid] = []
    areas: list[Area] = []
    levels = dice.count("levels", 1, 2)
    for level in range(levels):
        rise = round(-0.44 * level, 4)
        if level > 0:
            things.append(_plank(dice, rise, wide, deep))
            areas.append(Area(solid=1 + len(stage) - 1 + len(things) - 1, panel=0, x=0.8, y=0.004, width=1.0, height=0.032))
        _fill(dice, f"level/{level}", rise + (-0.0 if level == 0 else 0.0), wide, things, areas, len(stage))
    middle = -0.16 if levels == 1 else -0.36
    distance = dice.between("eye/z", 0.9, 1.25) if levels == 1 else dice.between("eye/z", 1.15, 1.5)
    eye = (dice.between("eye/x", -0.3, 0.3), middle - dice.between("eye/y", 0.05, 0.3), -distance)
    target = (dice.between("target/x", -0.1, 0.1), middle, -0.15)
    order = sorted(range(len(areas)), key=lambda n: (n % 2, n))
    lamp = (dice.between("lamp/x", -0.8, 0.8), -1.6, -dice.between("lamp/z", 0.9, 1.4))
    drift = dice.between("lamp/drift", -0.5, 0.5) if dice.chance("lamp/moves", 0.4) else 0.0
    return Set(
        camera=filmed(dice, take, eye, target, dice.between("focal", 0.85, 1.1), ("still", "pan", "truck", "dolly", "orbit")),
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
        stage=tuple(stage),
        things=tuple(things),
        cards=_hands(dice, take, distance),
        areas=tuple(areas[n] for n in order),
    )


def _back(dice: Dice, wide: float) -> list[Solid]:
    kind = dice.pick("back", ("wood", "plaster", "tiles", "metal"))
    colours = {
        "wood": dice.pick("back/wood", palette.WOODS),
        "plaster": (dice.pick("back/colour", palette.WALLS),),
        "tiles": ((222, 222, 216), (170, 168, 162)),
        "metal": ((150, 154, 158),),
    }
    wall = dice.material("back", kind, colours[kind], tile=0.8)
    top = dice.material("top", "wood", dice.pick("top", palette.WOODS), tile=0.9)
    return [
        one(front(-3.0, -2.4, 0.0, 6.0, 3.2, wall, (0.0, 0.0, 0.0, 0.0))),
        one(floor(-3.0, 0.0, -1.6, 0.0, 6.0, top, (0.0, 0.5, 0.0, 0.0))),
    ]


def _plank(dice: Dice, rise: float, wide: float, deep: float) -> Solid:
    face = dice.pick("plank", palette.WOODS)
    side = dice.material("plank", "wood", face, tile=0.9)
    edge = dice.material("plank/edge", "plain", (dice.pick("plank/edge", ((236, 234, 226), (60, 60, 64), face[0])),), tile=0.5)
    return box((0.0, round(rise + 0.04, 4), -deep / 2), (wide, 0.04, deep), 0.0, edge, side)


def _fill(dice: Dice, name: str, rise: float, wide: float, things: list[Solid], areas: list[Area], fixed: int) -> None:
    """Things from left to right with gaps; the labels of the middle ones can carry text."""
    left, slot = -wide / 2 + 0.05, 0
    while left < wide / 2 - 0.3:
        item = f"{name}/{slot}"
        left = _item(dice, item, left, rise, things, areas, fixed) + dice.between(f"{item}/gap", 0.01, 0.14)
        slot += 1


def _item(dice: Dice, item: str, left: float, rise: float, things: list[Solid], areas: list[Area], fixed: int) -> float:
    """One pack; its right side."""
    pack = dice.material(item, "label", dice.pick(item, palette.PACKS), texels=512)
    tall = dice.between(f"{item}/h", 0.16, 0.34)
    ahead = -dice.between(f"{item}/z", 0.14, 0.24)
    if dice.chance(f"{item}/round", 0.4):
        radius = round(min(dice.between(f"{item}/r", 0.055, 0.11), tall * 0.45), 4)
        tin = dice.material(f"{item}/cap", "metal", ((186, 188, 190),), tile=0.3, texels=128)
        things.append(can((round(left + radius, 4), rise, ahead), radius, tall, pack, tin))
        arc = round(radius * 1.5, 4)
        areas.append(
            Area(solid=fixed + len(things) - 1, panel=0, x=-arc / 2, y=tall * 0.3, width=arc, height=round(tall * 0.42, 4))
        )
        return left + 2 * radius
    size = (dice.between(f"{item}/w", 0.14, 0.36), tall, dice.between(f"{item}/d", 0.08, 0.2))
    side = dice.material(f"{item}/side", "plain", (pack.colours[0],), tile=0.4, texels=128)
    turn = dice.between(f"{item}/turn", -0.22, 0.22)
    room = size[0] + 2 * abs(turn) * size[2]
    made = box((round(left + room / 2, 4), rise, min(ahead, -size[2] / 2 - 0.08)), size, turn, pack, side)
    things.append(made)
    panel = made.panels[0]
    areas.append(Area(solid=fixed + len(things) - 1, panel=0, x=0.012, y=tall * 0.12, width=panel.width - 0.024, height=tall * 0.76))
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
