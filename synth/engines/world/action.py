"""Who films and who passes by: camera moves at a natural pace, people and cars that cross the picture."""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from synth.engines.world import palette
from synth.engines.world.kit import Dice, Take, vec
from synth.engines.world.spec import Camera, Card, Vec, Wave

Ease = Literal["steady", "smooth", "return"]
Move = Literal["still", "pan", "glance", "dolly", "truck", "orbit", "crane"]


def filmed(dice: Dice, take: Take, eye: Vec, target: Vec, focal: float, moves: Sequence[Move]) -> Camera:
    """A camera that starts near `eye`, looks near `target`, and moves in one of the ways at a natural pace."""
    distance = float(np.linalg.norm(np.subtract(target, eye)))
    move = dice.pick("camera/move", moves)
    pace = min(dice.between("camera/pace", 0.08, 0.3) * max(take.seconds, 0.04), 0.42)
    side = dice.pick("camera/side", (-1.0, 1.0))
    way, look = np.zeros(3), np.zeros(3)
    if move == "pan":
        look[0] = side * 1.4 * pace * distance
    elif move == "glance":
        look[0] = side * 3.0 * pace * distance
    elif move == "dolly":
        way[2] = side * 0.7 * pace * distance
    elif move == "truck":
        way[0] = look[0] = side * 0.9 * pace * distance
    elif move == "crane":
        way[1] = -side * 0.3 * pace * distance
    jitter = np.array([dice.between(f"camera/{axis}", -0.06, 0.06) for axis in "xyz"]) * distance
    start, aim = np.array(eye) + jitter, np.array(target)
    held = look / 2 if move == "glance" else np.zeros(3)
    ease: Ease = dice.pick("camera/ease", ("steady", "smooth", "smooth", "return"))
    return Camera(
        focal=focal,
        eye=(vec(start - way / 2), vec(start + way / 2)),
        target=(vec(aim + held - look / 2), vec(aim + held + look / 2)),
        ease="return" if move == "glance" else ease,
        orbit=side * 1.2 * pace if move == "orbit" else 0.0,
        shake=shake(dice, distance),
    )


def shake(dice: Dice, distance: float) -> tuple[Wave, ...]:
    """Of a hand, or nothing on a tripod."""
    strength = dice.pick("shake", (0.0, 0.4, 1.0, 1.0, 1.8))
    if strength == 0:
        return ()
    axes: tuple[tuple[Literal["yaw", "pitch", "roll", "x", "y"], float], ...] = (
        ("yaw", 0.004), ("pitch", 0.0035), ("roll", 0.003), ("x", 0.002 * distance), ("y", 0.002 * distance)
    )  # fmt: skip
    waves = []
    for axis, size in axes:
        for octave, rate in enumerate((0.45, 1.3, 3.1)):
            waves.append(
                Wave(
                    axis=axis,
                    size=round(strength * size * dice.between("shake/size", 0.4, 1.2) / (1 + octave * 1.4), 6),
                    rate=round(rate * dice.between("shake/rate", 0.7, 1.3), 4),
                    phase=dice.between("shake/phase", 0.0, 6.2832),
                )
            )
    return tuple(waves)


def passer(dice: Dice, name: str, take: Take, z: float, width: float) -> Card:
    """A person who crosses a strip `width` m wide at depth z."""
    colours = [
        dice.pick(f"{name}/{part}", choices) for part, choices in (("hair", palette.HAIRS), ("skin", palette.SKINS))
    ]
    colours += [dice.pick(f"{name}/coat", palette.COATS), dice.pick(f"{name}/legs", palette.COATS), (34, 28, 26)]
    start, end = crossing(dice, name, take, width, 1.6)
    return Card(
        shape="person",
        seed=dice.seed(name),
        start=(start, 0.0, z),
        end=(end, 0.0, z),
        height=dice.between(f"{name}/height", 1.55, 1.9),
        material=dice.material(name, "figure", colours),
        sway=0.012,
        pace=dice.between(f"{name}/pace", 0.8, 1.1),
    )


def crossing(dice: Dice, name: str, take: Take, width: float, speed: float) -> tuple[float, float]:
    """Where somebody starts and ends who is near the middle at some time; faster in very short clips, within reason."""
    side = dice.pick(f"{name}/side", (-1.0, 1.0))
    way = max(speed * take.seconds, min(0.035 * width * (take.frames - 1), 0.8 * width))
    middle = dice.between(f"{name}/middle", -0.3, 0.3) * width
    share = dice.between(f"{name}/when", 0.3, 0.7)
    return round(middle - side * share * way, 4), round(middle + side * (1 - share) * way, 4)
