"""A JSON object whose members grow by one item at a time, on disk, so that memory stays flat."""

import contextlib
import dataclasses
import json
import shutil
import tempfile
from pathlib import Path
from types import TracebackType
from typing import IO, Any


class Spool:
    """Used as `with Spool(path) as file`; members stand in the file in the order in which they were named."""

    def __init__(self, path: Path, lists: tuple[str, ...] = (), tables: tuple[str, ...] = ()) -> None:
        self._path = path
        self._brackets = dict.fromkeys(lists, b"[]") | dict.fromkeys(tables, b"{}")
        self._open = contextlib.ExitStack()
        self._files: dict[str, IO[bytes]] = {}

    def __enter__(self) -> "Spool":
        for name in self._brackets:
            self._files[name] = self._open.enter_context(tempfile.TemporaryFile())
        return self

    def add(self, member: str, item: Any) -> None:
        """Append to a list."""
        self._put(member, plain(item))

    def put(self, member: str, key: str, item: Any) -> None:
        """Add to a table."""
        self._put(member, f"{plain(key)}:{plain(item)}")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._open:
            if kind is None:
                self._join()

    def _put(self, member: str, text: str) -> None:
        file = self._files[member]
        file.write((",\n" if file.tell() else "\n").encode() + text.encode())

    def _join(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("wb") as out:
            for number, (name, file) in enumerate(self._files.items()):
                opening, closing = self._brackets[name][:1], self._brackets[name][1:]
                out.write((b",\n" if number else b"{") + plain(name).encode() + b": " + opening)
                file.seek(0)
                shutil.copyfileobj(file, out)
                out.write(b"\n" + closing)
            out.write(b"}\n")


def plain(value: Any) -> str:
    """One line of JSON, the same for the same value; a dataclass is a table of its fields."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_table)


def _table(one: Any) -> dict[str, Any]:
    return {field.name: getattr(one, field.name) for field in dataclasses.fields(one)}
