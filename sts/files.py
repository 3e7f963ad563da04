"""Files on this machine or behind any fsspec URL: whole or not there at all."""

import contextlib
import errno
import fcntl
import hashlib
import os
import posixpath
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import fsspec
from fsspec.implementations.local import LocalFileSystem

from sts.errors import ConfigError, DataError

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


@contextlib.contextmanager
def claimed(directory: Location) -> Iterator[None]:
    """A directory that no other process of this machine writes until the block ends; ConfigError while one does.

    The lock is on the directory itself, and ends with its process, however that ends. A store, or a disk that knows
    no locks, keeps nobody out.
    """
    path = local(directory)
    if path is None:
        yield
        return
    try:
        Path(path).mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDONLY)
    except OSError as error:
        raise _unwritable(directory, error) from error
    try:
        _lock(handle, directory)
        yield
    finally:
        os.close(handle)


def _lock(handle: int, directory: Location) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise ConfigError(
            f"{directory} is being written by another run{_holder(handle)}: wait for it, or give another --out"
        ) from error
    except OSError:  # a disk without locks
        return


def _holder(handle: int) -> str:
    """Who has the lock, where the system tells."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/locks").read_text().splitlines():
            words = line.split()
            if words[1] == "FLOCK" and words[5].endswith(f":{os.fstat(handle).st_ino}"):
                return f" (process {words[4]})"
    return ""


def _find(location: Location) -> tuple[Any, str]:
    try:
        fs, path = fsspec.core.url_to_fs(str(location))
    except (ValueError, ImportError) as error:
        raise DataError(f"cannot open {location}: {error}") from error
    return fs, path


def _drop_stale(fs: Any, folder: str, name: str) -> None:
    """Remove what a killed process left of the same file; what belongs to one that is alive stays."""
    for item in fs.ls(folder, detail=False):
        base = posixpath.basename(item)
        pid = base.removeprefix(f".{name}.").removesuffix(".tmp")
        if base == f".{name}.{pid}.tmp" and pid.isdecimal() and not _alive(int(pid)):
            with contextlib.suppress(FileNotFoundError):  # another process was faster
                fs.rm(item)


def _alive(pid: int) -> bool:
    """Whether a process of this machine has this number."""
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:  # of another user
        return True
    return True


def _unwritable(location: Location, error: OSError) -> DataError:
    if isinstance(error, FileExistsError | NotADirectoryError):
        path = Path(_find(location)[1])
        file = next(place for place in (path, *path.parents) if place.exists())
        return DataError(f"cannot write {location}: {file} is a file and not a directory; choose another --out")
    return DataError(
        f"cannot write {location}: {error.strerror or error}; make room or choose another --out, then run it again"
    )
