"""Weights of SAM and released weights of Hi-SAM are taken as they are."""

from pathlib import Path

import pytest
import torch

from model import checkpoints, nets
from model.hisam import keys
from model.hisam.net import HiSam
from model.hisam.segmenter import HiSamSegmenter
from sts.errors import DataError


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str, HiSam]:
    """A released file, the file of SAM it needs, and the net that both are of."""
    torch.manual_seed(1)
    net = HiSam(size="micro")
    folder, state = tmp_path_factory.mktemp("weights"), net.state_dict()
    encoder = {
        name: value for name, value in state.items() if name.startswith("image_encoder.") and "Adapter" not in name
    }
    added = ("modal_aligner.", "hi_decoder.", *keys.ADDED)
    prompts = {name: value for name, value in state.items() if name.startswith("prompt_encoder.")}
    decoder = {
        name: torch.randn_like(value)
        for name, value in state.items()
        if name.startswith("mask_decoder.") and not name.startswith(added)
    }
    torch.save({"model": {name: value for name, value in state.items() if name not in encoder}}, folder / "hisam.pth")
    torch.save({**encoder, **prompts, **decoder}, folder / "sam.pth")
    return str(folder / "hisam.pth"), str(folder / "sam.pth"), net


def test_a_released_file_and_that_of_sam_make_a_net(files: tuple[str, str, HiSam]) -> None:
    released, sam, net = files
    found = HiSamSegmenter(weights=released, sam=sam, net={"size": "micro"}, device="cpu")
    for name, value in found._net.state_dict().items():
        assert torch.equal(value, net.state_dict()[name]), name


def test_a_file_of_sam_begins_a_training_whose_layout_is_its_decoder(files: tuple[str, str, HiSam]) -> None:
    net, sam = HiSam(size="micro"), torch.load(files[1], weights_only=True)
    checkpoints.initialise(net, files[1])
    own = net.state_dict()
    for name, value in sam.items():
        assert torch.equal(own[name], value), name
        if name.startswith("mask_decoder."):
            assert torch.equal(own[name.replace("mask_decoder.", "hi_decoder.")], value), name


def test_files_in_the_wrong_place_are_one_line(files: tuple[str, str, HiSam]) -> None:
    released, sam, _ = files
    with pytest.raises(DataError, match=r"sam\.pth is no file of Hi-SAM"):
        keys.merged(sam, released)
    with pytest.raises(DataError, match=r"hisam\.pth is no file of SAM"):
        keys.merged(released, released)
    with pytest.raises(DataError, match=r"hisam\.pth with .*sam\.pth does not fit this HiSam of size tiny"):
        HiSamSegmenter(weights=released, sam=sam, net={"size": "tiny"}, device="cpu")


def test_what_was_saved_is_the_same_net(tmp_path: Path) -> None:
    net = HiSam(size="micro", layout={"on": False})
    checkpoints.save(tmp_path / "net.safetensors", net, 3)
    again = checkpoints.build(tmp_path / "net.safetensors")
    assert isinstance(again, HiSam)
    assert nets.table(again) == nets.table(net)
    assert again.hi_decoder is None
    assert all(torch.equal(value, net.state_dict()[name]) for name, value in again.state_dict().items())
