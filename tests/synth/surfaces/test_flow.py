"""Flow goes from the first picture to the second, and there and back agree but where something comes in between."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from sts.errors import DataError
from synth.surfaces.flow import Dis, FlowModel, OnnxFlow
from tests.synth import onnx_writer as onnx

HEIGHT, WIDTH = 216, 384
MOVE = np.array([[1.12, -0.06, 6.0], [0.05, 1.10, -16.0], [4e-5, 2e-5, 1.0]])
"""Homography, OpenCV's pixels"""
CARD = slice(80, 150), slice(150, 240)
"""Rows and columns in the second picture"""
PLAIN = {"mean": (0.0, 0.0, 0.0), "std": (1.0, 1.0, 1.0)}


def texture(seed: int) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(0, 1, (HEIGHT, WIDTH, 3)).astype(np.float32)
    layers = [cv2.GaussianBlur(noise, (0, 0), width) * width * 50 for width in (1.2, 3.0, 8.0)]
    return np.clip(128 + sum(layers), 0, 255).astype(np.uint8)


def way(matrix: np.ndarray) -> np.ndarray:
    """The flow of a homography."""
    columns, rows = np.meshgrid(np.arange(WIDTH, dtype=np.float64), np.arange(HEIGHT, dtype=np.float64))
    points = np.stack([columns, rows], axis=-1)
    return (cv2.perspectiveTransform(points, matrix) - points).astype(np.float32)


def stays(matrix: np.ndarray) -> np.ndarray:
    """What is well inside both pictures."""
    inner = np.zeros((HEIGHT, WIDTH), np.uint8)
    inner[12:-12, 12:-12] = 1
    return (inner > 0) & (cv2.warpPerspective(inner, matrix, (WIDTH, HEIGHT), flags=cv2.WARP_INVERSE_MAP) > 0)


def consistent(forward: np.ndarray, backward: np.ndarray) -> np.ndarray:
    """Where the way back from the end of the way there ends within 1 px and 1 % of where it began."""
    rows, columns = np.mgrid[:HEIGHT, :WIDTH].astype(np.float32)
    there = np.dstack([columns, rows]) + forward
    back = cv2.remap(backward, there[..., 0], there[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.linalg.norm(forward + back, axis=2) <= 1 + 0.01 * np.linalg.norm(forward, axis=2)


@pytest.fixture(scope="module")
def pair() -> tuple[np.ndarray, np.ndarray]:
    first = texture(0)
    return first, cv2.warpPerspective(first, MOVE, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REFLECT)


def test_flow_leads_to_where_the_texture_went(pair: tuple[np.ndarray, np.ndarray]) -> None:
    found = Dis().between(*pair)
    error = np.linalg.norm(found - way(MOVE), axis=2)
    assert np.median(error[stays(MOVE)]) < 0.3
    assert (error[stays(MOVE)] < 1).mean() > 0.97


def test_grey_and_coloured_pictures_flow_alike(pair: tuple[np.ndarray, np.ndarray]) -> None:
    grey = [cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) for picture in pair]
    assert np.array_equal(Dis().between(*pair), Dis().between(*grey))


def test_there_and_back_agree_on_one_surface(pair: tuple[np.ndarray, np.ndarray]) -> None:
    first, second = pair
    agree = consistent(Dis().between(first, second), Dis().between(second, first))
    assert agree[stays(MOVE)].mean() > 0.97


def test_what_a_card_comes_to_hide_does_not_return(pair: tuple[np.ndarray, np.ndarray]) -> None:
    first, second = pair[0], pair[1].copy()
    second[CARD] = texture(7)[CARD]
    agree = consistent(Dis().between(first, second), Dis().between(second, first))
    card = np.zeros((HEIGHT, WIDTH), np.uint8)
    card[CARD] = 1
    hidden = cv2.warpPerspective(card, MOVE, (WIDTH, HEIGHT), flags=cv2.WARP_INVERSE_MAP)
    assert agree[cv2.erode(hidden, np.ones((9, 9))) > 0].mean() < 0.3
    assert agree[stays(MOVE) & (cv2.dilate(hidden, np.ones((25, 25))) == 0)].mean() > 0.97


def test_backward_flow_is_not_minus_forward_flow(pair: tuple[np.ndarray, np.ndarray]) -> None:
    """Trap: -f(t-1 -> t) taken at p instead of where p came from."""
    forward = Dis().between(*pair)
    assert consistent(forward, -forward)[stays(MOVE)].mean() < 0.5
    assert consistent(way(MOVE), way(np.linalg.inv(MOVE)))[stays(MOVE)].all()


def ramp_network(path: Path, *sides: onnx.Side) -> str:
    """Flow along x of ramps that rise by 4 levels a pixel; before it a coarse flow and one that is half done."""
    half = np.zeros((2, 3, 1, 1))
    half[0, 0] = -1 / 8
    nodes = [
        onnx.node("Sub", ["second", "first"], "change"),
        onnx.node("Conv", ["change", "half"], "early", kernel_shape=[1, 1]),
        onnx.node("AveragePool", ["early"], "small", kernel_shape=[8, 8], strides=[8, 8]),
        onnx.node("Add", ["early", "early"], "done"),
    ]
    inputs = [onnx.port(name, 1, 3, *sides) for name in ("first", "second")]
    outputs = [onnx.port(name, 1, 2, "a", "b") for name in ("small", "early", "done")]
    return onnx.write(path, nodes, inputs, outputs, onnx.weights("half", half))


@pytest.mark.parametrize("colours", [(), (3,)], ids=["grey", "rgb"])
def test_a_network_from_a_file_gives_px_of_the_picture(tmp_path: Path, colours: tuple[int, ...]) -> None:
    """At half the size the ramps rise twice as fast, and the flow is half as long."""
    model: FlowModel = OnnxFlow.open(ramp_network(tmp_path / "ramp.onnx", 32, 48), **PLAIN)
    ramp = np.tile(np.arange(96) * 2 + 20, (64, 1)).astype(np.uint8)
    pictures = [np.broadcast_to(p.reshape(64, 96, *(1 for _ in colours)), (64, 96, *colours)) for p in (ramp, ramp - 6)]
    flow = model.between(*(np.ascontiguousarray(picture) for picture in pictures))
    assert flow.shape == (64, 96, 2)
    assert np.allclose(flow, [3.0, 0.0], atol=1e-4)


def test_a_network_that_takes_any_size_is_asked_at_a_usual_one(tmp_path: Path) -> None:
    model = OnnxFlow.open(ramp_network(tmp_path / "ramp.onnx", "height", "width"), **PLAIN)
    assert model.network.size == (256, 448)


def test_a_file_that_does_something_else_is_named(tmp_path: Path) -> None:
    ports = [onnx.port("first", 1, 3, 8, 8), onnx.port("second", 1, 3, 8, 8), onnx.port("sum", 1, 3, 8, 8)]
    add = onnx.node("Add", ["first", "second"], "sum")
    three = onnx.write(tmp_path / "three.onnx", [add], ports[:2], ports[2:])
    with pytest.raises(DataError, match=r"three.onnx is no network of optical flow: it gives \(1, 3, 8, 8\), not"):
        OnnxFlow.open(three, **PLAIN)
    one = onnx.write(tmp_path / "one.onnx", [onnx.node("Relu", ["first"], "sum")], ports[:1], ports[2:])
    with pytest.raises(DataError, match=r"one.onnx takes 1 inputs, not 2 pictures"):
        OnnxFlow.open(one, **PLAIN)
