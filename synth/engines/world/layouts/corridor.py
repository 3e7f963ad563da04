"""A long corridor or passage: doors, posters, pillars, lamps overhead."""

from dataclasses import replace

from synth.engines.world import palette
from synth.engines.world.action import filmed, passer
from synth.engines.world.kit import Dice, Plot, Take, can, ceiling, floor, front, left_wall, right_wall, whole
from synth.engines.world.spec import Card, Lamp, Panel, Solid, WorldSpec


def corridor(take: Take, dice: Dice) -> WorldSpec:
    """Metres: the viewer stands at z = 0 and looks along +z."""
    half, height, far = dice.between("half", 1.5, 2.3), dice.between("height", 2.6, 3.2), dice.between("far", 9.0, 13.0)
    plot = Plot(stage=[_shell(dice, half, height, far)])
    for panel in _fittings(dice, half, height, far):
        plot.hang(panel, whole(panel) if panel.material.kind == "board" else None)
    for pillar in _pillars(dice, half, height, far):
        plot.put(pillar, (-0.2, height - 2.1, 0.4, 0.8))
    eye = (dice.between("eye/x", -0.35, 0.35) * half, -dice.between("eye/y", 1.45, 1.7), 0.0)
    target = (
        dice.between("target/x", -0.45, 0.45) * half,
        -dice.between("target/y", 1.3, 1.6),
        dice.between("target/z", 4.5, 6.0),
    )
    lamps = tuple(
        Lamp(
            kind="point",
            start=(0.0, 0.25 - height, z),
            end=(0.0, 0.25 - height, z),
            colour=(0.4, 0.39, 0.37),
            reach=2.2,
            softness=0.12,
        )
        for z in (2.5, 6.0, 9.5)
    )
    return WorldSpec(
        layout="corridor",
        width=take.width,
        height=take.height,
        frames=take.frames,
        rate=take.rate,
        camera=filmed(
            dice,
            take,
            eye,
            target,
            dice.between("focal", 0.62, 0.85),
            ("still", "pan", "glance", "glance", "dolly", "dolly"),
        ),
        ambient=(0.5, 0.51, 0.53),
        lamps=lamps,
        stage=tuple(plot.stage),
        things=tuple(plot.things),
        cards=_people(dice, take, half),
        areas=plot.areas(),
    )


def _shell(dice: Dice, half: float, height: float, far: float) -> Solid:
    kind = dice.pick("wall", ("tiles", "plaster", "concrete", "brick", "plaster"))
    if kind == "tiles":
        wall = dice.material("wall", kind, (dice.pick("wall/tile", palette.WALLS), (150, 148, 142)), tile=1.2)
    elif kind == "brick":
        wall = dice.material("wall", kind, dice.pick("wall/brick", palette.BRICKS), tile=1.2)
    else:
        wall = dice.material("wall", kind, (dice.pick("wall/colour", palette.WALLS),), tile=2.4)
    ground = dice.material("ground", "tiles", ((168, 166, 160), (110, 108, 104), (140, 138, 134)), tile=2.0)
    if dice.chance("carpet", 0.35):
        ground = dice.material("ground", "fabric", (dice.pick("carpet", palette.STONES),), tile=1.0)
    above = dice.material("above", "tiles", ((226, 226, 220), (180, 178, 172)), tile=2.4)
    back, dark = -3.0, 0.35
    return Solid(
        panels=(
            front((-half, -height, far), 2 * half, height, wall, (dark, dark, dark, dark)),
            left_wall(-half, -height, (back, far), height, wall, (0.0, dark, dark, 0.4)),
            right_wall(half, -height, (back, far), height, wall, (dark, dark, 0.0, 0.4)),
            floor(-half, 0.0, (back, far), 2 * half, ground, (0.4, dark, 0.4, 0.0)),
            ceiling(-half, -height, (back, far), 2 * half, above, (dark, 0.0, dark, dark)),
        )
    )


def _fittings(dice: Dice, half: float, height: float, far: float) -> list[Panel]:
    """Lamps overhead, doors and posters by turns along both walls, something at the end."""
    glow = dice.material("lamps", "plain", ((250, 248, 240),), tile=1.0, texels=64)
    lamps = [ceiling(-0.35, 0.002 - height, (z, z + 1.0), 0.7, glow) for z in (2.0, 5.5, 9.0) if z + 1 < far]
    panels = [replace(lamp, glow=0.95) for lamp in lamps]
    frame = dice.pick("frame", palette.FRAMES)
    leaf = dice.material("door", "door", (dice.pick("leaf", palette.WOODS)[0], frame))
    for side, build, x in (("left", left_wall, -half + 0.001), ("right", right_wall, half - 0.001)):
        near, slot = dice.between(f"{side}/start", 1.9, 2.8), 0
        while near < far - 2:
            name = f"{side}/{slot}"
            if dice.chance(name, 0.7):
                wide, tall = dice.between(f"{name}/w", 1.0, 2.2), dice.between(f"{name}/h", 0.7, 1.2)
                sign = dice.material(name, "board", dice.pick(f"{name}/sign", palette.SIGNS), texels=768)
                panels.append(
                    build(x, -dice.between(f"{name}/top", 2.0, 2.2), (near, round(near + wide, 4)), tall, sign)
                )
            else:
                wide = 1.0
                panels.append(build(x, -2.1, (near, near + wide), 2.1, leaf))
            near, slot = round(near + wide + dice.between(f"{name}/gap", 0.5, 1.3), 4), slot + 1
    if dice.chance("end", 0.6):
        sign = dice.material("end", "board", dice.pick("end/sign", palette.SIGNS), texels=512)
        panels.append(front((-half * 0.7, -2.3, far - 0.001), half * 1.4, 0.9, sign))
    else:
        panels.append(front((-0.9, -2.15, far - 0.001), 1.8, 2.15, leaf))
    if dice.chance("hanging", 0.5):
        sign = dice.material("hanging", "board", dice.pick("hanging/sign", palette.SIGNS), texels=768)
        panels.append(front((-half * 0.6, 0.15 - height, dice.between("hanging/z", 3.2, 4.5)), half * 1.2, 0.42, sign))
    return panels


def _pillars(dice: Dice, half: float, height: float, far: float) -> list[Solid]:
    if not dice.chance("pillars", 0.4):
        return []
    stone = dice.material("pillars", "concrete", (dice.pick("pillars", palette.WALLS),), tile=1.2)
    side = dice.pick("pillars/side", (-1.0, 1.0))
    places = (dice.between("pillars/z", 3.5, 4.5), dice.between("pillars/z", 7.0, 8.0))
    return [can((round(side * (half - 0.45), 4), 0.0, z), 0.25, height, stone, stone) for z in places if z < far - 1]


def _people(dice: Dice, take: Take, half: float) -> tuple[Card, ...]:
    if not dice.chance("people", 0.5):
        return ()
    return (passer(dice, "people/0", take, dice.between("people/z", 2.4, 3.6), 2 * half * 0.9),)
