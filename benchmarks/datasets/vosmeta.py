"""What meta.json of YouTube-VOS says of the objects of a clip, with the keys that our exporters add."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from benchmarks.datasets import texts
from sts.types import Level

LEVELS: dict[str, Level] = {"word": "word", "text": "text"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Object:
    """One number of the palette."""

    track_id: int
    level: Level = "word"
    text: str | None = None
    ignored: frozenset[str] = frozenset()
    """Names of frames in which it is ignored"""


def objects(path: Path, clip: str) -> dict[int, Object] | None:
    """By number in the PNG; None for a clip that the file does not list. UnusableError for what is not of this form."""
    videos = _table(path).get("videos")
    entry = videos.get(clip) if isinstance(videos, dict) else None
    if entry is None:
        return None
    try:
        return {int(number): _object(int(number), one) for number, one in entry["objects"].items()}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise texts.unreadable(path, f"the objects of clip {clip}: {error!r}") from error


def _object(number: int, one: dict[str, Any]) -> Object:
    text = one.get("text")
    return Object(
        track_id=int(one.get("track_id", number)),
        level=LEVELS.get(str(one.get("category")), "word"),
        text=texts.normal(text) if isinstance(text, str) else None,
        ignored=frozenset(map(str, one.get("ignored", ()))),
    )


@lru_cache(maxsize=2)
def _table(path: Path) -> dict[str, Any]:
    table = texts.json_file(path)
    return table if isinstance(table, dict) else {}
