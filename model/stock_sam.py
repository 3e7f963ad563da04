"""The modules of segment_anything (SAM), without the `__init__` of its package: that imports torchvision.

The wheels of torchvision need a CUDA torch; beside a torch for CPUs they cannot be imported. SAM's modules need none.
"""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

NAME = "segment_anything"


def modeling() -> ModuleType:
    """The package `segment_anything.modeling`. ModuleNotFoundError where segment-anything is not installed."""
    name = f"{NAME}_modeling"
    if name in sys.modules:
        return sys.modules[name]
    found = importlib.util.find_spec(NAME)
    if found is None or found.origin is None:
        raise ModuleNotFoundError(f"No module named {NAME!r}", name=NAME)
    place = Path(found.origin).parent / "modeling"
    spec = importlib.util.spec_from_file_location(name, place / "__init__.py", submodule_search_locations=[str(place)])
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


if TYPE_CHECKING:
    from segment_anything.modeling.image_encoder import Block, ImageEncoderViT, window_partition, window_unpartition
    from segment_anything.modeling.mask_decoder import MLP, MaskDecoder
    from segment_anything.modeling.prompt_encoder import PromptEncoder
    from segment_anything.modeling.transformer import TwoWayTransformer
else:
    _image = modeling().image_encoder
    Block, ImageEncoderViT = _image.Block, _image.ImageEncoderViT
    window_partition, window_unpartition = _image.window_partition, _image.window_unpartition
    MLP, MaskDecoder = modeling().mask_decoder.MLP, modeling().MaskDecoder
    PromptEncoder, TwoWayTransformer = modeling().PromptEncoder, modeling().TwoWayTransformer

__all__ = [
    "MLP",
    "Block",
    "ImageEncoderViT",
    "MaskDecoder",
    "PromptEncoder",
    "TwoWayTransformer",
    "window_partition",
    "window_unpartition",
]
