"""The ledger of source files: `sources.toml` in their folder says on which terms each may be used.

["shop.mp4"]                       # a table a file; ["*"] speaks for the files of the folder without one
license = "CC-BY-4.0"
credit = "A. Person"
"""

import difflib
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from sts import config
from sts.errors import ConfigError, DataError

NAME = "sources.toml"
ANY = "*"
UNSTATED = "LicenseRef-unstated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a ledger says of one file; "" where it says nothing."""

    license: str = UNSTATED
    """SPDX identifier"""
    credit: str = ""
    """Whom to name"""
    url: str = ""
    """Where the file comes from"""
    sha256: str = ""
    """Of the file that was checked; another file of this name is not used"""
    checked: str = ""
    """Who looked at the terms and the pictures, and when"""
    consent: str = ""
    """How the people shown agreed, such as "written, 2026-05" or "nobody shown" """
    redact: str = ""
    """What must be hidden first, such as "faces"; until then the file is left out"""
    refuse: str = ""
    """Why the file must not be used"""
    text: bool = False
    """Something is written in it, so that it is no background to write on"""


def entry(path: Path) -> Entry:
    """What the ledger beside a file says of it. DataError for a ledger that cannot be read."""
    ledger = path.parent / NAME
    tables = _tables(ledger, ledger.stat().st_mtime_ns) if ledger.exists() else {}
    name = path.name if path.name in tables else ANY
    try:
        return config.from_dict(Entry, tables.get(name, {}), where=f"{ledger} [{name!r}]")
    except ConfigError as error:
        raise DataError(str(error)) from error


def check(folder: Path) -> None:
    """ConfigError for a ledger that cannot be read, or that names what is not there: its refusal would not hold."""
    ledger, there = folder / NAME, [path.name for path in folder.iterdir()]
    try:
        names = list(_tables(ledger, ledger.stat().st_mtime_ns))
        for name in names:
            entry(folder / name)
    except DataError as error:
        raise ConfigError(str(error)) from error
    for name in names:
        if name not in (ANY, *there):
            near = difflib.get_close_matches(name, there, n=1)
            hint = (
                f"did you mean {near[0]!r}?" if near else "write its name as it is in that folder, or delete the table"
            )
            raise ConfigError(f"{ledger} names {name!r}, and no such file lies beside it: {hint}")


@lru_cache(maxsize=16)
def _tables(ledger: Path, _changed: int) -> dict[str, Any]:
    try:
        tables = tomllib.loads(ledger.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f'{ledger} cannot be read ({error}): mend it, ["file.mp4"] with license and credit') from error
    wrong = [name for name, table in tables.items() if not isinstance(table, dict)]
    if wrong:
        raise DataError(f'{ledger} has {wrong[0]!r} outside a table: write a table a file, ["file.mp4"], above it')
    return tables
