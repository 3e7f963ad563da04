"""Finds the files of a dataset: which folder plays which part, and which files belong together."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath

from benchmarks.datasets.reader import Item
from sts.errors import DataError

PICTURES = (".jpg", ".jpeg", ".png", ".bmp", ".gif", ".tif", ".tiff", ".webp")
"""Endings of pictures and masks, in small letters"""
SPLITS = {"train": "train", "training": "train", "val": "val", "validation": "val", "test": "test", "testing": "test"}
"""Names of folders that divide a dataset"""
HIDDEN = re.compile(r"\.|__MACOSX$")
ARCHIVES = (".zip", ".tar", ".tgz", ".gz", ".7z", ".rar")


def listing(root: Path) -> tuple[PurePosixPath, ...]:
    """All files below a folder, sorted, without hidden ones. DataError for what is no folder or is empty."""
    if root.is_file():
        hint = "unpack it and name the folder" if root.name.lower().endswith(ARCHIVES) else "name the folder it lies in"
        raise DataError(f"{root} is a file, not the folder of a dataset: {hint}")
    if not root.is_dir():
        raise DataError(f"{root} does not exist: name the folder of the dataset with --in")
    shown = sorted(path for path in _walk(root) if not any(HIDDEN.match(name) for name in path.parts))
    if not shown:
        raise DataError(f"{root} is empty: name the folder that holds the files of the dataset")
    return tuple(shown)


def unread(root: Path, parts: Iterable[str]) -> tuple[str, ...]:
    """Folders of which no file, at any depth, is among the parts; only the outermost, sorted."""
    read = {folder for part in set(parts) for folder in PurePosixPath(part).parents}
    every = {path.parent for path in listing(root)}
    chains = ([*reversed(folder.parents), folder][1:] for folder in every)
    return tuple(sorted({str(one) for chain in chains for one in chain if one not in read and one.parent in read}))


def _walk(root: Path) -> Iterator[PurePosixPath]:
    """Files below a folder; links to folders are followed, once."""
    seen = set()
    for folder, below, names in os.walk(root, followlinks=True):
        below[:] = [name for name in below if os.path.realpath(f"{folder}/{name}") not in seen]
        seen |= {os.path.realpath(f"{folder}/{name}") for name in below}
        yield from (PurePosixPath(os.path.relpath(f"{folder}/{name}", root)) for name in names)


def keyed(root: Path, folder: str, file: str) -> dict[str, str]:
    """Files whose folder and name match two patterns (any case), by what they have in common with their partners.

    That is the split, the path below the folder, and the group `key` of the name: Images/Train/img1.jpg and
    groundtruth_pixel/Train/img1.png are both train/img1. A group in the pattern of a folder is its split. An empty
    `folder` means the top. DataError for two files of one key.
    """
    found: dict[str, str] = {}
    for key, path in _matches(root, re.compile(folder, re.I), re.compile(file, re.I)):
        if key in found:
            raise DataError(f"{root} has two files for {key}: {found[key]} and {path}; remove one")
        found[key] = str(path)
    return found


def joined(root: Path, roles: Mapping[str, tuple[str, str]], lead: tuple[str, ...]) -> Iterator[Item]:
    """A clip for every key among the files of the leading roles, with all its files. DataError if there is none.

    `roles` are patterns of folder and file name, as in `keyed`. Without any picture the clips hold labels alone.
    """
    found = {role: keyed(root, *patterns) for role, patterns in roles.items()}
    keys = sorted({key for role in lead for key in found[role]}, key=natural)
    if not keys:
        raise DataError(
            f"{root} has no {' or '.join(lead)} where this layout has it: name the folder above, or give another "
            "--format; docs/datasets.md shows them"
        )
    pictured = bool(found.get("picture"))
    for key in keys:
        parts = {role: files[key] for role, files in found.items() if key in files}
        yield Item(name=key, parts=parts, pictured=pictured)


def natural(name: str) -> list[tuple[int, str]]:
    """Order in which img2 comes before img10."""
    return [(int(word), "") if word.isdecimal() else (-1, word) for word in re.split(r"(\d+)", name)]


def inside(root: Path, name: object, where: str) -> str:
    """A file name from a JSON file. DataError for one that leads out of the folder."""
    path = PurePosixPath(name) if isinstance(name, str) and name else None
    if path is None or path.is_absolute() or ".." in path.parts or "\\" in str(path) or "\0" in str(path):
        raise DataError(f"{where} names the file {name!r}, which is not a path below {root}")
    return str(path)


def _matches(root: Path, folder: re.Pattern[str], file: re.Pattern[str]) -> Iterator[tuple[str, PurePosixPath]]:
    for path in listing(root):
        name = file.fullmatch(path.name)
        if name is None:
            continue
        if not folder.pattern:
            if len(path.parts) == 1:
                yield name["key"], path
            continue
        at = next((i for i in reversed(range(len(path.parts) - 1)) if folder.fullmatch(path.parts[i])), None)
        if at is not None:
            split = _split(folder.fullmatch(path.parts[at]), path.parts[:at])
            below = [SPLITS.get(part.lower(), part) for part in path.parts[at + 1 : -1]]
            yield "/".join([*split, *below, name["key"]]), path


def _split(role: re.Match[str] | None, above: tuple[str, ...]) -> list[str]:
    """The split that a folder's own name says, or the nearest folder above it that is one."""
    said = [name for name in (role.groups() if role else ()) if name]
    names = [*said, *reversed(above)]
    return next(([SPLITS[name.lower()]] for name in names if name.lower() in SPLITS), [])
