"""Networks are plain data: what they are called, and what changes their answers."""

import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from synth.setup import SurfaceConfig, open_networks
from synth.surfaces.flow import Dis
from synth.surfaces.networks import Networks
from tests.synth import onnx_writer as onnx


@pytest.fixture
def settings(tmp_path: Path) -> SurfaceConfig:
    """The first channel as inverse depth; flow that is the difference of two channels."""
    sides = (1, 3, 16, 16)
    red, zero = np.array([1.0, 0.0, 0.0]).reshape(1, 3, 1, 1), np.zeros((2, 3, 1, 1))
    see = onnx.node("Conv", ["x", "red"], "y", kernel_shape=[1, 1])
    move = [onnx.node("Sub", ["a", "b"], "c"), onnx.node("Conv", ["c", "zero"], "y", kernel_shape=[1, 1])]
    depth = ([see], [onnx.port("x", *sides)], [onnx.port("y", 1, 1, 16, 16)], onnx.weights("red", red))
    pair = [onnx.port("a", *sides), onnx.port("b", *sides)]
    flow = (move, pair, [onnx.port("y", 1, 2, 16, 16)], onnx.weights("zero", zero))
    return SurfaceConfig(flow=onnx.write(tmp_path / "f.onnx", *flow), depth=onnx.write(tmp_path / "d.onnx", *depth))


def test_without_files_there_is_nothing_to_name() -> None:
    networks = open_networks(SurfaceConfig())
    assert networks == Networks()
    assert (networks.hashes, networks.sources, networks.fingerprint) == ({}, (), ())
    assert networks.flow_model == Dis()
    assert networks.depth is None


def test_a_clip_can_name_the_files_it_was_made_with(settings: SurfaceConfig) -> None:
    networks = open_networks(settings)
    assert [(source.kind, source.id) for source in networks.sources] == [("model", "f.onnx"), ("model", "d.onnx")]
    assert list(networks.hashes.items()) == [
        (task, source.sha256) for task, source in zip(("flow", "depth"), networks.sources, strict=True)
    ]


def test_the_same_file_elsewhere_gives_the_same_answers_and_other_colours_do_not(
    settings: SurfaceConfig, tmp_path: Path
) -> None:
    moved = tmp_path / "elsewhere.onnx"
    moved.write_bytes(Path(settings.depth).read_bytes())
    known = open_networks(settings).fingerprint
    assert open_networks(replace(settings, depth=str(moved))).fingerprint == known
    assert open_networks(replace(settings, depth_mean=(0.0, 0.0, 0.0))).fingerprint != known
    assert open_networks(replace(settings, flow="")).fingerprint == known[1:]


def test_they_travel_to_another_process_also_after_use(settings: SurfaceConfig) -> None:
    networks = open_networks(settings)
    assert networks.depth is not None
    picture = np.full((20, 20, 3), 90, np.uint8)
    before = networks.depth.inverse_depth(picture)
    again = pickle.loads(pickle.dumps(networks))
    assert again == networks
    assert np.array_equal(again.depth.inverse_depth(picture), before)
