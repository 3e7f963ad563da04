"""Loads a foreign dataset into shards: the settings, what goes into a shard, and what is left out and why."""

import hashlib
import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.datasets import formats, listing
from benchmarks.datasets.reader import Item, Loaded, UnusableError
from sts import config, files, stage
from sts.errors import ConfigError, DataError
from sts.files import Location
from sts.stage import Notes
from sts.types import Manifest
from sts.wording import counted

log = logging.getLogger(__name__)

SHOWN_FOLDERS = 5
"""Folders that were not read that are named"""
SHOWN = 20
"""Clips left out that get a line in the log, a shard"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadConfig:
    """Settings of `benchmarks.load`."""

    format: str = "folder"
    """A name in benchmarks.datasets.formats, or package.module:Class"""
    clips_per_shard: int = 64
    """At most"""
    files_per_shard: int = 1024
    """At most, but for a single clip of more: pictures and masks, so that shards of videos stay small"""

    def __post_init__(self) -> None:
        """ConfigError for a value that no shard can be made with."""
        for name in ("clips_per_shard", "files_per_shard"):
            if getattr(self, name) < 1:
                raise ConfigError(f"{name} = {getattr(self, name)}: give 1 or more")


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What goes into a shard, without paths of this machine."""

    items: tuple[Item, ...]
    sha256: str
    """Of all their files, so that a shard is made anew when one of them changes"""


def run(settings: LoadConfig, folder: Path, out: Location, n: int | None, workers: str) -> Manifest:
    """Load what is missing of the first `n` clips. DataError if not a single clip can be used."""
    reader = formats.find(settings.format)
    listing.listing(folder)
    every = list(reader.items(folder))
    _warn_of_unread(folder, every, settings.format)
    found = every[:n]
    twice = [name for name, count in Counter(item.name.replace("/", "-") for item in found).items() if count > 1]
    if twice:
        raise DataError(
            f"{folder} has {counted(len(twice), 'name')} of several clips, such as {twice[0]}: load its parts apart"
        )
    job = stage.Stage(command="benchmarks.load", config=config.to_dict(settings), out=out)
    made = partial(clips, settings.format, folder)
    done = stage.make(job, made, batches(folder, found, settings), workers)
    _tell(done, out, folder)
    return done


def batches(folder: Path, items: Sequence[Item], settings: LoadConfig) -> list[Batch]:
    """The items shard by shard; more items change no shard but the last."""
    groups: list[list[Item]] = []
    n_files = 0
    for item in items:
        n_files += len(item.parts)
        if not groups or len(groups[-1]) == settings.clips_per_shard or n_files > settings.files_per_shard:
            groups.append([])
            n_files = len(item.parts)
        groups[-1].append(item)
    digests: dict[str, str] = {}
    return [Batch(items=tuple(group), sha256=_digest(folder, group, digests)) for group in groups]


def clips(name: str, folder: Path, batch: Batch, notes: Notes) -> Iterator[Loaded]:
    """The clips of a shard; what cannot be used is counted in its notes."""
    reader = formats.find(name)
    for item in batch.items:
        try:
            yield reader.clip(folder, item)
        except UnusableError as error:
            notes.drop(item.name, error.reason)
            if len(notes.dropped) <= SHOWN:
                log.warning("left out: %s", error)


def _warn_of_unread(folder: Path, items: Sequence[Item], name: str) -> None:
    """One line for all folders that this layout has no place for."""
    left = listing.unread(folder, (path for item in items for path in item.parts.values()))
    if left:
        named = ", ".join(f"{one}/" for one in left[:SHOWN_FOLDERS])
        more = f" and {len(left) - SHOWN_FOLDERS} more" if len(left) > SHOWN_FOLDERS else ""
        log.warning("not read, since format %s does not use them: %s%s below %s", name, named, more, folder)


def _digest(folder: Path, group: Sequence[Item], digests: dict[str, str]) -> str:
    """Each file is read once, however many clips it says something about."""
    paths = [path for item in group for path in item.parts.values()]
    for path in paths:
        if path not in digests:
            digests[path] = files.sha256(folder / path)
    return hashlib.sha256("\n".join(digests[path] for path in paths).encode()).hexdigest()


def _tell(done: Manifest, out: Location, folder: Path) -> None:
    n_clips, n_dropped = sum(shard.clips for shard in done.shards), sum(done.dropped.values())
    why = ", ".join(f"{reason}: {n}" for reason, n in done.dropped.items())
    if not n_clips:
        raise DataError(
            f"none of {counted(n_dropped, 'clip')} in {folder} can be used ({why}): "
            "see the log, or give another --format"
        )
    log.info("%s of %s in %s", counted(n_clips, "clip"), folder, out)
    if n_dropped:
        log.warning("%s left out (%s): see %s", counted(n_dropped, "clip"), why, files.join(out, "dropped.parquet"))
