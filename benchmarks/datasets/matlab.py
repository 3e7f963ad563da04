"""Reads the variables of a MATLAB file: numbers, strings and cells."""

import zlib
from pathlib import Path
from typing import Any

import numpy as np
import scipy.io

from sts.errors import DataError

DAMAGE = (
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    AttributeError,
    OSError,
    EOFError,
    MemoryError,
    NotImplementedError,
    zlib.error,
    scipy.io.matlab.MatReadError,
)
"""What the library raises on files that are cut or changed"""


def read(path: Path) -> dict[str, Any]:
    """Variables by name: arrays, strings, and object arrays for cells. DataError for anything else."""
    try:
        found = scipy.io.loadmat(str(path), appendmat=False, uint16_codec="utf-16-le")
    except DAMAGE as error:
        raise DataError(
            f"{path} cannot be read as a MATLAB file ({str(error).partition(chr(10))[0]}): it is damaged or not saved "
            "with -v7; or use the .txt files"
        ) from error
    return {name: _plain(value) for name, value in found.items() if not name.startswith("__")}


def _plain(value: Any) -> Any:
    """Strings as str, cells one by one."""
    if value.dtype.kind == "U":
        return "".join(value.ravel().tolist())
    if value.dtype.hasobject:
        cells = np.empty(value.shape, object)
        cells.flat[:] = [_plain(cell) for cell in value.flat]
        return cells
    return value
