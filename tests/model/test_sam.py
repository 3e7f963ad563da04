"""SAM and SAM2.1, of the smallest size and with random weights, behind the door of a segmenter."""

from pathlib import Path

import numpy as np
import pytest
import torch

from model import samnets
from model.sam import Sam
from model.sam2text import sizes
from model.sam2text.config import NetConfig
from model.samnets import Generation, Sam1
from sts import masks
from sts.errors import ConfigError, DataError
from sts.protocols import Prompt, Segmenter

PICTURE = np.random.default_rng(0).integers(0, 256, (1, 60, 100, 3), np.uint8)
BOX = Prompt(track_id=1, frame=0, box=(10.0, 10.0, 60.0, 40.0))
POINTS = Prompt(track_id=2, frame=0, points=((20.0, 20.0), (70.0, 50.0)), positive=(True, False))
BOTH = Prompt(track_id=3, frame=0, box=(5.0, 5.0, 50.0, 50.0), points=((20.0, 20.0),), positive=(True,))


@pytest.fixture(scope="module", params=["sam", "sam2"])
def segmenter(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Sam:
    torch.manual_seed(0)
    generation: Generation = request.param
    path = tmp_path_factory.mktemp("sam") / f"{generation}.pt"
    net = Sam1("micro") if generation == "sam" else sizes.build(NetConfig(size="micro"))
    torch.save({"model": net.state_dict()} if generation == "sam2" else net.state_dict(), path)
    return Sam(weights=str(path), generation=generation, size="micro", device="cpu", batch=2)


def test_every_kind_of_prompt_is_answered_in_its_order_and_at_full_size(segmenter: Sam) -> None:
    assert isinstance(segmenter, Segmenter)
    (found,) = segmenter.segment(PICTURE, (POINTS, BOX, BOTH, BOX))
    assert [one.track_id for one in found] == [2, 1, 3, 1]
    assert {(one.mask.height, one.mask.width) for one in found} == {(60, 100)}
    assert all(0 <= one.score <= 1 for one in found)
    assert found[1] == found[3]


def test_prompts_do_not_see_each_other(segmenter: Sam) -> None:
    (together,) = segmenter.segment(PICTURE, (BOX, BOTH, POINTS))
    for prompt, one in zip((BOX, BOTH, POINTS), together, strict=True):
        ((alone,),) = segmenter.segment(PICTURE, (prompt,))
        assert masks.iou(alone.mask, one.mask) > 0.99


def test_all_prompts_of_a_picture_share_one_encoding(segmenter: Sam) -> None:
    list(segmenter.segment(PICTURE, (BOX,)))
    first = segmenter._last
    list(segmenter.segment(PICTURE, (POINTS, BOTH)))
    assert segmenter._last is first


def test_the_mask_of_a_prompt_chooses_among_the_three(segmenter: Sam) -> None:
    seen = segmenter._seen(PICTURE[0])
    corners = np.array([BOX.box[:2], BOX.box[2:]]) if BOX.box else np.zeros((2, 2))
    places = torch.from_numpy(seen.fit.points(corners) - np.float32(0.5))[None]
    with torch.inference_mode():
        logits, _ = segmenter._net.masks(seen, places, torch.tensor([[2.0, 3.0]]))
    shown = [masks.encode(one.numpy()) for one in seen.fit.logits(logits[0]) > 0]
    for wanted in (one for one in shown if masks.area(one)):
        prompt = Prompt(track_id=1, frame=0, box=BOX.box, mask=wanted)
        ((one,),) = segmenter.segment(PICTURE, (prompt,))
        assert one.mask in shown
        assert masks.iou(one.mask, wanted) > 0


def test_what_cannot_be_asked_is_one_line(segmenter: Sam) -> None:
    for prompts, words in (
        ((), "no prompts"),
        ((Prompt(track_id=1, frame=4, box=BOX.box),), "frame 4"),
        ((Prompt(track_id=8, frame=0),), "track 8 on frame 0 has neither box nor points"),
    ):
        with pytest.raises(DataError, match=words):
            list(segmenter.segment(PICTURE, prompts))


def test_a_size_of_the_other_generation_or_foreign_weights_are_one_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="one of micro, nano, tiny, small, base_plus, large"):
        Sam(weights="none.pt", generation="sam2", size="vit_b")
    path = tmp_path / "wrong.pt"
    torch.save({"x": torch.zeros(1)}, path)
    with pytest.raises(DataError, match="does not fit SAM of size micro"):
        Sam(weights=str(path), size="micro", device="cpu")
    assert samnets.sizes("sam")[-1] == "vit_h"
