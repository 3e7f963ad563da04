"""The admin of a Label Studio that was made here: a random password and token in a file that only the owner reads."""

import os
import secrets
import shlex
from dataclasses import dataclass
from pathlib import Path

from sts.errors import DataError

NAME = "access.env"
USER = "admin@localhost"
KEYS = ("LABEL_STUDIO_URL", "LABEL_STUDIO_USERNAME", "LABEL_STUDIO_PASSWORD", "LABEL_STUDIO_API_KEY")


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """How to get in."""

    url: str
    username: str
    password: str
    token: str
    """40 hexadecimal digits"""
    fresh: bool
    """Made now: nobody has seen it yet"""


def access(folder: Path, url: str) -> Access:
    """What the file in `folder` says, or a fresh admin, with the file written anew where the URL differs."""
    path = folder / NAME
    there = _read(path) if path.exists() else {}
    made = Access(
        url=url,
        username=there.get("LABEL_STUDIO_USERNAME", USER),
        password=there.get("LABEL_STUDIO_PASSWORD") or secrets.token_urlsafe(16),
        token=there.get("LABEL_STUDIO_API_KEY") or secrets.token_hex(20),
        fresh=not there,
    )
    if there.get("LABEL_STUDIO_URL") != url:
        _write(path, made)
    return made


def _read(path: Path) -> dict[str, str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    found = dict(line.removeprefix("export ").split("=", 1) for line in lines if "=" in line)
    missing = [key for key in KEYS if not found.get(key)]
    if missing:
        raise DataError(f"{path} lacks {', '.join(missing)}: delete it and the database beside it, or put a copy back")
    return {key: shlex.split(value)[0] for key, value in found.items()}


def _write(path: Path, made: Access) -> None:
    """Never readable by others, not even for a moment, and whole or not there."""
    values = zip(KEYS, (made.url, made.username, made.password, made.token), strict=True)
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
        file.writelines(f"export {key}={shlex.quote(value)}\n" for key, value in values)
    part.replace(path)
