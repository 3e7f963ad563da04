"""Pictures of clips where the server of the annotators shows them from."""

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from annotate.convert import Window
from annotate.windows import file_name
from sts.errors import DataError

FOLDER = "frames"
"""Below the document root"""


def urls(window: Window) -> list[str]:
    """Addresses of the frames of a window, on the server itself."""
    return [f"/data/local-files/?d={quote(_path(window.clip_id, i))}" for i in range(window.first, window.last + 1)]


def show(window: Window, stored: Sequence[bytes], documents: Path) -> None:
    """Write the frames of a window from the stored pictures of its clip; those that are there stay."""
    for index in range(window.first, window.last + 1):
        path = documents / _path(window.clip_id, index)
        try:
            _write(path, stored[index])
        except OSError as error:
            raise DataError(
                f"cannot write {path}: {error.strerror}; make room, or set `documents` to a folder the server shows"
            ) from error


def _path(clip_id: str, index: int) -> str:
    return f"{FOLDER}/{file_name(clip_id)}/{index:06d}.jpg"


def _write(path: Path, data: bytes) -> None:
    """Whole or not there, for a server that reads meanwhile; what a lost power cut short is mended by the next run."""
    if path.exists() and path.stat().st_size == len(data) and path.read_bytes() == data:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_bytes(data)
    part.replace(path)
