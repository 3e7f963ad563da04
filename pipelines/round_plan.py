"""Which clips are annotated in which round, and that the frozen set knows nothing of them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from annotate.pushing import PushConfig
from annotate.simulating import SimulateConfig
from pipelines import leaks, survey
from pipelines.duplicates import DuplicateConfig
from sts import config, files, layers, stage
from sts.errors import ConfigError, DataError
from sts.files import Location
from sts.stage import Notes, Stage
from sts.types import Clip

REVIEW = "review.parquet"
PER_SHARD = 8
"""Clips"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundsConfig:
    """Settings of `pipelines.rounds`."""

    seed: int = 0
    """Of the order of the clips"""
    frozen: str = "data/honeypots"
    """Clips with their truth that no round trains on, and that every round is measured on"""
    shares: tuple[float, ...] = (1 / 16, 1 / 8, 1 / 4, 1 / 2)
    """Of the clips, that are annotated when each round ends; the first is the seed set"""
    steps: tuple[int, ...] = ()
    """Training steps of each round, more where there is more to learn; () for those of `train` in all"""
    review: str = ""
    """Pre-labels with a `review.parquet` that says which clips come first; "" for an order by chance"""
    random: float = 0.15
    """Share of the clips that are drawn by chance all the same"""
    strategy: str = "keys"
    """How simulated annotators work"""
    train: dict[str, Any] = field(default_factory=dict)
    """Settings of `model.train`; those of its configs/model/finetune.toml suit nano"""
    predict: dict[str, Any] = field(default_factory=dict)
    """Settings of `model.predict`"""
    simulate: dict[str, Any] = field(default_factory=dict)
    """Settings of `annotate.simulate`"""
    push: dict[str, Any] = field(default_factory=dict)
    """Settings of `annotate.push`"""
    draws: int = 1000
    """Of the bootstrap, by clip"""
    level: float = 0.95
    """Of the intervals"""

    def __post_init__(self) -> None:
        """ConfigError for rounds that cannot follow each other, and for settings that a command does not have."""
        rising = all(a < b for a, b in zip((0.0, *self.shares), self.shares, strict=False))
        if not self.shares or not rising or self.shares[-1] > 1:
            raise ConfigError(f"shares = {self.shares}: give rising shares of the clips, above 0 and up to 1")
        if self.steps and len(self.steps) != len(self.shares):
            raise ConfigError(
                f"steps = {self.steps}: give one number for each of the {len(self.shares)} shares, or none"
            )
        if not 0 <= self.random <= 1:
            raise ConfigError(f"random = {self.random}: give a share, 0 to 1")
        self.simulated()
        self.pushed("", 0)

    def trained(self, number: int) -> dict[str, Any]:
        """Settings of the training of a round."""
        return {**self.train, "steps": self.steps[number]} if self.steps else self.train

    def simulated(self) -> SimulateConfig:
        """Settings of one simulated annotator that leaves its labels."""
        own = {"seeds": 1, "strategies": [self.strategy], "layer": self.strategy}
        return config.from_dict(SimulateConfig, {**self.simulate, **own}, "simulate")

    def pushed(self, documents: str, number: int) -> PushConfig:
        """Settings of the push of a round; every round is a project."""
        made = config.from_dict(PushConfig, self.push, "push")
        own = {"title": f"{made.title}, round {number}", "documents": documents}
        return config.from_dict(PushConfig, {**self.push, **own}, "push")


def portions(ids: Sequence[str], settings: RoundsConfig) -> list[tuple[str, ...]]:
    """The clips of each round."""
    ordered = order(ids, priorities(settings.review) if settings.review else {}, settings)
    ends = [round(share * len(ids)) for share in settings.shares]
    found = [tuple(ordered[a:b]) for a, b in zip([0, *ends], ends, strict=False)]
    if not all(found):
        raise ConfigError(
            f"shares = {settings.shares} of {len(ids)} clips leave a round without a clip: give more clips"
        )
    return found


def order(ids: Sequence[str], urgent: Mapping[str, float], settings: RoundsConfig) -> list[str]:
    """The urgent ones first, with others drawn by chance among them; all by chance where nothing is urgent."""
    rng = np.random.default_rng(settings.seed)
    drawn = [ids[i] for i in rng.permutation(len(ids))]
    ranked = sorted(drawn, key=lambda clip_id: -urgent.get(clip_id, 0.0))
    next_ones = {True: iter(drawn), False: iter(ranked)}
    taken: dict[str, None] = {}
    for by_chance in (rng.random(len(ids)) < settings.random).tolist():
        taken[next(one for one in next_ones[by_chance] if one not in taken)] = None
    return list(taken)


def priorities(directory: Location) -> dict[str, float]:
    """Mean of its frames, by clip."""
    found = defaultdict[str, list[float]](list)
    path = files.join(directory, REVIEW)
    with files.reading(path) as file:
        try:
            rows = pq.read_table(file, columns=["clip_id", "priority"]).to_pylist()
        except (OSError, ValueError) as error:
            raise DataError(f"{path} says of no clip how urgent it is: {error}") from error
    for row in rows:
        found[row["clip_id"]].append(row["priority"])
    return {clip_id: float(np.mean(values)) for clip_id, values in found.items()}


def choose(pool: str, ids: Sequence[str], out: Location) -> None:
    """A layer of these clips, of which nothing is known yet."""
    run = Stage(command="pipelines.rounds", config={}, out=out, inputs=(pool,))
    stage.make(run, partial(_bare, pool), [list(ids[a:b]) for a, b in stage.batches(len(ids), PER_SHARD)])


def check_apart(frozen: str, others: str, workers: str) -> None:
    """DataError where a clip of the frozen set, its source or one that looks like it is among others."""
    near = DuplicateConfig()
    seen = {name: survey.survey((place,), near, workers) for name, place in (("frozen", frozen), ("others", others))}
    found = [one for one in leaks.leaks(seen, (), {}, near) if one.finding.severe]
    if found:
        first = found[0]
        raise DataError(
            f"{others} is not apart from the frozen {frozen}: clip {first.clip}, {first.finding.what}",
            f"leave out what both have in common ({len(found)} findings)",
        )


def _bare(pool: str, item: Sequence[str], _: Notes) -> Iterator[Clip]:
    for clip_id in item:
        clip = layers.labels(pool, clip_id)
        if clip is None:
            raise DataError(f"{pool} has no clip {clip_id}")
        yield replace(clip, frames=tuple(replace(frame, labelled=False, instances=()) for frame in clip.frames))
