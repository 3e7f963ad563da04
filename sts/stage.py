"""What every stage does: make shards from items, do what is missing, then write the manifest."""

import json
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sts import config, files, manifest, run, shards
from sts.errors import ConfigError, DataError
from sts.files import Location
from sts.shards import Item
from sts.types import Manifest, ShardInfo

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One run of a command that makes shards."""

    command: str
    """`synth.render`"""
    config: dict[str, Any]
    """Every setting, resolved: config.to_dict"""
    out: Location
    inputs: tuple[Location, ...] = ()
    """Finished directories that it reads"""


@dataclass(slots=True)
class Notes:
    """What a shard has to say besides its clips; it is kept in the footer."""

    dropped: list[tuple[str, str]] = field(default_factory=list)
    """Item and reason"""
    counts: Counter[str] = field(default_factory=Counter)
    facts: list[dict[str, Any]] = field(default_factory=list)
    """Rows of plain values about clips"""

    def drop(self, item: str, reason: str) -> None:
        """Say that an item is left out; reasons are few, so that they can be counted."""
        self.dropped.append((item, reason))


Make = Callable[[Any, Notes], Iterable[Item]]
"""A pure picklable function from an item to the clips of one shard, one at a time"""


def make(stage: Stage, clips: Make, items: Sequence[Any], workers: str = "1") -> Manifest:
    """One shard an item; items are plain values that say what goes in, without paths of this machine.

    Shards that are there stay, a larger sequence of items extends, an item that changed is made anew. One run at a
    time writes a directory.
    """
    meta = _meta(stage)
    metas = [{**meta, "item": config.to_json(item)} for item in items]
    with files.claimed(stage.out):
        there = _there(stage, metas)
        tasks = {
            i: partial(_shard, files.join(stage.out, manifest.shard_name(i)), clips, item, metas[i])
            for i, item in enumerate(items)
            if i not in there
        }
        if tasks:
            files.remove(files.join(stage.out, manifest.NAME))
        infos = {**there, **run.map_shards(tasks, workers)}
        return _finish(stage, json.loads(meta["inputs"]), [infos[i] for i in range(len(items))])


def notes(directory: Location) -> Notes:
    """What all shards of a finished directory had to say, together."""
    return _notes(directory, [shard.path for shard in manifest.read(directory).shards])


def batches(n: int, size: int) -> list[tuple[int, int]]:
    """Items of `size` numbers each as (first, last + 1): 0..n-1 cut into shards."""
    return [(first, min(first + size, n)) for first in range(0, n, size)]


def _meta(stage: Stage) -> dict[str, str]:
    return {
        "command": stage.command,
        "config": config.to_json(stage.config),
        "config_sha256": config.digest(stage.config),
        "inputs": config.to_json(manifest.lineage(stage.out, stage.inputs)),
        "schema": str(Manifest.__dataclass_fields__["schema"].default),
    }


def _there(stage: Stage, metas: Sequence[dict[str, str]]) -> dict[int, ShardInfo]:
    """Whole shards by number; ConfigError if they were made otherwise."""
    found = {}
    names = {manifest.shard_name(i): i for i in range(len(metas))}
    for name in manifest.shard_names(stage.out):
        path = files.join(stage.out, name)
        try:
            info, meta = shards.checked(path), shards.footer(path).meta
        except DataError as error:
            log.warning("%s: it is made anew", error.fault)
            continue
        manifest.refuse_other(stage.out, _identity(meta), _identity(metas[0] if metas else meta))
        if name not in names:
            raise ConfigError(f"{path} is more than this run makes: give a larger --n, another --out, or delete it")
        if meta.get("item") == metas[names[name]]["item"]:
            found[names[name]] = info
    return found


def _identity(meta: dict[str, str]) -> dict[str, Any]:
    """Footer entries that must be the same in all shards of a directory, as nested tables."""
    tables = {key: json.loads(meta.get(key, "{}")) for key in ("config", "inputs")}
    return {
        "command": meta.get("command"),
        "schema": meta.get("schema"),
        "inputs": tables["inputs"],
        **tables["config"],
    }


def _shard(path: Location, clips: Make, item: Any, meta: dict[str, str]) -> ShardInfo:
    footer, said = dict(meta), Notes()

    def told() -> Iterator[Item]:
        yield from clips(item, said)
        footer["dropped"] = config.to_json(said.dropped)
        footer["counts"] = config.to_json(said.counts)
        if said.facts:
            footer["facts"] = config.to_json(said.facts)

    return shards.write(path, told(), meta=footer)


def _finish(stage: Stage, inputs: dict[str, str], infos: Sequence[ShardInfo]) -> Manifest:
    said = _notes(stage.out, [info.path for info in infos])
    if said.dropped:
        manifest.write_dropped(stage.out, said.dropped)
    reasons = Counter(reason for _, reason in said.dropped)
    done = Manifest(
        command=stage.command,
        config=stage.config,
        shards=tuple(infos),
        inputs=inputs,
        dropped=dict(sorted(reasons.items())),
    )
    manifest.write(stage.out, done)
    return done


def _notes(directory: Location, names: Iterable[str]) -> Notes:
    together = Notes()
    for name in names:
        meta = shards.footer(files.join(directory, name)).meta
        together.dropped += [(item, reason) for item, reason in json.loads(meta.get("dropped", "[]"))]
        together.counts.update(json.loads(meta.get("counts", "{}")))
        together.facts += json.loads(meta.get("facts", "[]"))
    return together
