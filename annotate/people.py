"""What each annotator did, in numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median

from annotate import honeypots
from annotate.events import Event
from annotate.honeypots import Result, Trial
from sts.types import Clip


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What a person did to the pre-labels of some frames."""

    kept: int = 0
    changed: int = 0
    drawn: int = 0
    """Instances"""
    frames: int = 0
    """With an instance of which it is known what was done"""
    unchanged: int = 0
    """Of these, all instances were kept; what was deleted does not show"""

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(**{name: getattr(self, name) + getattr(other, name) for name in Tally.__dataclass_fields__})


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One annotator, over all labels of theirs that count."""

    name: str
    windows: int
    frames: int
    seconds: float | None
    """A frame, median over windows: the time that the editor was open includes every pause"""
    tally: Tally
    honeypots: Result | None
    agreement: float | None
    """Mean of tolerant fgIoU@1px with others, over windows"""
    alarms: tuple[str, ...] = ()

    def share(self, effort: str) -> float | None:
        """Of the instances, those that were kept, changed or drawn; None for no instance."""
        whole = self.tally.kept + self.tally.changed + self.tally.drawn
        return getattr(self.tally, effort) / whole if whole else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gates:
    """From where on work is good enough; fractions."""

    honeypot: float = 0.95
    """Tolerant fgIoU@1px of a honeypot"""
    pair: float = 0.93
    """Tolerant fgIoU@1px of two annotators on a window"""
    unchanged: float = 0.98
    """Share of frames; a person who changes less looks away"""
    unchanged_frames: int = 50
    """Least frames for that"""


def tally(window: Clip) -> Tally:
    """Of the frames of one window."""
    made = Tally()
    for frame in window.frames:
        efforts = [one.effort for one in frame.instances if one.effort is not None]
        counts = {name: efforts.count(name) for name in ("kept", "changed", "drawn")}
        same = bool(efforts) and counts["kept"] == len(efforts)
        made += Tally(**counts, frames=int(bool(efforts)), unchanged=int(same))
    return made


def person(
    name: str, labels: Sequence[Event], done: Tally, trials: Sequence[Trial], alike: Sequence[float], gates: Gates
) -> Person:
    """Numbers and alarms of one annotator; `alike` are agreements with others."""
    paces = [one.lead_time_s / one.frames for one in labels if one.lead_time_s is not None]
    found = honeypots.result(trials, gates.honeypot)
    return Person(
        name=name,
        windows=len(labels),
        frames=sum(one.frames for one in labels),
        seconds=median(paces) if paces else None,
        tally=done,
        honeypots=found,
        agreement=fmean(alike) if alike else None,
        alarms=tuple(_alarms(done, found, gates)),
    )


def distrusted(people: Sequence[Person], gates: Gates) -> Mapping[str, str]:
    """Who fails the honeypots on the whole, and how."""
    failed = {one.name: one.honeypots for one in people if one.honeypots and one.honeypots.score < gates.honeypot}
    return {
        name: f"{name} has {found.score:.1%} on honeypots; {gates.honeypot:.0%} pass" for name, found in failed.items()
    }


def _alarms(done: Tally, found: Result | None, gates: Gates) -> list[str]:
    alarms = []
    if done.frames >= gates.unchanged_frames and done.unchanged > gates.unchanged * done.frames:
        alarms.append(f"left {done.unchanged} of {done.frames} frames as they were")
    if found is not None and found.score < gates.honeypot:
        alarms.append(f"passed {found.passed} of {found.windows} honeypots")
    return alarms
