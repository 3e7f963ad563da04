"""The peer is SAM2's own loop, with a past that does not grow."""

import numpy as np
import torch

from model.cost.plain import PlainStream
from model.sam2text.memory import POINTERS
from tests.model.sam2text.micro import make
from tests.model.sam2text.test_net import noise, stock_of, track


def test_forgetting_what_no_frame_looks_at_changes_no_bit() -> None:
    net, video = make(), noise(1, 20)
    stream = PlainStream(stock_of(net), entries=7)
    frames = video[0].permute(0, 2, 3, 1).numpy()
    found = [stream.step(np.ascontiguousarray(frame)) for frame in frames]
    for probability, out in zip(found, track(stock_of(net), video, {}), strict=True):
        assert torch.equal(torch.from_numpy(probability), out["pred_masks_high_res"][0, 0].sigmoid())
    assert {group: len(kept) for group, kept in stream.kept.items()} == {
        "cond_frame_outputs": 1,
        "non_cond_frame_outputs": POINTERS,
    }
