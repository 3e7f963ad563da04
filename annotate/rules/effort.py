"""Rules on what a person did, beside what came of it."""

from collections.abc import Iterator

from annotate.events import Event
from annotate.rules.limits import Limits
from sts import masks
from sts.checks import Finding
from sts.types import Clip

Findings = Iterator[Finding]


def hurried(clip: Clip, event: Event, limits: Limits) -> Findings:
    """More edited than a hand can in the time; `clip` is the window of the event."""
    drawn = [one for frame in clip.frames for one in frame.instances if one.mask is not None]
    whole = sum(masks.area(one.mask) for one in drawn if one.mask is not None)
    edited = sum(masks.area(one.mask) for one in drawn if one.mask is not None and one.effort in ("changed", "drawn"))
    if event.lead_time_s is None or event.lead_time_s >= limits.hurry_s or edited <= limits.hurry_share * whole:
        return
    text = f"{edited / whole:.0%} of the strokes belong to words edited in {event.lead_time_s:.1f} s"
    yield Finding(rule="hurried", severe=False, what=text)
