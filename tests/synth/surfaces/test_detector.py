"""A text network from a file sees pictures as it was trained to, and footage with text is left out."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from sts.errors import ConfigError, DataError
from synth.surfaces.detector import OPEN_SIZE, OnnxTextDetector, TextDetector
from tests.synth import onnx_writer as onnx

SIDES = ("height", "width")


def bright(path: Path, *sides: onnx.Side) -> str:
    """Probability near 1 where the last channel, red, is bright and green is dark."""
    sum_ = onnx.node("Conv", ["picture", "red", "bias"], "sum", kernel_shape=[1, 1])
    red = onnx.weights("red", np.array([0.0, -3.0, 3.0]).reshape(1, 3, 1, 1))
    ports = onnx.port("picture", 1, 3, *sides), onnx.port("map", 1, 1, *sides)
    nodes = [sum_, onnx.node("Sigmoid", ["sum"], "map")]
    return onnx.write(path, nodes, ports[:1], ports[1:], red, onnx.weights("bias", np.array([-4.0])))


@pytest.fixture
def detector(tmp_path: Path) -> TextDetector:
    return OnnxTextDetector.open(bright(tmp_path / "red.onnx", *SIDES))


def picture(height: int = 180, width: int = 320) -> np.ndarray:
    return np.full((height, width, 3), (60, 150, 60), np.uint8)


def test_a_spot_is_found_wherever_it_lies(detector: TextDetector) -> None:
    assert not detector.finds(picture())
    for left, top in ((0, 0), (280, 0), (0, 160), (280, 160)):
        written = picture()
        cv2.rectangle(written, (left, top), (left + 40, top + 12), (230, 20, 20), -1)
        assert detector.finds(written)


def test_a_speck_is_no_text_and_a_faint_patch_is_not_sure(detector: TextDetector) -> None:
    speck, faint = picture(), picture()
    speck[90, 160] = 255, 0, 0
    faint[60:120, 100:200] = 140, 86, 60
    assert not detector.finds(speck)
    assert not detector.finds(faint)


@pytest.mark.parametrize("size", [(320, 180), (180, 180), (100, 700)], ids=["tall", "square", "wide"])
def test_pictures_of_any_aspect_are_seen_whole_and_undistorted(tmp_path: Path, size: tuple[int, int]) -> None:
    detector = OnnxTextDetector.open(bright(tmp_path / "red.onnx", 112, 192))
    for corner in ((0, 0), (size[0] - 30, 0), (0, size[1] - 30), (size[0] - 30, size[1] - 30)):
        written = picture(*size)
        written[corner[0] : corner[0] + 60, corner[1] : corner[1] + 60] = 255, 0, 0
        assert detector.finds(written)
    assert not detector.finds(picture(*size))


def test_a_missing_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot read the network .*no\.onnx: .*give the path of an ONNX file"):
        OnnxTextDetector.open(str(tmp_path / "no.onnx"))


def test_a_network_that_does_something_else_is_named(tmp_path: Path) -> None:
    ports = [onnx.port("picture", 1, 3, *OPEN_SIZE), onnx.port("same", 1, 3, *OPEN_SIZE)]
    relu = onnx.write(tmp_path / "relu.onnx", [onnx.node("Relu", ["picture"], "same")], ports[:1], ports[1:])
    with pytest.raises(DataError, match=r"relu.onnx finds no text: it gives \(1, 3, 448, 800\), not"):
        OnnxTextDetector.open(relu)
