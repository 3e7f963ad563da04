"""A street front: houses with shops, pavement and road, people and cars that pass."""

from dataclasses import replace

from synth.engines.world import palette
from synth.engines.world.action import crossing, filmed, passer
from synth.engines.world.kit import Dice, Plot, Take, box, can, floor, front, whole
from synth.engines.world.spec import Card, Lamp, Material, Vec, WorldSpec


def street(take: Take, dice: Dice) -> WorldSpec:
    """Metres: the houses stand at z = 0, the kerb 3 m before them."""
    plot = Plot()
    _ground(dice, plot)
    left, house = -26.0, 0
    while left < 26:
        width = dice.between(f"house/{house}/width", 5.0, 8.0)
        _house(dice, f"house/{house}", left, width, plot)
        left, house = left + width, house + 1
    _furniture(dice, plot)
    eye = (dice.between("eye/x", -2.5, 2.5), -dice.between("eye/y", 1.4, 2.2), -dice.between("eye/z", 7.0, 10.0))
    target = (dice.between("target/x", -1.5, 1.5), -dice.between("target/y", 1.7, 2.6), 0.0)
    focal = dice.between("focal", 0.75, 1.05)
    cards = _traffic(dice, take, -eye[2] / focal)
    warm = dice.between("sun/warm", 0.0, 0.12)
    sun = (dice.between("sun/x", -1.2, 1.2), -dice.between("sun/y", 0.8, 1.6), -dice.between("sun/z", 0.5, 1.2))
    return WorldSpec(
        layout="street",
        width=take.width,
        height=take.height,
        frames=take.frames,
        rate=take.rate,
        camera=filmed(
            dice, take, eye, target, focal, ("still", "pan", "glance", "glance", "truck", "truck", "dolly", "orbit")
        ),
        ambient=(0.6, 0.62, 0.66),
        lamps=(Lamp(kind="sun", start=sun, end=sun, colour=(0.66 + warm, 0.62, 0.56 - warm), softness=0.06),),
        stage=tuple(plot.stage),
        things=tuple(plot.things),
        cards=cards,
        areas=plot.areas(),
    )


def _ground(dice: Dice, plot: Plot) -> None:
    sky = dice.material("sky", "sky", dice.pick("sky", palette.SKIES))
    road = dice.material("road", "asphalt", ((92, 92, 94),), tile=3.0)
    stone = dice.material("pavement", "paving", (dice.pick("pavement", palette.STONES),), tile=2.4)
    kerb = dice.material("kerb", "concrete", ((176, 172, 164),), tile=1.0)
    plot.hang(replace(front((-400.0, -110.0, 40.0), 800.0, 112.0, sky), glow=0.9))
    plot.hang(floor(-400.0, 0.0, (-16.0, 40.0), 800.0, road))
    plot.hang(floor(-40.0, 0.0, (-3.0, 0.0), 80.0, stone, (0.0, 0.5, 0.0, 0.0)))
    plot.hang(floor(-40.0, 0.0, (-3.25, -3.0), 80.0, kerb))


def _house(dice: Dice, name: str, left: float, width: float, plot: Plot) -> None:
    """A wall, a ground floor with shop or door, and rows of windows above."""
    height = dice.between(f"{name}/height", 6.5, 11.0)
    plot.hang(front((left, -height, 0.0), width, height, _wall(dice, name), (0.12, 0.0, 0.12, 0.4)))
    build = _shop if dice.chance(f"{name}/shop", 0.6) else _plain_front
    build(dice, name, left, width, plot)
    _windows(dice, name, left, width, plot)


def _shop(dice: Dice, name: str, left: float, width: float, plot: Plot) -> None:
    """Glass and a door under a long sign."""
    frame = dice.pick(f"{name}/shop/frame", palette.FRAMES)
    goods = [dice.pick(f"{name}/goods", palette.GOODS) for _ in range(4)]
    glass = dice.material(f"{name}/glass", "shopfront", (frame, (58, 54, 50), (150, 176, 196), *goods), texels=768)
    plot.hang(front((left + 0.5, -2.6, -0.01), width - 2.2, 2.6, glass))
    door = dice.material(f"{name}/door", "door", (frame, palette.GLASS))
    plot.hang(front((left + width - 1.5, -2.4, -0.01), 1.0, 2.4, door))
    sign = dice.material(f"{name}/sign", "board", dice.pick(f"{name}/sign", palette.SIGNS), texels=1024)
    board = front((left + 0.4, -3.5, -0.02), width - 0.8, dice.between(f"{name}/sign/h", 0.6, 0.85), sign)
    plot.hang(board, whole(board))


def _plain_front(dice: Dice, name: str, left: float, width: float, plot: Plot) -> None:
    """A door, then a roller shutter or a blank wall; both may carry text."""
    room, wall = width - 2.6, plot.stage[-1].panels[0]
    if dice.chance(f"{name}/shutter", 0.5):
        ribs = dice.material(f"{name}/ribs", "ribs", (dice.pick(f"{name}/steel", palette.STONES),), tile=1.6)
        shutter = front((left + 2.0, -2.5, -0.01), room, 2.5, ribs, (0.3, 0.4, 0.3, 0.2))
        plot.hang(shutter, (0.2, 0.5, room - 0.4, 1.4))
    else:
        plot.write((2.1, wall.height - 2.4, room, 1.5))
    frame = dice.pick(f"{name}/door/frame", palette.FRAMES)
    leaf = dice.material(f"{name}/door", "door", (dice.pick(f"{name}/leaf", palette.SIGNS)[0], frame))
    plot.hang(front((left + 0.6, -2.25, -0.01), 1.05, 2.25, leaf))


def _wall(dice: Dice, name: str) -> Material:
    kind = dice.pick(f"{name}/wall", ("brick", "plaster", "plaster", "concrete"))
    if kind == "brick":
        return dice.material(f"{name}/wall", kind, dice.pick(f"{name}/brick", palette.BRICKS), tile=1.3)
    colours = palette.WALLS if kind == "plaster" else palette.STONES
    return dice.material(f"{name}/wall", kind, (dice.pick(f"{name}/colour", colours),), tile=3.0)


def _windows(dice: Dice, name: str, left: float, width: float, plot: Plot) -> None:
    """Rows of two kinds of panes over stone sills, from the first floor up."""
    frame, roof = dice.pick(f"{name}/frame", palette.FRAMES), -dice.between(f"{name}/roof", 6.3, 10.5)
    count = max(int(width / 1.9), 1)
    pitch = width / count
    sill = dice.material(f"{name}/sill", "concrete", ((196, 190, 180),), tile=1.0, texels=128)
    glass = (frame, palette.GLASS, (150, 178, 200))
    panes = [dice.material(f"{name}/pane/{n}", "window", glass, texels=256) for n in (0, 1)]
    top = -4.1
    while top - 1.5 > roof:
        for column in range(count):
            x = round(left + (column + 0.5) * pitch - 0.5, 4)
            plot.hang(front((x, round(top - 1.5, 4), -0.01), 1.0, 1.5, dice.pick(f"{name}/panes", panes)))
            plot.hang(front((x - 0.08, round(top, 4), -0.02), 1.16, 0.09, sill))
        top -= 2.7


def _furniture(dice: Dice, plot: Plot) -> None:
    """On the pavement: boards that stand, a column for posters, bins, a lamp post; above it, a hanging sign."""
    if dice.chance("stand", 0.7):
        face, rim = dice.pick("stand", palette.SIGNS)
        sign = dice.material("stand", "board", (face, rim), texels=384)
        side = dice.material("stand/side", "plain", (rim,), tile=0.5, texels=128)
        place = (dice.between("stand/x", -2.6, 2.6), 0.0, -dice.between("stand/z", 1.0, 2.2))
        stand = box(place, (0.8, 1.15, 0.12), dice.between("stand/turn", -0.4, 0.4), sign, side)
        plot.put(stand, whole(stand.panels[0], 0.09))
    if dice.chance("column", 0.55):
        poster = dice.material("column", "concrete", (dice.pick("column", palette.WALLS),), tile=2.0)
        place = (dice.between("column/x", -4.0, 4.0), 0.0, -dice.between("column/z", 1.6, 2.2))
        plot.put(can(place, 0.55, 2.7, poster, poster), (-0.42, 0.5, 0.84, 1.2))
        roof = dice.material("column/roof", "metal", ((70, 84, 80),), tile=1.0, texels=128)
        plot.put(can((place[0], -2.7, place[2]), 0.65, 0.15, roof, roof))
    if dice.chance("bin", 0.6):
        tin = dice.material(
            "bin", "metal", (dice.pick("bin", ((60, 90, 70), (90, 92, 96), (150, 80, 50))),), tile=0.8, texels=256
        )
        plot.put(can((dice.between("bin/x", -5.0, 5.0), 0.0, -2.6), 0.22, 0.85, tin, tin))
    if dice.chance("post", 0.5):
        steel = dice.material("post", "metal", ((84, 88, 90),), tile=1.0, texels=128)
        plot.put(can((dice.between("post/x", -3.5, 3.5), 0.0, -2.85), 0.07, 5.5, steel, steel))


def _traffic(dice: Dice, take: Take, width: float) -> tuple[Card, ...]:
    cards = []
    for slot in range(dice.count("people", 0, 2)):
        near = -dice.between(f"people/{slot}/z", 2.95, 4.5)
        cards.append(passer(dice, f"people/{slot}", take, round(near - 0.4 * slot, 4), width * 0.6))
    if dice.chance("car", 0.35):
        start, end = crossing(dice, "car", take, width * 0.8, 7.0)
        paint = dice.material("car", "car", (dice.pick("car/body", tuple(palette.GOODS)), palette.GLASS), texels=768)
        foot: tuple[Vec, Vec] = ((start, 0.0, -5.4), (end, 0.0, -5.4))
        cards.append(Card(shape="car", seed=dice.seed("car"), start=foot[0], end=foot[1], height=1.45, material=paint))
    return tuple(cards)
