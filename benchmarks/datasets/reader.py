"""What a reader of a foreign dataset is, and how a clip is left out with a reason that can be counted."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from sts.errors import DataError
from sts.shards import Jpegs
from sts.types import Clip

UNSTATED = "LicenseRef-unstated"

Loaded = Clip | tuple[Clip, Jpegs]
"""A clip with the JPEG bytes to store, or a clip of labels alone"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One clip of a dataset before it is read."""

    name: str
    """Unique in the dataset, such as Train/img11"""
    parts: Mapping[str, str]
    """Its files below the folder of the dataset, by the part they play: picture, mask, words"""
    pictured: bool = True
    """False in a dataset that comes without any picture; then the clip holds labels alone"""


def clip_id(prefix: str, item: Item) -> str:
    """Unique in the project if the prefix is."""
    return prefix + item.name.replace("/", "-")


@runtime_checkable
class Dataset(Protocol):
    """Reads one layout. Plain and picklable, so that workers can read clips on their own."""

    def items(self, root: Path) -> Iterator[Item]:
        """The clips of a folder, in order. DataError if the folder does not have this layout."""

    def clip(self, root: Path, item: Item) -> Loaded:
        """One clip. UnusableError if its files are missing or contradict each other."""


def part(root: Path, item: Item, role: str) -> Path:
    """A file of a clip. UnusableError if it is not there."""
    if role not in item.parts:
        raise UnusableError(f"no {role}", f"{item.name} has no {role} below {root}")
    return root / item.parts[role]


class UnusableError(DataError):
    """A clip is left out: `reason` is one of few, so that it can be counted; the message says which file and why."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
