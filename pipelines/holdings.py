"""What the directories of a project hold, by the files that our commands leave in them."""

import contextlib
import hashlib
import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sts import manifest
from sts.errors import DataError, StsError
from sts.shards import Shard

LEVEL = "instances.list.element.level"
STUDIO = "access.env"
"""Marks the folder of a Label Studio; it holds nothing of ours"""
DIGEST = re.compile(r"\b[0-9a-f]{64}\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """A directory that a command has finished."""

    name: str
    """Seen from the project"""
    command: str
    clips: int = 0
    frames: int = 0
    instances: Mapping[str, int] = field(default_factory=dict)
    """By level, counted once a frame"""
    dropped: Mapping[str, int] = field(default_factory=dict)
    """By reason"""
    inputs: Mapping[str, str] = field(default_factory=dict)
    """Directory, seen from the project, to the SHA-256 of what it held"""
    known_by: frozenset[str] = frozenset()
    """SHA-256 by which others name it: of its manifest, of its weights"""
    names: frozenset[str] = frozenset()
    """SHA-256 that its settings name, such as of weights"""
    fault: str = ""
    """Why it cannot be read"""


def survey(project: Path) -> list[Holding]:
    """Every directory with something of ours, in the order of their names. DataError where there is no project."""
    if not project.is_dir():
        raise DataError(
            f"{project} is no directory: give --in the directory of a project, such as the --out of a recipe"
        )
    return [_holding(project, place, name) for place, name in _found(project)]


def _found(project: Path) -> Iterator[tuple[Path, str]]:
    """Directory and the name of the file that tells what it is."""
    for above, below, names in os.walk(project):
        below[:] = [] if STUDIO in names else sorted(name for name in below if not name.startswith("."))
        known = next((name for name in READERS if name in names), None)
        if known is not None:
            yield Path(above), known


def _holding(project: Path, place: Path, name: str) -> Holding:
    where = place.relative_to(project).as_posix()
    try:
        return READERS[name](project, place)
    except (StsError, ValueError, KeyError, TypeError, AttributeError) as error:
        return Holding(name=where, command="", fault=f"{name} cannot be read ({error})")


def _shards(project: Path, place: Path) -> Holding:
    done = manifest.read(place)
    counts: Counter[str] = Counter()
    for info in done.shards:
        with contextlib.closing(Shard(place / info.path)) as shard:
            for i in range(shard.clips):
                instances = shard.rows(i, [LEVEL]).column("instances").combine_chunks()
                counts.update(instances.flatten().field("level").to_pylist())
    return Holding(
        name=place.relative_to(project).as_posix(),
        command=done.command,
        clips=sum(info.clips for info in done.shards),
        frames=sum(info.frames for info in done.shards),
        instances=dict(counts.most_common()),
        dropped=done.dropped,
        inputs=_inputs(project, place, done.inputs),
        known_by=frozenset({_sha256(place / manifest.NAME)}),
        names=frozenset(DIGEST.findall(json.dumps(done.config))),
    )


def _training(project: Path, place: Path) -> Holding:
    run = _read(place / "run.json")
    return Holding(
        name=place.relative_to(project).as_posix(),
        command=run["command"],
        inputs=_inputs(project, place, run["inputs"]),
        known_by=frozenset(_sha256(path) for path in place.glob("*.safetensors")),
        names=frozenset({run["weights"]}),
    )


def _export(project: Path, place: Path) -> Holding:
    made = _read(place / "export.json")
    return Holding(
        name=place.relative_to(project).as_posix(),
        command=f"pipelines.export --format {made['format']}",
        clips=made["clips"],
        frames=made["frames"],
        inputs=_inputs(project, place, made["inputs"]),
    )


def _scores(project: Path, place: Path) -> Holding:
    made = _read(place / "scores.json")
    sides = [made["truth"], *made["predictions"]]
    return Holding(
        name=place.relative_to(project).as_posix(),
        command="benchmarks.evaluate",
        inputs={side["path"]: side["sha256"] for side in sides},
    )


def _named(command: str) -> Callable[[Path, Path], Holding]:
    """A reader of directories whose file tells nothing of where it comes from."""
    return lambda project, place: Holding(name=place.relative_to(project).as_posix(), command=command)


def _inputs(project: Path, place: Path, given: Mapping[str, str]) -> dict[str, str]:
    """Manifests as a directory names them, as directories seen from the project."""
    folders = {os.path.normpath(place / path).removesuffix(f"/{manifest.NAME}"): sha for path, sha in given.items()}
    return {os.path.relpath(folder, os.path.normpath(project)): sha for folder, sha in folders.items()}


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


READERS: dict[str, Callable[[Path, Path], Holding]] = {
    manifest.NAME: _shards,
    "run.json": _training,
    "export.json": _export,
    "scores.json": _scores,
    "push.json": _named("annotate.push"),
    "review.json": _named("annotate.review"),
    "simulation.json": _named("annotate.simulate"),
}
"""File to what reads it; where a directory has several, the first tells what it is"""
