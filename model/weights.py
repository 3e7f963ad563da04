"""Files of tensors: safetensors that say which net they are of, or a PyTorch file such as the official ones.

No file can run code when it is read. Each that cannot be used is one line.
"""

import json
import pickle
import struct
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

import safetensors.torch
import torch
from safetensors import SafetensorError

from sts import config, files
from sts.errors import ConfigError, DataError
from sts.files import Location

State = Mapping[str, torch.Tensor]
SUFFIX = ".safetensors"
KEY = "sts"
"""Of our header among the metadata of a safetensors file"""
SHIPPED = {"nano": Path(__file__).parent / "assets" / "nano.safetensors"}
"""Name to weights of our own, which learned from what synth.render makes and nothing else: assets/nano.md"""
ADDRESS = "https://dl.fbaipublicfiles.com/segment_anything_2/092824/"
OFFICIAL = {
    "tiny": "sam2.1_hiera_tiny.pt",
    "small": "sam2.1_hiera_small.pt",
    "base_plus": "sam2.1_hiera_base_plus.pt",
    "large": "sam2.1_hiera_large.pt",
}
"""Size to the file at ADDRESS, as the README of facebookresearch/sam2 lists them; Apache-2.0"""
SAM = {
    name: f"it is at https://dl.fbaipublicfiles.com/segment_anything/{name}"
    for name in ("sam_vit_b_01ec64.pth", "sam_vit_l_0b3195.pth", "sam_vit_h_4b8939.pth")
}
"""File to where it is, as the README of facebookresearch/segment-anything says; Apache-2.0"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a file of ours says of itself."""

    kind: Literal["full", "adapter"]
    """Every weight, or what trains"""
    net: dict[str, Any]
    """Import path and every setting: `nets.table`"""
    step: int
    """Of the training"""
    base: str = ""
    """SHA-256 of the weights that an adapter was trained on: `checkpoints.digest`"""


def write(path: Location, state: State, header: Header) -> None:
    """A safetensors file, whole or not there at all."""
    tensors = {name: value.detach().cpu().contiguous() for name, value in state.items()}
    data = safetensors.torch.save(tensors, {KEY: config.to_json(header)})
    with files.replacing(path) as file:
        file.write(data)


def read(path: Location) -> tuple[dict[str, torch.Tensor], Header | None]:
    """Tensors on the CPU by name; a file of others has no header. DataError for what is damaged or no such file."""
    data = _bytes(path)
    if str(path).endswith(SUFFIX):
        try:
            return safetensors.torch.load(data), _header(data)
        except (SafetensorError, ConfigError, ValueError, struct.error) as error:
            raise DataError(f"{path} is no safetensors file of weights or is damaged: {_line(error)}") from error
    return _pickled(path, data), None


def unpickle(path: Location, data: bytes) -> Any:
    """Tensors and plain values that torch.save wrote. DataError for a file that is damaged or holds anything else."""
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Detected pickle protocol")  # a refusal follows, or it loads
            return torch.load(BytesIO(data), map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise DataError(
            f"{path} holds more than tensors and plain values, or is damaged; it is not loaded, because such a file "
            "can run code: take the original file, or save its state_dict as safetensors"
        ) from error
    except (RuntimeError, EOFError, ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise DataError(f"{path} is no PyTorch file or is damaged: {_line(error)}") from error


def _pickled(path: Location, data: bytes) -> dict[str, torch.Tensor]:
    """A state_dict, or one under `model` as SAM2, Hi-SAM and others store it."""
    state = unpickle(path, data)
    state = state.get("model", state) if isinstance(state, dict) else state
    if not isinstance(state, dict) or not all(isinstance(value, torch.Tensor) for value in state.values()) or not state:
        raise DataError(f"{path} holds no weights: a table of tensors by name is expected, maybe under `model`")
    return state


def _bytes(path: Location) -> bytes:
    try:
        with files.reading(path) as file:
            return bytes(file.read())
    except DataError as error:
        name = str(path).rpartition("/")[2]
        own = f"give a file of weights, the --out of a training, or {' or '.join(SHIPPED)}"
        found = f"it is at {ADDRESS}{name}" if name in OFFICIAL.values() else SAM.get(name, own)
        raise DataError(f"{error}; {found}") from error


def _header(data: bytes) -> Header | None:
    """The metadata of a safetensors file: its first 8 bytes are the length of a table in JSON."""
    (length,) = struct.unpack_from("<Q", data)
    text = json.loads(data[8 : 8 + length]).get("__metadata__", {}).get(KEY)
    return config.from_json(Header, text) if text else None


def _line(error: BaseException) -> str:
    return f"{error}".partition("\n")[0] or type(error).__name__
