"""A file that is no network, or another one than before, is named in one line."""

from pathlib import Path

import numpy as np
import pytest

from sts.errors import ConfigError, DataError
from synth.surfaces import onnxproto
from synth.surfaces.onnxfile import OnnxFile, digest
from synth.surfaces.onnxproto import Port
from tests.synth import onnx_writer as onnx

PORTS = onnx.port("x", 1, 3, 4, 4), onnx.port("y", 1, 3, 4, 4)
BLANK = np.zeros((4, 4, 3), np.uint8)


def network(path: str) -> OnnxFile:
    return OnnxFile(path=path, sha256=digest(path), mean=(0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0), open_size=(4, 4))


def test_a_missing_file_is_a_setting_that_cannot_be_used(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot read the network .*gone.onnx: No such file or directory; give"):
        digest(str(tmp_path / "gone.onnx"))


@pytest.mark.parametrize("data", [b"", b"no network at all", b"PK\3\4"])
def test_a_file_of_another_kind_is_named(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "junk.onnx").write_bytes(data)
    with pytest.raises(DataError, match=r"junk.onnx is no ONNX network that OpenCV [0-9.]+ can read: "):
        network(str(tmp_path / "junk.onnx")).answer(BLANK)


def test_an_operation_that_opencv_lacks_is_named_in_one_line(tmp_path: Path) -> None:
    path = onnx.write(tmp_path / "odd.onnx", [onnx.node("Unheard", ["x"], "y")], PORTS[:1], PORTS[1:])
    with pytest.raises(DataError, match=r'odd.onnx is no ONNX network .*type "Unheard"') as caught:
        network(path).answer(BLANK)
    assert "\n" not in str(caught.value)


def test_a_file_that_changes_during_a_run_is_refused(tmp_path: Path) -> None:
    path = onnx.write(tmp_path / "net.onnx", [onnx.node("Relu", ["x"], "y")], PORTS[:1], PORTS[1:])
    known = network(path)
    onnx.write(tmp_path / "net.onnx", [onnx.node("Sigmoid", ["x"], "y")], PORTS[:1], PORTS[1:])
    with pytest.raises(ConfigError, match=r"net.onnx has changed since the run began"):
        known.answer(BLANK)


def test_inputs_and_outputs_come_in_the_order_of_the_file(tmp_path: Path) -> None:
    """OpenCV sorts them by name. Old files list the weights among the inputs; open sides are named, 0 or -1."""
    nodes = [onnx.node("Add", ["b", "w"], "z"), onnx.node("Add", ["z", "a"], "c")]
    inputs = [onnx.port("b", 1, 3, "height", 300), onnx.port("w", 1), onnx.port("a", "n", 3, 2**64 - 1, 0)]
    outputs = [onnx.port("z", 1, 3, 4, 4), onnx.port("c")]
    path = onnx.write(tmp_path / "net.onnx", nodes, inputs, outputs, onnx.weights("w", np.ones(1)))
    assert onnxproto.ports(Path(path).read_bytes()) == (
        (Port(name="b", shape=(1, 3, None, 300)), Port(name="a", shape=(None, 3, None, None))),
        (Port(name="z", shape=(1, 3, 4, 4)), Port(name="c", shape=())),
    )
