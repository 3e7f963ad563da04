"""Reviews a pull: quality, agreement, honeypots, the state of every frame, and a layer on which people agree."""

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from annotate import consensus, events, looking, people, states, verdicts
from annotate.agreement import Kappas, Pair
from annotate.events import Event
from annotate.looking import Seen, Two, Window, Work
from annotate.people import Gates, Person, Tally
from annotate.rules.limits import Limits
from annotate.states import Move
from annotate.verdicts import Verdict
from sts import files, manifest, run
from sts.errors import ConfigError, DataError
from sts.files import Location
from sts.wording import counted

LEDGER = "states.jsonl"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewConfig:
    """Settings of `annotate.review`."""

    gates: Gates = field(default_factory=Gates)
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One window in the review."""

    uid: str
    clip_id: str
    first: int
    last: int
    honeypot: bool
    annotators: tuple[str, ...]
    verdict: Verdict
    priority: float
    window: Window | None
    """None where nobody has labelled it"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """All that is said of a pull."""

    pull: str
    people: tuple[Person, ...]
    rows: tuple[Row, ...]
    """The first to look at first"""
    pairs: Mapping[Two, Mapping[str, float]]
    """Scores of two people over all their windows, by name"""
    groups: Mapping[int, Mapping[str, float]]
    """Fleiss' kappas by number of people"""
    consensus: str
    """Where the merged layer lies; "" where there is nothing to merge"""
    disputed: int
    """Frames that need another annotator"""


def review(pull: Location, truth: str, settings: ReviewConfig, out: Location, workers: str) -> Review:
    """Look at everything, merge what people agree on, and append to the states of frames in `out`.

    DataError for a directory that is no pull, ConfigError for one that is `out` as well.
    """
    if files.same(pull, out):
        raise ConfigError(f"--out {out} is --in, which holds the labels: choose another --out")
    known = events.newest(events.read(pull))
    if not known:
        raise DataError(f"{files.join(pull, events.NAME)} has no annotation: nobody has submitted one yet")
    labels = events.labels(known)
    hidden = {one.uid for one in labels if one.honeypot}
    if hidden and not truth:
        log.warning(
            "not scored: %s; give --truth, the directory with their truth",
            counted(len(hidden), "honeypot window"),
        )
    seen = _look(pull, truth, labels, settings, workers)
    crowd = _people(labels, seen, settings.gates)
    rows = _rows(known, seen, crowd, settings.gates)
    _remember(files.join(out, LEDGER), rows)
    usable = any(not one.honeypot and one.quality in (None, "accept") for one in labels)
    merged = consensus.write(pull, labels, workers) if usable else ""
    pairs, groups = _agreement(seen)
    return Review(
        pull=str(pull),
        people=crowd,
        rows=rows,
        pairs={two: pair.compute() for two, pair in sorted(pairs.items())},
        groups={n: kappas.compute() for n, kappas in sorted(groups.items())},
        consensus=merged,
        disputed=sum(manifest.read(merged).dropped.values()) if merged else 0,
    )


def _look(pull: Location, truth: str, labels: Sequence[Event], settings: ReviewConfig, workers: str) -> list[Seen]:
    by_clip: dict[str, list[Event]] = defaultdict(list)
    for one in labels:
        by_clip[one.clip_id].append(one)
    work = [
        Work(pull=str(pull), truth=truth, clip_id=clip_id, labels=tuple(own), limits=settings.limits)
        for clip_id, own in sorted(by_clip.items())
    ]
    done = run.map_shards({i: partial(looking.look, one) for i, one in enumerate(work)}, workers)
    return [done[i] for i in range(len(work))]


def _people(labels: Sequence[Event], seen: Sequence[Seen], gates: Gates) -> tuple[Person, ...]:
    windows = [window for one in seen for window in one.windows]
    found = []
    for name in sorted({one.annotator for one in labels}):
        own = [one for one in labels if one.annotator == name]
        done = sum((one.tallies[name] for one in seen if name in one.tallies), Tally())
        trials = [trial for window in windows for trial in window.trials if trial.annotator == name]
        alike = [score for window in windows for two, score in window.alike.items() if name in two]
        found.append(people.person(name, own, done, trials, alike, gates))
    return tuple(found)


def _rows(known: Sequence[Event], seen: Sequence[Seen], crowd: Sequence[Person], gates: Gates) -> tuple[Row, ...]:
    windows = {window.labels[0].uid: window for one in seen for window in one.windows}
    doubted = people.distrusted(crowd, gates)
    rows = []
    for uid in sorted({one.uid for one in known}):
        own, window = [one for one in known if one.uid == uid], windows.get(uid)
        rows.append(
            Row(
                uid=uid,
                clip_id=own[0].clip_id,
                first=own[0].first,
                last=own[0].last,
                honeypot=any(one.honeypot for one in own),
                annotators=tuple(sorted({one.annotator for one in own})),
                verdict=verdicts.verdict(own, window, doubted, gates),
                priority=verdicts.priority(window, gates) if window is not None else 0.0,
                window=window,
            )
        )
    return tuple(sorted(rows, key=lambda row: (-row.priority, row.uid)))


def _remember(path: Location, rows: Sequence[Row]) -> None:
    """Append the moves of all frames but those of honeypots, which nobody releases."""
    kept = states.read(path)
    by_entity: dict[str, list[Move]] = defaultdict(list)
    for move in kept:
        by_entity[move.entity].append(move)
    new: list[Move] = []
    for row in sorted((row for row in rows if not row.honeypot), key=lambda row: row.uid):
        for frame in range(row.first, row.last + 1):
            own = by_entity[f"{row.clip_id}:{frame:06d}"]
            made = verdicts.moves(own, row.clip_id, frame, row.verdict)
            own += made
            new += made
    states.write(path, states.append(kept, new))


def _agreement(seen: Sequence[Seen]) -> tuple[dict[Two, Pair], dict[int, Kappas]]:
    """Of all clips together."""
    pairs: dict[Two, Pair] = {}
    groups: dict[int, Kappas] = {}
    for one in seen:
        for two, pair in one.pairs.items():
            pairs.setdefault(two, Pair()).merge(pair)
        for n, kappas in one.groups.items():
            groups.setdefault(n, Kappas()).merge(kappas)
    return pairs, groups
