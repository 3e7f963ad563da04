"""Text files and JSON of foreign datasets: encodings, numbers that are none, quadrilaterals of ICDAR."""

import contextlib
import json
import math
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.datasets import labels
from benchmarks.datasets.labels import Word
from benchmarks.datasets.reader import UnusableError
from sts.errors import DataError
from sts.geometry import Polygon

ILLEGIBLE = "###"
"""How ICDAR writes a word that nobody can read"""


def normal(text: str) -> str:
    """NFC, as everywhere in the toolkit."""
    return unicodedata.normalize("NFC", text)


def lines(path: Path) -> list[str]:
    """Lines of a UTF-8 file with or without byte order mark."""
    try:
        return path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise unreadable(path, f"{error}") from error


def json_file(path: Path) -> Any:
    """Parsed JSON. DataError for what is none, or has NaN or Infinity in it."""
    try:
        return parsed(path.read_bytes().decode("utf-8-sig"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"cannot read {path}: {error}") from error


def parsed(text: str, where: str) -> Any:
    """The value of a JSON text."""
    try:
        return json.loads(text, parse_constant=no_number)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{where} is no JSON that can be used: {error}") from error


def polygon(numbers: Iterable[Any], where: str) -> Polygon:
    """x0, y0, x1, y1, ... of at least three points, clockwise. UnusableError for anything else."""
    try:
        flat = [float(number) for number in numbers]
    except (TypeError, ValueError) as error:
        raise unreadable(where, f"{error}") from error
    if len(flat) < 6 or len(flat) % 2 or not all(math.isfinite(number) for number in flat):
        raise unreadable(where, f"{flat} is no polygon")
    return labels.polygon(list(zip(flat[0::2], flat[1::2], strict=True)))


def quads(path: Path, extra: int = 0) -> Iterator[tuple[Polygon, list[str]]]:
    """Lines of x1,y1,...,x4,y4, then `extra` fields and a transcription, which may hold commas itself."""
    for number, line in enumerate(lines(path), 1):
        if line.strip():
            fields = line.split(",", 8 + extra)
            yield polygon(fields[:8], f"{path}:{number}"), [field.strip() for field in fields[8:]]


def words(path: Path) -> list[Word]:
    """Words of ICDAR 2015; `###` is not legible and to be ignored."""
    found = []
    for outline, rest in quads(path):
        text = rest[0] if rest else ILLEGIBLE
        known = text != ILLEGIBLE
        found.append(Word(polygon=outline, text=normal(text) if known else None, legible=known, ignore=not known))
    return found


@contextlib.contextmanager
def reading(where: Path) -> Iterator[None]:
    """UnusableError for tables whose members are missing or of another kind."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise unreadable(where, f"{type(error).__name__} {error}") from error


def unreadable(where: Path | str, why: str) -> UnusableError:
    """A file of labels that is not what it should be."""
    return UnusableError("labels cannot be read", f"{where}: {why}")


def no_number(name: str) -> None:
    """For `parse_constant`: NaN and Infinity are errors."""
    raise ValueError(f"{name} is no number of JSON")
