"""One clip of a pull, as its annotators left it: quality, honeypots and agreement, window by window."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from annotate import agreement, consensus, honeypots, people, quality, raters
from annotate.agreement import Kappas, Pair
from annotate.events import Event
from annotate.honeypots import Trial
from annotate.people import Tally
from annotate.rules import effort
from annotate.rules.limits import Limits
from sts import layers
from sts.checks import Finding
from sts.errors import DataError
from sts.shards import Jpegs
from sts.types import Clip

Two = tuple[str, str]
"""Names of two annotators, in order"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What a worker needs for one clip."""

    pull: str
    truth: str
    """Directory of what honeypots should be; "" for none"""
    clip_id: str
    labels: tuple[Event, ...]
    limits: Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A finding in the work of one person; its frame counts from the first of the clip."""

    annotator: str
    finding: Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """One window and what was found in it."""

    labels: tuple[Event, ...]
    """One an annotator"""
    found: tuple[Found, ...] = ()
    trials: tuple[Trial, ...] = ()
    alike: Mapping[Two, float] = field(default_factory=dict)
    """Tolerant fgIoU@1px of each pair of annotators"""

    @property
    def severe(self) -> tuple[Found, ...]:
        """What must be mended."""
        return tuple(one for one in self.found if one.finding.severe)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """All of one clip."""

    path: str
    """The clip id: how a run names its parts"""
    clips: int
    windows: tuple[Window, ...]
    tallies: Mapping[str, Tally]
    """By annotator"""
    pairs: Mapping[Two, Pair]
    groups: Mapping[int, Kappas]
    """By number of annotators, three and more"""


def look(work: Work) -> Seen:
    """Everything that labels, pictures and truth say of one clip."""
    sides = sorted({(one.annotator, one.honeypot) for one in work.labels})
    drawn = {side: consensus.labels_of(work.pull, side[0], work.clip_id, honeypot=side[1]) for side in sides}
    stored = _pictures(work, *sides[0])
    windows, tallies = [], {name: Tally() for name, _ in sides}
    pairs: dict[Two, Pair] = {}
    groups: dict[int, Kappas] = {}
    for uid in sorted({one.uid for one in work.labels}):
        labels = tuple(one for one in work.labels if one.uid == uid)
        cuts = {
            one.annotator: raters.cut(drawn[one.annotator, one.honeypot], one.first, one.last, uid) for one in labels
        }
        for name, clip in cuts.items():
            tallies[name] += people.tally(clip)
        alike = {two: _compare(pairs, two, cuts) for two in combinations(sorted(cuts), 2)}
        if len(cuts) > 2:
            clips = raters.comparable(list(cuts.values()), list(cuts.values()))
            groups.setdefault(len(cuts), Kappas()).update(clips, agreement.classes(clips[0]))
        windows.append(
            Window(
                labels=labels,
                found=tuple(one for label in labels for one in _found(work, label, cuts[label.annotator], stored)),
                trials=_trials(work, labels, cuts),
                alike={two: score for two, score in alike.items() if score is not None},
            )
        )
    return Seen(path=work.clip_id, clips=1, windows=tuple(windows), tallies=tallies, pairs=pairs, groups=groups)


def _pictures(work: Work, annotator: str, honeypot: bool) -> Jpegs | None:
    """The stored pictures; None where they cannot be found."""
    try:
        return layers.jpegs(consensus.layer(work.pull, annotator, honeypot=honeypot), work.clip_id)
    except DataError:
        return None


def _compare(pairs: dict[Two, Pair], two: Two, cuts: Mapping[str, Clip]) -> float | None:
    """Count a window for two people; their tolerant fgIoU@1px there."""
    clips = [cuts[name] for name in two]
    here = Pair()
    here.update(*raters.comparable(clips, clips))
    score = here.compute().get("tolerant")
    pairs.setdefault(two, Pair()).merge(here)
    return score


def _found(work: Work, label: Event, clip: Clip, stored: Jpegs | None) -> list[Found]:
    pictures = stored[label.first : label.last + 1] if stored is not None else None
    findings = [*quality.findings(clip, pictures, work.limits), *effort.hurried(clip, label, work.limits)]
    return [Found(annotator=label.annotator, finding=_shifted(one, label.first)) for one in findings]


def _shifted(finding: Finding, first: int) -> Finding:
    frame = None if finding.frame is None else finding.frame + first
    return Finding(rule=finding.rule, what=finding.what, frame=frame, track=finding.track, severe=finding.severe)


def _trials(work: Work, labels: Sequence[Event], cuts: Mapping[str, Clip]) -> tuple[Trial, ...]:
    asked = [one for one in labels if one.honeypot] if work.truth else []
    made = [honeypots.trial(work.truth, one, cuts[one.annotator]) for one in asked]
    return tuple(one for one in made if one is not None)
