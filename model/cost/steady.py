"""Whether an old stream is as quick and as small as a young one: both take frames in turn."""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np

from model.cost import clock, streaming
from model.sam2text.net import SAM2Text
from model.sam2text.session import StreamSession
from sts import statistics
from sts.statistics import Interval, PerClip


@dataclass(frozen=True, slots=True, kw_only=True)
class Steady:
    """Two streams of one net."""

    side: int
    """px of the input square"""
    young: float
    """Seconds a frame, median"""
    old: float
    more: Interval
    """Seconds a frame by which the old one is slower, with its 95 % interval over pairs of frames"""
    first_bytes: int
    """Held for one object by the young stream before the pairs"""
    last_bytes: int
    """Held after `last` frames"""


def measure(settings: Mapping[str, Any], *, young: int, old: int, last: int, pairs: int) -> Steady:
    """Streams that have seen `young` and `old` frames take `pairs` more in turn; the old one goes on to `last`."""
    on = clock.device()
    net = SAM2Text(**settings).to(on)
    first, second = StreamSession(net), StreamSession(net)
    _go(first, young)
    first_bytes = streaming.held(first)
    _go(second, old)
    works = {name: lambda one=one: _go(one, one.frame + 1) for name, one in (("young", first), ("old", second))}
    taken = clock.in_turn(works, pairs, on)
    _go(second, last)
    return Steady(
        side=net.image_size,
        young=median(taken["young"]),
        old=median(taken["old"]),
        more=_more(taken),
        first_bytes=first_bytes,
        last_bytes=streaming.held(second),
    )


def _go(session: StreamSession, until: int) -> None:
    frame = streaming.picture(session.net.image_size, session.net.image_size)
    while session.frame < until:
        session.step(frame)


def _more(taken: Mapping[str, list[float]]) -> Interval:
    old, young = (np.array(taken[name])[:, None] for name in ("old", "young"))
    found = statistics.paired_differences(old, young, _median, np.random.default_rng(0))
    return found["seconds"]


def _median(frames: PerClip) -> Mapping[str, float]:
    return {"seconds": float(np.median(frames[:, 0]))}
