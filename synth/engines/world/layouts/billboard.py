"""A big board in the open, with containers or a fence below and branches in front."""

import math
from dataclasses import replace

from synth.engines.world import palette
from synth.engines.world.action import crossing, filmed
from synth.engines.world.kit import Dice, Plot, Take, box, can, floor, front, whole
from synth.engines.world.spec import Card, Lamp, WorldSpec


def billboard(take: Take, dice: Dice) -> WorldSpec:
    """Metres: the board stands at z = 0 on two legs."""
    wide, tall = dice.between("wide", 6.0, 9.0), dice.between("tall", 2.6, 3.6)
    lift = dice.between("lift", 2.6, 3.4)
    plot = Plot()
    _land(dice, plot)
    face = dice.material("face", "board", dice.pick("face", palette.SIGNS), texels=1024)
    steel = dice.material("steel", "metal", ((96, 98, 100),), tile=1.0, texels=128)
    turn = dice.between("turn", -0.35, 0.35)
    board = box((0.0, -lift, 0.0), (wide, tall, 0.3), turn, face, steel)
    plot.put(board, whole(board.panels[0], 0.08))
    for x in (-0.3 * wide, 0.3 * wide):
        place = (
            round(x * math.cos(turn) - 0.35 * math.sin(turn), 4),
            0.0,
            round(x * math.sin(turn) + 0.35 * math.cos(turn), 4),
        )
        plot.put(can(place, 0.16, lift + 0.4, steel, steel))
    _yard(dice, plot)
    eye = (dice.between("eye/x", -3.0, 3.0), -dice.between("eye/y", 1.6, 2.4), -dice.between("eye/z", 10.0, 13.0))
    target = (dice.between("target/x", -0.8, 0.8), -dice.between("target/y", 2.4, 3.2), 0.0)
    sun = (dice.between("sun/x", -1.0, 1.0), -dice.between("sun/y", 0.7, 1.4), -dice.between("sun/z", 0.7, 1.3))
    later = (round(sun[0] + dice.between("sun/drift", -0.3, 0.3), 4), sun[1], sun[2])
    return WorldSpec(
        layout="billboard",
        width=take.width,
        height=take.height,
        frames=take.frames,
        rate=take.rate,
        camera=filmed(
            dice,
            take,
            eye,
            target,
            dice.between("focal", 0.8, 1.1),
            ("still", "pan", "glance", "glance", "truck", "dolly", "crane", "orbit"),
        ),
        ambient=(0.6, 0.62, 0.67),
        lamps=(Lamp(kind="sun", start=sun, end=later, colour=(0.68, 0.62, 0.52), softness=0.06),),
        stage=tuple(plot.stage),
        things=tuple(plot.things),
        cards=_front(dice, take, -eye[2]),
        areas=plot.areas(),
    )


def _land(dice: Dice, plot: Plot) -> None:
    sky = dice.pick("sky", palette.SKIES)
    far = dice.material(
        "sky", "skyline", (*sky, dice.pick("houses", ((128, 134, 146), (150, 140, 134), (104, 112, 128)))), texels=2048
    )
    grass = dice.material("grass", "foliage", dice.pick("grass", palette.LEAVES), tile=3.0)
    road = dice.material("road", "asphalt", ((110, 108, 106),), tile=3.0)
    hedge = dice.material("hedge", "foliage", dice.pick("hedge", palette.LEAVES), tile=2.0)
    plot.hang(replace(front((-140.0, -60.0, 45.0), 280.0, 61.0, far), glow=0.85))
    plot.hang(floor(-140.0, 0.0, (-5.0, 45.0), 280.0, grass))
    plot.hang(front((-140.0, -1.5, 12.0), 280.0, 1.5, hedge, (0.0, 0.0, 0.0, 0.6)))
    plot.hang(floor(-140.0, 0.0, (-25.0, -5.0), 280.0, road))


def _yard(dice: Dice, plot: Plot) -> None:
    """Containers, a low wall, signs on posts."""
    left = -6.5
    for slot in range(3):
        name = f"yard/{slot}"
        kind = dice.pick(name, ("container", "wall", "sign", "sign"))
        colour = dice.pick(f"{name}/colour", palette.GOODS)
        turn = dice.between(f"{name}/turn", -0.25, 0.25)
        place = (round(left + dice.between(f"{name}/x", 1.2, 2.8), 4), 0.0, -dice.between(f"{name}/z", 1.8, 3.2))
        if kind == "container":
            ribs = dice.material(name, "ribs", (colour,), tile=1.6)
            made = box(place, (dice.between(f"{name}/w", 2.2, 3.4), 1.7, 1.4), turn, ribs, ribs)
        elif kind == "wall":
            brick = dice.material(name, "brick", dice.pick(f"{name}/brick", palette.BRICKS), tile=1.2)
            made = box(place, (dice.between(f"{name}/w", 2.4, 3.6), 1.3, 0.3), turn, brick, brick)
        else:
            sign = dice.material(name, "board", dice.pick(f"{name}/sign", palette.SIGNS), texels=512)
            rim = dice.material(f"{name}/rim", "metal", ((120, 122, 124),), tile=0.5, texels=128)
            made = box((place[0], -0.7, place[2]), (dice.between(f"{name}/w", 1.4, 2.2), 0.9, 0.06), turn, sign, rim)
            plot.put(can((place[0], 0.0, round(place[2] + 0.12, 4)), 0.045, 1.2, rim, rim))
        plot.put(made, whole(made.panels[0], 0.08))
        left += 4.4


def _front(dice: Dice, take: Take, distance: float) -> tuple[Card, ...]:
    """Branches that sway before the lens, a pole, or a car on the road."""
    kind = dice.pick("front", ("none", "branch", "pole", "car", "car"))
    if kind == "none":
        return ()
    if kind == "car":
        start, end = crossing(dice, "car", take, distance * 0.7, 9.0)
        paint = dice.material("car", "car", (dice.pick("car/body", palette.GOODS), palette.GLASS), texels=768)
        return (
            Card(
                shape="car",
                seed=dice.seed("car"),
                start=(start, 0.0, -5.5),
                end=(end, 0.0, -5.5),
                height=1.5,
                material=paint,
            ),
        )
    start, end = crossing(dice, "front", take, distance * 0.3, 0.6 if kind == "branch" else 0.0)
    near = round(-distance * 0.65, 4)
    if kind == "pole":
        steel = dice.material("pole", "metal", ((70, 74, 76),), tile=0.0, texels=256)
        return (
            Card(
                shape="pole",
                seed=dice.seed("pole"),
                start=(start, 0.0, near),
                end=(end, 0.0, near),
                height=7.0,
                material=steel,
            ),
        )
    return (
        Card(
            shape="branch",
            seed=dice.seed("front"),
            start=(start, -dice.between("front/foot", 0.0, 0.6), near),
            end=(end, -dice.between("front/foot", 0.0, 0.6), near),
            height=dice.between("front/height", 1.8, 2.8),
            material=dice.material("front", "foliage", dice.pick("front/leaf", palette.LEAVES)),
            sway=0.09,
            pace=dice.between("front/pace", 0.25, 0.6),
            blur=round(dice.between("front/blur", 0.2, 1.2) * take.width / 1280, 3),
        ),
    )
