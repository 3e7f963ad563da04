"""A furnished room: walls, pictures, a window, cabinets, now and then somebody who walks by."""

from synth.engines.world import palette
from synth.engines.world.action import filmed, passer
from synth.engines.world.kit import Dice, Plot, Take, box, can, ceiling, floor, front, left_wall, right_wall, whole
from synth.engines.world.spec import Card, Lamp, Material, Panel, Solid, WorldSpec


def room(take: Take, dice: Dice) -> WorldSpec:
    """Metres: the back wall stands at z = 0, the viewer some 4 m before it."""
    width, height, depth = dice.between("width", 5.0, 7.5), dice.between("height", 2.6, 3.1), 7.0
    plot = Plot(stage=[_shell(dice, width, height, depth)])
    if dice.chance("wall/free", 0.5):
        place = dice.between("wall/x", 0.3, 0.6) * (width - 2.6)
        plot.write((place, 0.55, 2.4, 0.9))
    else:
        for panel in _hung(dice, width, height):
            plot.hang(panel, whole(panel) if panel.material.kind == "board" else None)
    for thing in _furniture(dice, width):
        plot.put(thing, whole(thing.panels[0]) if thing.tube is None else None)
    eye = (dice.between("eye/x", -1.2, 1.2), -dice.between("eye/y", 1.3, 1.7), -dice.between("eye/z", 3.4, 4.4))
    target = (dice.between("target/x", -0.5, 0.5), -dice.between("target/y", 1.1, 1.5), 0.0)
    warm = dice.between("warm", 0.0, 0.08)
    lamp = (dice.between("lamp/x", -1.5, 1.5), -height + 0.3, -dice.between("lamp/z", 1.2, 2.6))
    drift = dice.between("lamp/drift", -0.6, 0.6) if dice.chance("lamp/moves", 0.35) else 0.0
    cards: tuple[Card, ...] = ()
    if dice.chance("passer", 0.6):
        cards = (passer(dice, "passer/0", take, -dice.between("passer/z", 1.3, 1.9), 3.2),)
    return WorldSpec(
        layout="room",
        width=take.width,
        height=take.height,
        frames=take.frames,
        rate=take.rate,
        camera=filmed(
            dice,
            take,
            eye,
            target,
            dice.between("focal", 0.75, 1.0),
            ("still", "pan", "glance", "glance", "dolly", "truck", "orbit"),
        ),
        ambient=(0.56 + warm / 2, 0.55, 0.55 - warm / 2),
        lamps=(
            Lamp(
                kind="point",
                start=lamp,
                end=(lamp[0] + drift, lamp[1], lamp[2]),
                colour=(0.62 + warm, 0.6, 0.57 - warm),
                reach=2.6,
                softness=0.12,
            ),
        ),
        stage=tuple(plot.stage),
        things=tuple(plot.things),
        cards=cards,
        areas=plot.areas(),
    )


def _shell(dice: Dice, width: float, height: float, depth: float) -> Solid:
    kind = dice.pick("wall", ("plaster", "paper", "plaster", "wood", "brick"))
    if kind == "brick":
        wall = dice.material("wall", kind, dice.pick("wall/brick", palette.BRICKS), tile=1.1)
    elif kind == "wood":
        wall = dice.material("wall", kind, dice.pick("wall/wood", palette.WOODS), tile=1.6)
    else:
        colour = dice.pick("wall/colour", palette.WALLS)
        lighter = (min(colour[0] + 14, 255), min(colour[1] + 14, 255), min(colour[2] + 12, 255))
        wall = dice.material("wall", kind, (colour, lighter), tile=1.5)
    ground = _ground(dice)
    white = dice.material("ceiling", "plaster", ((240, 238, 232),), tile=2.0)
    x, dark = width / 2, 0.35
    return Solid(
        panels=(
            front((-x, -height, 0.0), width, height, wall, (dark, dark, dark, 0.45)),
            left_wall(-x, -height, (-depth, 0.0), height, wall, (0.0, dark, dark, 0.45)),
            right_wall(x, -height, (-depth, 0.0), height, wall, (dark, dark, 0.0, 0.45)),
            floor(-x, 0.0, (-depth, 0.0), width, ground, (dark, 0.45, dark, 0.0)),
            ceiling(-x, -height, (-depth, 0.0), width, white, (dark, 0.0, dark, dark)),
        )
    )


def _ground(dice: Dice) -> Material:
    kind = dice.pick("ground", ("wood", "tiles", "fabric", "wood"))
    if kind == "wood":
        return dice.material("ground", kind, dice.pick("ground/wood", palette.WOODS), tile=1.8)
    if kind == "tiles":
        return dice.material("ground", kind, ((200, 196, 186), (150, 146, 138), (120, 116, 112)), tile=2.0)
    return dice.material(
        "ground", kind, (dice.pick("ground/cloth", ((110, 96, 92), (84, 98, 116), (128, 118, 96))),), tile=0.8
    )


def _hung(dice: Dice, width: float, height: float) -> list[Panel]:
    """On the back wall, from left to right: a window or a picture here, a board there; then the skirting."""
    skirting = dice.material("skirting", "plain", (dice.pick("skirting", palette.FRAMES),), tile=1.0, texels=128)
    panels = [front((-width / 2, -0.1, -0.001), width, 0.1, skirting)]
    left = -width / 2 + dice.between("hung/start", 0.3, 0.8)
    slot = 0
    while left < width / 2 - 1.0:
        name = f"hung/{slot}"
        kind = dice.pick(name, ("board", "art", "window", "board"))
        wide = dice.between(f"{name}/width", 0.7, 1.9)
        tall = dice.between(f"{name}/height", 0.5, 1.1) if kind != "window" else 1.25
        if left + wide < width / 2 - 0.2:
            top = -height + dice.between(f"{name}/top", 0.5, 0.8)
            panels.append(front((left, top, -0.001), wide, tall, _picture(dice, name, kind)))
        left += wide + dice.between(f"{name}/gap", 0.25, 0.7)
        slot += 1
    return panels


def _picture(dice: Dice, name: str, kind: str) -> Material:
    if kind == "window":
        return dice.material(name, kind, (dice.pick(f"{name}/frame", palette.FRAMES), (130, 160, 186), (214, 230, 240)))
    if kind == "art":
        paints = [dice.pick(f"{name}/paint", palette.GOODS) for _ in range(4)]
        return dice.material(name, kind, (dice.pick(f"{name}/frame", palette.FRAMES), *paints), texels=384)
    return dice.material(name, kind, dice.pick(f"{name}/sign", palette.SIGNS), texels=768)


def _furniture(dice: Dice, width: float) -> list[Solid]:
    """Cabinets along the back wall, a box on the floor, a lamp or a pot."""
    face, grain = dice.pick("cabinet/wood", palette.WOODS)
    body = dice.material("cabinet", "wood", (face, grain), tile=1.2)
    plain = dice.material("cabinet/front", "plain", (dice.pick("cabinet/colour", (*palette.WALLS, face)),), tile=1.2)
    things, left = [], -width / 2 + dice.between("cabinet/start", 0.1, 0.5)
    for slot in range(dice.count("cabinet/count", 1, 3)):
        name = f"cabinet/{slot}"
        size = (
            dice.between(f"{name}/w", 0.8, 1.7),
            dice.between(f"{name}/h", 0.5, 0.95),
            dice.between(f"{name}/d", 0.35, 0.5),
        )
        if left + size[0] > width / 2 - 0.1:
            break
        foot = (round(left + size[0] / 2, 4), 0.0, round(-size[2] / 2 - 0.01, 4))
        things.append(box(foot, size, 0.0, dice.pick(f"{name}/face", (plain, body)), body))
        things += _on_top(dice, name, foot, size)
        left += size[0] + dice.between(f"{name}/gap", 0.05, 1.2)
    if dice.chance("crate", 0.7):
        size = (dice.between("crate/w", 0.5, 0.9), dice.between("crate/h", 0.4, 0.7), dice.between("crate/d", 0.4, 0.6))
        cardboard = dice.material("crate", "plain", ((186, 146, 100),), tile=0.8)
        place = (dice.between("crate/x", -1.6, 1.6), 0.0, -dice.between("crate/z", 1.0, 1.6))
        things.append(box(place, size, dice.between("crate/turn", -0.5, 0.5), cardboard, cardboard))
    return things


def _on_top(dice: Dice, name: str, foot: tuple[float, float, float], size: tuple[float, float, float]) -> list[Solid]:
    """A vase or a small box on a cabinet."""
    if dice.chance(f"{name}/bare", 0.4):
        return []
    place = (round(foot[0] + dice.between(f"{name}/at", -0.3, 0.3) * size[0], 4), -size[1], foot[2])
    colour = dice.pick(f"{name}/pot", palette.GOODS)
    glaze = dice.material(f"{name}/pot", "plain", (colour,), tile=0.4, texels=128)
    return [
        can(place, dice.between(f"{name}/radius", 0.06, 0.12), dice.between(f"{name}/tall", 0.15, 0.35), glaze, glaze)
    ]
