"""`push.json`: what `pull` needs to know of a push, and what another push into the same directory must not change."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

from sts import config, files, manifest
from sts.errors import ConfigError, DataError

NAME = "push.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Where a push went and what it showed."""

    project: int
    """Number of the project"""
    url: str
    """Of the server"""
    title: str
    window: int
    """Frames"""
    versions: tuple[str, ...]
    """Model versions that are pushed; the first is shown"""
    before: str = ""
    """The one that was shown before"""


def write(folder: Path, record: Record) -> Record:
    """The record with what was shown before. ConfigError if what lies there is of other windows or another title."""
    there = read(folder)
    if there is not None:
        manifest.refuse_other(folder, _fixed(there), _fixed(record), holds="a journal of windows")
        shown = there.versions[0]
        record = replace(record, before=there.before if shown == record.versions[0] else shown)
    with files.replacing(folder / NAME) as file:
        file.write((json.dumps(config.to_dict(record), indent=2, ensure_ascii=False) + "\n").encode())
    return record


def read(folder: Path) -> Record | None:
    """None where nothing was pushed from."""
    path = folder / NAME
    if not path.exists():
        return None
    try:
        return config.from_json(Record, path.read_text(encoding="utf-8"))
    except (ConfigError, UnicodeDecodeError) as error:
        raise DataError(f"{path} is damaged ({error}): delete it and run `python -m annotate.push` again") from error


def _fixed(record: Record) -> dict[str, object]:
    return {"title": record.title, "window": record.window}
