"""A depth network from a file sees the picture as it was trained to and answers for every pixel."""

from pathlib import Path

import numpy as np
import pytest

from sts.errors import DataError
from synth.surfaces.depth import DepthModel, OnnxDepth
from tests.synth import onnx_writer as onnx

MEAN, STD = (10.0, 20.0, 30.0), (2.0, 4.0, 5.0)


def mean_network(path: Path, *sides: onnx.Side, flat: bool) -> str:
    """100 red + 10 green + blue, as 1 x 1 x h x w or as 1 x h x w."""
    nodes = [onnx.node("Conv", ["picture", "tens"], "map", kernel_shape=[1, 1])]
    nodes += [onnx.node("Squeeze", ["map"], "flat", axes=[1])] if flat else []
    output = onnx.port("flat", 1, *sides) if flat else onnx.port("map", 1, 1, *sides)
    tens = onnx.weights("tens", np.array([100.0, 10.0, 1.0]).reshape(1, 3, 1, 1))
    return onnx.write(path, nodes, [onnx.port("picture", 1, 3, *sides)], [output], tens)


@pytest.mark.parametrize("flat", [True, False])
@pytest.mark.parametrize("sides", [(24, 40), ("height", "width")], ids=["fixed", "open"])
def test_it_answers_for_every_pixel(tmp_path: Path, sides: tuple[onnx.Side, ...], flat: bool) -> None:
    model: DepthModel = OnnxDepth.open(mean_network(tmp_path / "mean.onnx", *sides, flat=flat), MEAN, STD)
    picture = np.full((30, 50, 3), (60, 40, 80), np.uint8)
    near = model.inverse_depth(picture)
    assert near.shape == (30, 50)
    assert near.dtype == np.float32
    assert np.allclose(near, 100 * 25 + 10 * 5 + 10, rtol=1e-5)


def test_left_stays_left_and_top_stays_top(tmp_path: Path) -> None:
    model = OnnxDepth.open(mean_network(tmp_path / "mean.onnx", 24, 40, flat=False), MEAN, STD)
    picture = np.zeros((48, 80, 3), np.uint8)
    picture[:24, 40:] = 200
    near = model.inverse_depth(picture)
    assert near[:20, 44:].min() > near[28:].max() + 5000
    assert near[:20, 44:].min() > near[:, :36].max() + 5000


def test_a_file_that_does_something_else_is_named(tmp_path: Path) -> None:
    ports = [onnx.port("picture", 1, 3, 8, 8), onnx.port("same", 1, 3, 8, 8)]
    relu = onnx.write(tmp_path / "relu.onnx", [onnx.node("Relu", ["picture"], "same")], ports[:1], ports[1:])
    with pytest.raises(DataError, match=r"relu.onnx is no network of depth: it gives \(1, 3, 8, 8\), not"):
        OnnxDepth.open(relu, MEAN, STD)
