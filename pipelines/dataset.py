"""Builds a dataset: layers become one, clips are split without leaks, each split becomes a finished directory."""

import contextlib
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from pipelines import card, duplicates, merge, split, survey
from pipelines.duplicates import DuplicateConfig
from pipelines.merge import Version
from pipelines.split import LOCK, SPLITS, Group, Lock
from pipelines.survey import Seen
from sts import config, files, layers, stage
from sts.errors import ConfigError, DataError
from sts.files import Location
from sts.shards import Jpegs
from sts.stage import Notes, Stage
from sts.types import Clip
from sts.wording import counted

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildConfig:
    """Settings of `pipelines.build`."""

    seed: int = 0
    """Orders groups of equal size"""
    val: float = 0.1
    """Share of the clips; train has the rest"""
    test: float = 0.1
    lock: str | None = None
    """`splits.lock` of an earlier dataset: what is test there stays test"""
    held_out_fonts: tuple[str, ...] = ()
    """Ids of fonts that only test may show"""
    clips_per_shard: int = 16
    duplicates: DuplicateConfig = field(default_factory=DuplicateConfig)

    def __post_init__(self) -> None:
        """ConfigError for shares that are none."""
        if min(self.val, self.test) < 0 or self.val + self.test > 1:
            raise ConfigError(f"val = {self.val}, test = {self.test}: give shares from 0 that add up to at most 1")
        if self.clips_per_shard < 1:
            raise ConfigError(f"clips_per_shard = {self.clips_per_shard}: give a number from 1")

    @property
    def shares(self) -> dict[str, float]:
        """Of the clips, by split."""
        return {"train": 1 - self.val - self.test, "val": self.val, "test": self.test}


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """All that a worker needs to merge any clip."""

    inputs: tuple[str, ...]
    """Layers in the order given"""
    best: tuple[int, ...]
    """Rank of the best source of each"""


def build(inputs: Sequence[str], settings: BuildConfig, out: Location, n: int | None, workers: str) -> None:
    """Write `train`, `val` and `test` below `out`, then `splits.lock` and `CARD.md`; `n` keeps the first clips by id.

    A lock that lies in `out` binds like that of the settings, so that a larger `n` extends each split.
    """
    seen = survey.survey(inputs, settings.duplicates, workers)
    own = files.join(out, LOCK)
    lock = split.read_lock(settings.lock) if settings.lock else {}
    lock |= split.read_lock(own) if files.exists(own) else {}
    made = plan(seen, settings, lock, n)
    places = split.assign(made, settings.shares, lock, settings.seed)
    _tell(made, places, lock)
    ranks = tuple(max((one.best for one in seen if one.layer == layer), default=merge.LEAST) for layer in inputs)
    work = partial(clips, Job(inputs=tuple(inputs), best=ranks))
    settled = config.to_dict(settings) | {"lock": files.sha256(settings.lock) if settings.lock else None}
    for name in SPLITS:
        ids = sorted(clip_id for group in made if places[group.name] == name for clip_id in group.clips)
        items = [ids[a:b] for a, b in stage.batches(len(ids), settings.clips_per_shard)]
        there = files.join(out, name)
        part = Stage(command="pipelines.build", config=settled | {"split": name}, out=there, inputs=tuple(inputs))
        stage.make(part, work, items, workers)
    split.write_lock(own, {**lock, **{key: places[g.name] for g in made for key in g.keys}})
    card.write(out, made, places)


def plan(seen: Sequence[Seen], settings: BuildConfig, lock: Lock, n: int | None = None) -> list[Group]:
    """The groups of the first n clips by id."""
    prints = dict(list(survey.fingerprints(seen).items())[:n])
    held_out = _held_out(seen, settings.held_out_fonts, lock)
    keys: dict[str, frozenset[str]] = {}
    for one in (one for one in seen if one.clip_id in prints):
        found = split.keys(one.clip_id, one.origin, prints[one.clip_id].sha256, held_out)
        keys[one.clip_id] = keys.get(one.clip_id, frozenset()) | found
    near = duplicates.pairs(list(prints.values()), settings.duplicates)
    real = {one.clip_id for one in seen if one.origin.kind == "real"}
    return split.groups(keys, real, [(pair.a, pair.b) for pair in near])


def clips(job: Job, item: Sequence[str], notes: Notes) -> Iterator[tuple[Clip, Jpegs]]:
    """The merged clips of one shard, with the picture bytes as they are stored."""
    for clip_id in item:
        found = [layers.labels(layer, clip_id) for layer in job.inputs]
        versions = [
            Version(layer=layer, clip=clip, empty=best)
            for layer, clip, best in zip(job.inputs, found, job.best, strict=True)
            if clip is not None
        ]
        pixels, stored = _pixels([version.layer for version in versions], clip_id)
        clip = merge.merged(pixels, versions)
        if clip is None:
            notes.drop(clip_id, "no frame is labelled")
        else:
            yield clip, stored


def _pixels(inputs: Sequence[str], clip_id: str) -> tuple[Clip, Jpegs]:
    """From the first layer that has or knows the pictures; `plan` has seen that one does."""
    for layer in inputs[:-1]:
        with contextlib.suppress(DataError):
            return layers.pixels(layer, clip_id)
    return layers.pixels(inputs[-1], clip_id)


def _held_out(seen: Sequence[Seen], ids: Sequence[str], lock: Lock) -> set[str]:
    """SHA-256 of the fonts that only test may show."""
    fonts = survey.fonts(seen)
    unknown = sorted(set(ids) - fonts.keys())
    if unknown:
        raise ConfigError(
            f"held_out_fonts: no clip shows {unknown[0]!r}; there are {', '.join(sorted(fonts)) or 'none'}"
        )
    return split.held_out(ids, fonts, lock)


def _tell(made: Sequence[Group], places: Mapping[str, str], lock: Lock) -> None:
    """What went where, and what a reader must know about it."""
    for name in SPLITS:
        inside = [group for group in made if places[group.name] == name]
        n_clips = sum(len(group.clips) for group in inside)
        log.info("%s: %s in %s", name, counted(n_clips, "clip"), counted(len(inside), "group"))
        if not inside:
            groups = counted(len(made), "group")
            log.warning("%s is empty: %s of clips that belong together cannot fill it", name, groups)
    for group in made:
        moved = sorted(key for key in group.keys if lock.get(key, places[group.name]) != places[group.name])
        if moved:
            was, now = lock[moved[0]], places[group.name]
            log.warning("%s was %s and is now %s, as it is bound to clips there: train anew", moved[0], was, now)
