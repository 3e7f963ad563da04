"""One export from shards to a whole directory with its card, its sources and its Croissant metadata."""

import contextlib
import itertools
import json
import logging
import posixpath
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pipelines.exporters import card, croissant, formats
from pipelines.exporters.card import Ledger
from pipelines.exporters.content import Pair
from sts import files, layers, manifest
from sts.errors import ConfigError, DataError
from sts.files import Location
from sts.wording import counted

log = logging.getLogger(__name__)

NAME = "export.json"
"""Written last: a directory with it is whole"""


def export(inputs: Sequence[Location], out: Location, form: str, n: int | None = None) -> None:
    """Write the clips of finished directories (all, or the first n) into `out`; nothing is left of a failure.

    An `out` that holds this very export is left as it is. ConfigError for an unknown format or an `out` with another
    export; DataError for one with anything else, two clips of one id, or a clip without licence or pictures.
    """
    exporter = formats.find(form)
    made = {"format": form, "n": n, "inputs": manifest.lineage(out, inputs)}
    if _is_there(out, made):
        log.info("%s holds this export already", out)
        return
    ledger = Ledger()
    with _whole(Path(out)) as folder:
        with (folder / card.SOURCES).open("w", encoding="utf-8", newline="") as sources:
            exporter.export(ledger.noting(itertools.islice(_read(inputs), n), sources), folder)
        card.write(folder, exporter, made, ledger)
        croissant.write(folder, ledger)
        said = made | ledger.counts()
        (folder / NAME).write_text(json.dumps(said, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    log.info("%s: %s, %s as %s", out, counted(ledger.clips, "clip"), counted(ledger.frames, "frame"), form)


def _read(inputs: Sequence[Location]) -> Iterator[Pair]:
    seen: dict[str, Location] = {}
    for directory in inputs:
        for clip in layers.read(directory, pictures=False):
            if clip.clip_id in seen:
                raise DataError(f"clip {clip.clip_id} is in {seen[clip.clip_id]} and again in {directory}: export one")
            seen[clip.clip_id] = directory
            if not clip.origin.license:
                raise DataError(f"clip {clip.clip_id} in {directory} has no licence: it cannot be passed on")
            yield clip, layers.jpegs(directory, clip.clip_id)


def _is_there(out: Location, made: dict[str, Any]) -> bool:
    """Whether `out` holds this export; an error if it holds something else."""
    if files.remote(out):
        raise DataError(
            f"an export is written to a folder of this machine, not to {out}: copy it there when it is whole"
        )
    names = files.names(out)
    if not names:
        return False
    if NAME not in names:
        raise DataError(f"{out} holds {names[0]} and no {NAME}, so it is no export: choose another --out")
    differ, found = _compared(Path(out, NAME), made)
    if differ:
        raise ConfigError(f"{out} holds {found}: {', '.join(differ)}; choose another --out, or delete {out}")
    return True


def _compared(path: Path, made: dict[str, Any]) -> tuple[list[str], str]:
    """How the export there differs from this one, and what it is. DataError for one that cannot be read."""
    try:
        before = json.loads(path.read_bytes())
        if not isinstance(before, dict):
            raise TypeError("it is no table")
        return list(
            _differences(before, made)
        ), f"an export of {counted(before['clips'], 'clip')} as {before['format']}"
    except (ValueError, AttributeError, KeyError, TypeError) as error:
        raise DataError(f"{path} is damaged ({error}): delete {path.parent}, or choose another --out") from error


def _differences(before: dict[str, Any], made: dict[str, Any]) -> Iterator[str]:
    """In which settings an export differs from the one that is wanted."""
    if before["format"] != made["format"]:
        yield f"--format was {before['format']} and is now {made['format']}"
    if before["n"] != made["n"]:
        old, new = ("all" if one["n"] is None else one["n"] for one in (before, made))
        yield f"--n was {old} and is now {new}"
    old, new = (" and ".join(posixpath.dirname(path) for path in one["inputs"]) for one in (before, made))
    if old != new:
        yield f"--in was {old} and is now {new} (seen from --out)"
    for path in before["inputs"]:
        if path in made["inputs"] and before["inputs"][path] != made["inputs"][path]:
            yield f"{posixpath.dirname(path)} (seen from --out) has changed since"


@contextlib.contextmanager
def _whole(out: Path) -> Iterator[Path]:
    """A folder beside `out` that takes its name when the block ends well, and is removed when it does not."""
    partial = out.parent / f".{out.name}.partial"
    try:
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        yield partial
        partial.rename(out)
    except BaseException as error:
        shutil.rmtree(partial, ignore_errors=True)
        if isinstance(error, OSError):
            raise DataError(
                f"cannot write {out}: {error.strerror or error}; make room or choose another --out"
            ) from error
        raise
