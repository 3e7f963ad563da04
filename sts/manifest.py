"""`manifest.json` says what a finished directory holds and how it was made; it is written last."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sts import config, files
from sts.errors import ConfigError, DataError
from sts.files import Location
from sts.types import Manifest

NAME = "manifest.json"
DROPPED = "dropped.parquet"


def write(out: Location, manifest: Manifest) -> None:
    """Complete the directory."""
    text = json.dumps(config.to_dict(manifest), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    with files.replacing(files.join(out, NAME)) as file:
        file.write(text.encode())


def read(directory: Location) -> Manifest:
    """DataError for a directory that is not there or not complete."""
    path = files.join(directory, NAME)
    if not files.exists(path):
        if not files.exists(directory):
            raise DataError(f"{directory} does not exist: give the directory that a command has written")
        if shard_names(directory):
            raise DataError(f"{directory} has no {NAME}: its command did not finish: run it again")
        raise DataError(
            f"{directory} has no {NAME}: it is no data directory; `python -m realv.ingest --in {directory}` makes one "
            "of videos and photos"
        )
    with files.reading(path) as file:
        text = file.read()
    try:
        return config.from_json(Manifest, text.decode())
    except (ConfigError, UnicodeDecodeError) as error:
        raise DataError(f"{path} is damaged ({error}): delete it and run the command of {directory} again") from error


def shard_names(directory: Location) -> tuple[str, ...]:
    """Shards that lie in a directory, finished or not."""
    return tuple(name for name in files.names(directory) if name.startswith("shard-") and name.endswith(".parquet"))


def shard_name(index: int) -> str:
    """File name of a shard."""
    return f"shard-{index:05d}.parquet"


def lineage(out: Location, inputs: Sequence[Location]) -> dict[str, str]:
    """Input manifests, named as seen from `out`, with their SHA-256."""
    manifests = [files.join(directory, NAME) for directory in inputs]
    for directory in inputs:
        read(directory)
    return {files.relative(path, out): files.sha256(path) for path in manifests}


def verify(directory: Location) -> tuple[str, ...]:
    """What is wrong with the files of a directory, a line each; () if it is whole."""
    listed = {shard.path: shard for shard in read(directory).shards}
    there = set(shard_names(directory))
    problems = [f"{directory}: {name} is not in the manifest" for name in sorted(there - set(listed))]
    for name, shard in listed.items():
        path = files.join(directory, name)
        if name not in there:
            problems.append(f"{path} is missing")
        elif files.sha256(path) != shard.sha256:
            problems.append(f"{path} has changed since it was written: delete it and run its command again")
    return tuple(problems)


def write_dropped(out: Location, rows: Iterable[tuple[str, str]]) -> None:
    """What was left out and why, as columns `item` and `reason`."""
    columns = list(rows)
    table = pa.table(
        {
            "item": pa.array([item for item, _ in columns], pa.string()),
            "reason": pa.array([reason for _, reason in columns], pa.string()),
        }
    )
    with files.replacing(files.join(out, DROPPED)) as file:
        pq.write_table(table, file, compression="zstd", write_page_checksum=True)


def refuse_other(out: Location, before: Mapping[str, Any], now: Mapping[str, Any], holds: str = "shards") -> None:
    """ConfigError naming the settings in which what lies in `out` differs from this run."""
    differ = differences(before, now)
    if differ:
        said = ", ".join(f"{key} was {old!r} and is now {new!r}" for key, (old, new) in differ.items())
        raise ConfigError(f"{out} holds {holds} made otherwise: {said}; choose another --out or delete it")


def differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Both values of every setting that is not the same, by dotted key; None where it is missing."""
    old, new = _flat(before), _flat(now)
    return {key: (old.get(key), new.get(key)) for key in sorted({*old, *new}) if old.get(key) != new.get(key)}


def _flat(table: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested tables as dotted keys."""
    flat = {}
    for key, value in table.items():
        flat.update(_flat(value, f"{prefix}{key}.") if isinstance(value, Mapping) else {prefix + key: value})
    return flat
