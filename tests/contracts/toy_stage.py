"""A small stage that workers can import."""

import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import distributed
import numpy as np

from sts.errors import DataError
from sts.stage import Notes
from sts.types import Clip, Frame, Origin


@dataclass(frozen=True, slots=True)
class Told:
    """What a task says in place of a shard."""

    path: str
    clips: int = 1


def callbacks() -> Told:
    """What the Dask worker of this task does again and again."""
    return Told(" ".join(distributed.get_worker().periodic_callbacks))


def clips(how: str, item: tuple[int, int], notes: Notes) -> Iterator[Clip]:
    """Clips of noise; `how` says what happens in the shard that starts with clip 2."""
    if item[0] == 2 and how == "fail":
        raise DataError("no such font")
    if item[0] == 2 and how == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if how == "slow":
        time.sleep(0.5)
    for number in range(*item):
        notes.counts["tried"] += 1
        if number == 3:
            notes.drop(f"clip {number}", "it is the third")
            continue
        yield Clip(
            clip_id=f"toy-{number}",
            fps=Fraction(25),
            height=32,
            width=40,
            frames=tuple(Frame(index=i, time_s=i / 25) for i in range(2)),
            origin=Origin(kind="synth", uri="toy", license="CC0-1.0"),
            video=np.random.default_rng(number).integers(0, 255, (2, 32, 40, 3), np.uint8),
        )
