"""SAM2Text with layout is SAM2Text where strokes are concerned, and learns words, lines and paragraphs beside it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from model import checkpoints, nets
from model.hisam.video import LayoutSAM2Text
from model.protocols import Batch, Net
from model.sam2text.net import SAM2Text
from sts.errors import ConfigError
from tests.model.hisam.pages import FULL, batch, page


def made(**settings: object) -> LayoutSAM2Text:
    torch.manual_seed(0)
    return LayoutSAM2Text(size="micro", **settings)


@pytest.fixture(scope="module")
def net() -> LayoutSAM2Text:
    return made()


def test_it_is_a_net_whose_strokes_are_those_of_sam2text(net: LayoutSAM2Text) -> None:
    assert isinstance(net, Net)
    torch.manual_seed(0)
    stock = SAM2Text(size="micro")
    state = net.state_dict()
    assert all(torch.equal(state[name], value) for name, value in stock.state_dict().items())
    video = given().video
    with torch.no_grad():
        assert torch.equal(net.eval().masks(video), stock.eval().masks(video))


def test_the_decoder_of_layout_begins_as_that_of_strokes_without_what_it_has_no_use_for(net: LayoutSAM2Text) -> None:
    own, strokes = net.hi_decoder.state_dict(), net.sam_mask_decoder.state_dict()
    shared = own.keys() & strokes.keys()
    assert all(torch.equal(own[name], strokes[name]) for name in shared)
    added = {name.partition(".")[0] for name in own.keys() - shared}
    assert added == {"word_mask_dc", "word_mask_refine", "output_word_mlp"}
    assert all(parameter.requires_grad for parameter in net.hi_decoder.parameters())


def test_from_weights_of_sam2text_the_decoder_of_layout_begins_as_theirs(tmp_path: Path) -> None:
    torch.manual_seed(1)
    stock, path = SAM2Text(size="micro"), str(tmp_path / "net.safetensors")
    checkpoints.save(path, stock, 1)
    net = made()
    checkpoints.initialise(net, path)
    own, strokes = net.hi_decoder.state_dict(), stock.sam_mask_decoder.state_dict()
    shared = own.keys() & strokes.keys()
    assert len(shared) > 50
    assert all(torch.equal(own[name], strokes[name]) for name in shared)


def test_a_point_of_a_row_is_asked_of_that_row(net: LayoutSAM2Text) -> None:
    net.eval()
    (features,) = net.encode(torch.randint(0, 255, (2, 1, 3, 128, 128), dtype=torch.uint8))
    points, owners = torch.rand(3, 2) * 128, torch.tensor([0, 1, 1])
    with torch.no_grad():
        together = net.ask(features, owners, points, words=True)
        alone = net.ask(features, owners[2:], points[2:], words=True)
    assert together.words is not None
    assert alone.words is not None
    assert (together.masks.shape, together.words.shape) == ((3, 3, 32, 32), (3, 48, 48))
    assert torch.allclose(together.masks[2:], alone.masks, atol=1e-4)
    assert torch.allclose(together.words[2:], alone.words, atol=1e-4)


def test_it_learns_both_from_clips() -> None:
    net = made(train={"trunk": True, "neck": True, "prompt_encoder": True}, prompted=0.0, scales={"finest": 1})
    optimiser = torch.optim.AdamW(net.groups(3e-3)[0]["params"], 3e-3)
    layout: list[float] = []
    losses: dict[str, torch.Tensor] = {}
    for _ in range(6):
        losses = net.loss(given())
        losses["total"].backward()
        optimiser.step()
        optimiser.zero_grad()
        layout.append(sum(losses[name].item() for name in ("word", "word_fine", "line", "paragraph")))
    assert {"focal_x1", "object", "word", "paragraph"} < losses.keys()
    assert layout[-1] < 0.95 * layout[0]


def test_it_is_saved_and_built_again(net: LayoutSAM2Text, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = str(tmp_path_factory.mktemp("net") / "net.safetensors")
    checkpoints.save(path, net, 1)
    again = checkpoints.build(path)
    assert nets.table(again) == nets.table(net)
    with pytest.raises(ConfigError, match=r"model\.sam2text\.net:SAM2Text"):
        made(layout={"on": False})


def given() -> Batch:
    """A clip of two frames."""
    twice = np.kron(FULL, np.ones((2, 2), np.uint8))
    layout = tuple(replace(one, polygon=one.polygon * 2) for one in page())
    one = batch([twice, twice], [layout, layout])
    frames = {name: getattr(one, name).transpose(0, 1) for name in ("video", "truth", "valid", "labelled")}
    return replace(one, **frames, clip_ids=one.clip_ids[:1], layout=((layout, layout),))
