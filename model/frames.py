"""Frames as networks take them: a square, shrunk by area and enlarged linearly; in training and inference alike."""

import cv2
import numpy as np
import torch
from jaxtyping import UInt8

MEAN = (0.485, 0.456, 0.406)
"""Of ImageNet, RGB in [0, 1]; a network subtracts it itself"""
STD = (0.229, 0.224, 0.225)

Picture = UInt8[np.ndarray, "h w *channels"]


def to_input(video: UInt8[np.ndarray, "t h w 3"], size: int) -> UInt8[torch.Tensor, "t 3 size size"]:
    """RGB frames as a square of `size` px, whatever their shape: not letterboxed, as SAM 2 has it."""
    return stack([resize(frame, size, size) for frame in video])


def stack(squares: list[UInt8[np.ndarray, "size size 3"]]) -> UInt8[torch.Tensor, "t 3 size size"]:
    """Frames of one size with their channels first."""
    planes = np.empty((len(squares), 3, *squares[0].shape[:2]), np.uint8)
    for square, plane in zip(squares, planes, strict=True):
        cv2.split(square, list(plane))
    return torch.from_numpy(planes)


def resize(picture: Picture, width: int, height: int) -> UInt8[np.ndarray, "height width *channels"]:
    """Each axis by itself: the mean over the area where it shrinks, linear where it grows.

    OpenCV takes the mean only where both axes shrink, so a mixed change is made in two steps.
    """
    rows, columns = picture.shape[:2]
    if (rows > height) != (columns > width):
        width_first = width if columns > width else columns
        height_first = height if rows > height else rows
        picture = _scaled(picture, width_first, height_first, cv2.INTER_AREA)
        return _scaled(picture, width, height, cv2.INTER_LINEAR)
    return _scaled(picture, width, height, cv2.INTER_AREA if rows > height else cv2.INTER_LINEAR)


def _scaled(picture: Picture, width: int, height: int, how: int) -> UInt8[np.ndarray, "height width *channels"]:
    if picture.shape[:2] == (height, width):
        return picture
    return np.asarray(cv2.resize(picture, (width, height), interpolation=how), np.uint8)
