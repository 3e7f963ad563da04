"""Finds text in a picture with a network from a file, so that footage that has text of its own can be left out."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import cv2
import numpy as np
from jaxtyping import Float32, UInt8

from sts.errors import DataError
from synth.surfaces.onnxfile import Colour, OnnxFile, digest

OPEN_SIZE = (448, 800)
"""Height and width, px, where a file takes any; more finds smaller text and sees more text where there is none"""
MEAN: Colour = (123.675, 116.28, 103.53)
STD: Colour = (58.395, 57.12, 57.375)
LIKELY = 0.3
"""Probability from which a pixel may be text"""
SURE = 0.5
"""Mean probability of a spot of such pixels"""
LEAST = 30
"""px of the map, area of a spot"""


@runtime_checkable
class TextDetector(Protocol):
    """Sees whether something is written in a picture."""

    def finds(self, picture: UInt8[np.ndarray, "h w 3"]) -> bool:
        """Whether there is text in an RGB picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnnxTextDetector:
    """Detector of PP-OCR and other DB networks (Liao et al. 2020): one picture in, 1 x 1 x h x w probabilities out."""

    network: OnnxFile

    @classmethod
    def open(cls, path: str) -> "OnnxTextDetector":
        """Try the file once. ConfigError where there is none, DataError if it does something else."""
        file = OnnxFile(path=path, sha256=digest(path), mean=MEAN, std=STD, open_size=OPEN_SIZE)
        detector = cls(network=file)
        detector.finds(np.zeros((*OPEN_SIZE, 3), np.uint8))
        return detector

    def finds(self, picture: UInt8[np.ndarray, "h w 3"]) -> bool:
        """As TextDetector says. DataError if the network gives no such map."""
        likely = self._map(picture)
        _, spots, figures, _ = cv2.connectedComponentsWithStats((likely > LIKELY).astype(np.uint8))
        large = [spot for spot in range(1, len(figures)) if figures[spot, cv2.CC_STAT_AREA] >= LEAST]
        return any(likely[spots == spot].mean() >= SURE for spot in large)

    def _map(self, picture: UInt8[np.ndarray, "h w 3"]) -> Float32[np.ndarray, "hh ww"]:
        """Probabilities; PaddleOCR trains on blue, green, red."""
        answers = self.network.answer(_widened(picture[..., ::-1], self.network.size))
        if len(answers) != 1 or answers[0].ndim != 4 or answers[0].shape[:2] != (1, 1):
            shapes = ", ".join(str(answer.shape) for answer in answers)
            raise DataError(f"{self.network.path} finds no text: it gives {shapes}, not (1, 1, height, width)")
        return np.asarray(answers[0][0, 0], np.float32)


def _widened(picture: UInt8[np.ndarray, "h w 3"], size: tuple[int, int]) -> UInt8[np.ndarray, "hh ww 3"]:
    """The picture with grey at the right or below, in the aspect of the size (height, width): letters keep theirs."""
    rows, columns = picture.shape[:2]
    below, right = max(0, round(columns * size[0] / size[1]) - rows), max(0, round(rows * size[1] / size[0]) - columns)
    grey = [round(level) for level in MEAN]
    return np.asarray(cv2.copyMakeBorder(picture, 0, below, 0, right, cv2.BORDER_CONSTANT, value=grey), np.uint8)
