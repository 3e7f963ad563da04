"""Files on this machine or behind any fsspec URL: whole or not there at all."""

import contextlib
import errno
import hashlib
import os
import posixpath
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import fsspec
from fsspec.implementations.local import LocalFileSystem

from sts.errors import DataError

Location = str | Path
"""A path, or a URL such as s3://bucket/key"""

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def join(directory: Location, name: str) -> str:
    """Location of `name` in a directory."""
    return posixpath.join(str(directory), name)


def relative(location: Location, start: Location) -> str:
    """How to name `location` in a file that lies in the directory `start`; a URL stays as it is."""
    if remote(location) or remote(start):
        return str(location)
    return Path(os.path.relpath(location, start)).as_posix()


def resolve(name: str, start: Location) -> str:
    """The inverse of `relative`."""
    if remote(name) or Path(name).is_absolute():
        return name
    return join(start, name) if remote(start) else os.path.normpath(f"{start}/{name}")


def remote(location: Location) -> bool:
    """Whether it is a URL of a store that is no local disk."""
    return not isinstance(_find(location)[0], LocalFileSystem)


def local(location: Location) -> str | None:
    """Path on this machine; None for what lies in a store."""
    fs, path = _find(location)
    return str(path) if isinstance(fs, LocalFileSystem) else None


def same(one: Location, other: Location) -> bool:
    """Whether both name the same place, links followed."""
    first, second = (os.path.realpath(local(place) or str(place)) for place in (one, other))
    return first == second


def exists(location: Location) -> bool:
    """Whether there is a file or directory."""
    fs, path = _find(location)
    return bool(fs.exists(path))


def names(directory: Location) -> tuple[str, ...]:
    """Names of what lies in a directory, sorted; () where there is none."""
    fs, path = _find(directory)
    if not fs.isdir(path):
        return ()
    return tuple(sorted(posixpath.basename(item.rstrip("/")) for item in fs.ls(path, detail=False)))


def remove(location: Location) -> None:
    """Delete a file if it is there."""
    fs, path = _find(location)
    if fs.exists(path):
        fs.rm(path)


def sha256(location: Location) -> str:
    """Hex digest of a file."""
    with reading(location) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextlib.contextmanager
def reading(location: Location) -> Iterator[Any]:
    """An open file; DataError where there is none."""
    fs, path = _find(location)
    try:
        file = fs.open(path, "rb")
    except OSError as error:
        raise DataError(f"cannot read {location}: {error.strerror or 'no such file'}") from error
    with file:
        yield file


@contextlib.contextmanager
def replacing(location: Location) -> Iterator[IO[bytes]]:
    """A file that takes its name when the block ends well, and leaves nothing when it does not."""
    fs, path = _find(location)
    folder, name = posixpath.split(path)
    temporary = posixpath.join(folder, f".{name}.{os.getpid()}.tmp")
    try:
        fs.makedirs(folder, exist_ok=True)
        _drop_stale(fs, folder, name)
        file = fs.open(temporary, "wb")
    except OSError as error:
        raise _unwritable(location, error) from error
    try:
        with file:
            yield file
            file.flush()
            if isinstance(fs, LocalFileSystem):
                os.fsync(file.fileno())
        if isinstance(fs, LocalFileSystem):
            Path(temporary).replace(path)
        else:
            fs.mv(temporary, path)
    except BaseException as error:
        with contextlib.suppress(OSError):
            fs.rm(temporary)
        if isinstance(error, OSError) and error.errno in FULL:
            raise _unwritable(location, error) from error
        raise


def _find(location: Location) -> tuple[Any, str]:
    try:
        fs, path = fsspec.core.url_to_fs(str(location))
    except (ValueError, ImportError) as error:
        raise DataError(f"cannot open {location}: {error}") from error
    return fs, path


def _drop_stale(fs: Any, folder: str, name: str) -> None:
    """Remove what a killed process left of the same file."""
    for item in fs.ls(folder, detail=False):
        base = posixpath.basename(item)
        if base.startswith(f".{name}.") and base.endswith(".tmp"):
            fs.rm(item)


def _unwritable(location: Location, error: OSError) -> DataError:
    if isinstance(error, FileExistsError | NotADirectoryError):
        file = next(place for place in Path(_find(location)[1]).parents if place.exists())
        return DataError(f"cannot write {location}: {file} is a file and not a directory; choose another --out")
    return DataError(
        f"cannot write {location}: {error.strerror or error}; make room or choose another --out, then run it again"
    )
