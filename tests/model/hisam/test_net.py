"""Hi-SAM is trained by the same command as every net, learns, and is told by its own losses."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from model import predicting, training
from model.hisam.net import HiSam
from model.optimiser import OptimiserConfig
from model.predicting import PredictConfig
from model.protocols import Batch
from model.trainer import TrainConfig
from sts import layers
from synth import stage
from synth.stage import RenderConfig
from tests.model.hisam.pages import FULL, batch, page, strokes

NET = {"class": "model.hisam.net:HiSam", "size": "micro", "train": {"image_encoder": True, "prompt_encoder": True}}


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("rendered")
    settings = RenderConfig(width=160, height=120, frames=2, engine="synth.engines.planes:Planes")
    stage.run(stage.job(settings, ()), out, 2, "1")
    return out


def test_thirty_steps_on_rendered_shards_lower_the_loss(
    rendered: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    fast = OptimiserConfig(lr=2e-3, clip_norm=1.0)
    settings = TrainConfig(net=NET, window=1, board=False, optimiser=fast, steps=30, log_every=5)
    with caplog.at_level("INFO"):
        training.train(training.Job(config=settings, inputs=(rendered,)), tmp_path / "run")
    totals = [float(total) for total in re.findall(r"total ([\d.]+)", caplog.text)]
    assert len(totals) == 6
    assert totals[-1] < 0.7 * totals[0]
    segmenter = {"class": "model.hisam.segmenter:HiSamSegmenter", "device": "cpu"}
    done = predicting.predict(
        PredictConfig(segmenter=segmenter), str(rendered), str(tmp_path / "predict"), str(tmp_path / "run"), "1"
    )
    assert done.shards[0].frames == 4
    assert all(frame.labelled for clip in layers.read(tmp_path / "predict", pictures=False) for frame in clip.frames)


def test_the_total_is_the_sum_of_the_parts_and_reaches_every_module() -> None:
    net = made()
    losses = net.loss(big())
    parts = {name: value for name, value in losses.items() if name != "total"}
    assert set(parts) == {
        *(f"{kind}_{scale}" for kind in ("focal", "dice", "iou") for scale in ("x1", "x4")),
        *("word", "word_fine", "line", "paragraph"),
    }
    assert losses["total"].item() == pytest.approx(sum(value.item() for value in parts.values()), rel=1e-5)
    losses["total"].backward()
    silent = {name.rpartition(".")[0] for name, p in net.named_parameters() if p.requires_grad and p.grad is None}
    stock = ("hypernetworks_mlps.", "prompt_encoder.", "mask_downscaling")
    assert [name for name in silent if not any(word in name for word in stock)] == []


def test_names_of_losses_do_not_depend_on_the_pictures() -> None:
    net = made()
    nothing = net.loss(big(text=False, labelled=False))
    assert list(nothing) == list(net.loss(big()))
    assert nothing["total"].item() == 0.0


def test_what_is_frozen_stays_and_checkpointing_changes_no_gradient() -> None:
    net = made()
    assert not any(p.requires_grad for name, p in net.image_encoder.named_parameters() if "Adapter" not in name)
    gradients = []
    for on in (False, True):
        net.checkpointing = on
        assert net.checkpointing is on
        net.zero_grad()
        torch.manual_seed(0)
        net.loss(big())["total"].backward()
        gradients.append([p.grad.clone() for p in net.parameters() if p.grad is not None])
    assert all(torch.allclose(a, b, atol=1e-5) for a, b in zip(*gradients, strict=True))


def test_masks_are_shares_of_each_pixel_of_the_square() -> None:
    masks = made().masks(big().video)
    assert masks.shape == (1, 1, 128, 128)
    assert 0 <= masks.min() <= masks.max() <= 1


def made(**settings: Any) -> HiSam:
    torch.manual_seed(0)
    return HiSam(size="micro", **settings).train()


def big(*, text: bool = True, labelled: bool = True) -> Batch:
    """The page at twice its size, which is that of the smallest net."""
    twice = np.kron(FULL if text else strokes(), np.ones((2, 2), np.uint8))
    layout = tuple(replace(one, polygon=one.polygon * 2) for one in page()) if text else ()
    return batch([twice], [layout], labelled=labelled)
