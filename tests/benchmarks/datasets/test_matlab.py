"""MATLAB files of level 5, written here by the published format."""

import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.datasets import matlab
from sts.errors import DataError

INT16, INT8, UINT16, INT32, UINT32, DOUBLE = 3, 1, 4, 5, 6, 9
CELL, CHAR, DOUBLES, SHORTS = 1, 4, 6, 10
MATRIX, COMPRESSED = 14, 15


def element(kind: int, body: bytes) -> bytes:
    if 0 < len(body) <= 4:
        return struct.pack("<HH", kind, len(body)) + body.ljust(4, b"\0")
    return struct.pack("<II", kind, len(body)) + body + b"\0" * (-len(body) % 8)


def array(kind: int, shape: tuple[int, ...], body: bytes, name: str = "") -> bytes:
    head = element(UINT32, struct.pack("<II", kind, 0)) + element(INT32, np.array(shape, "<i4").tobytes())
    return element(MATRIX, head + element(INT8, name.encode()) + body)


def value(item: Any) -> bytes:
    if isinstance(item, str):
        return array(CHAR, (1, len(item)), element(UINT16, np.array([ord(c) for c in item], "<u2").tobytes()))
    return array(SHORTS, (1, len(item)), element(INT16, np.array(item, "<i2").tobytes()))


def mat(rows: list[list[Any]], name: str = "polygt", *, packed: bool = True) -> bytes:
    """A file with one table of strings and lists of numbers."""
    cells = b"".join(value(row[i]) for i in range(len(rows[0])) for row in rows)
    table = array(CELL, (len(rows), len(rows[0])), cells, name)
    body = struct.pack("<II", COMPRESSED, len(zlib.compress(table))) + zlib.compress(table) if packed else table
    return b"MATLAB 5.0 MAT-file".ljust(124) + struct.pack("<H", 0x0100) + b"IM" + body


@pytest.mark.parametrize("packed", [True, False])
def test_a_table_of_strings_and_numbers_is_read(tmp_path: Path, packed: bool) -> None:
    rows = [["x:", [1, 2, -3], "é#"], ["y:", [4], "a long text"]]
    (tmp_path / "a.mat").write_bytes(mat(rows, packed=packed))
    found = matlab.read(tmp_path / "a.mat")["polygt"]
    assert found.shape == (2, 3)
    assert [
        [np.ravel(cell).tolist() if isinstance(cell, np.ndarray) else cell for cell in row] for row in found
    ] == rows


def test_doubles_are_read_by_column(tmp_path: Path) -> None:
    table = np.arange(6.0).reshape(2, 3)
    body = array(DOUBLES, (2, 3), element(DOUBLE, table.tobytes(order="F")), "a")
    (tmp_path / "a.mat").write_bytes(mat([["a"]])[:128] + body)
    assert (matlab.read(tmp_path / "a.mat")["a"] == table).all()


def test_a_damaged_file_is_one_line_at_every_length(tmp_path: Path) -> None:
    data = mat([["x:", [1, 2, 3], "text"]])
    for n in range(0, len(data) - 1, 7):
        (tmp_path / "a.mat").write_bytes(data[:n])
        try:
            assert matlab.read(tmp_path / "a.mat") == {}
        except DataError as error:
            assert "\n" not in str(error)
            assert ".txt files" in str(error)
