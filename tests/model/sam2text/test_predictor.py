"""The net against SAM2's own video predictor, which holds the whole video: a prompt on frame 0, then tracking.

Bit for bit after a box, in videos of 16 frames and more. Three differences are not errors, and stay:

- In a video of fewer than 16 frames the predictor divides the distance of an object pointer by the number of frames
  less one instead of by 15. A stream has no such number, so ours always divides by 15: up to 3e-6 in the logits.
- After a single point, the best of three masks is remembered. Ours and SAM2's `track_step` enlarge all three, the
  predictor does the best one again alone; the last bit depends on how many there are: up to 3e-7.
- All frames of a clip go through the encoder in one batch, those of a stream one by one: up to 2e-7.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from sam2.sam2_video_predictor import SAM2VideoPredictor
from torch import Tensor
from torch.nn import functional

from model.sam2text.hints import Hints
from model.sam2text.net import SAM2Text
from sts import jpeg
from tests.model.sam2text.micro import make
from tests.model.sam2text.test_net import AS_STOCK, SIDE, noise, points, see, stock_of

POINT, BOX = points(1), points(2, 3)


def plain() -> SAM2Text:
    return make(**AS_STOCK, scales={"finest": 1}).eval()


def predictor_of(net: SAM2Text) -> SAM2VideoPredictor:
    """SAM2's predictor with the same weights, without holes filled or objects cut."""
    predictor = stock_of(net)
    predictor.__class__ = SAM2VideoPredictor
    assert isinstance(predictor, SAM2VideoPredictor)
    predictor.fill_hole_area, predictor.non_overlap_masks = 0, False
    predictor.clear_non_cond_mem_around_input = predictor.add_all_frames_to_correct_as_cond = False
    return predictor


def stored(folder: Path, frames: int) -> Tensor:
    """A video as the JPEG files that the predictor reads, and its pixels."""
    for number, picture in enumerate(noise(1, frames)[0]):
        (folder / f"{number}.jpg").write_bytes(jpeg.encode(picture.permute(1, 2, 0).contiguous().numpy()))
    pictures = [np.array(Image.open(folder / f"{number}.jpg").convert("RGB")) for number in range(frames)]
    return torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).contiguous()[None]


def predicted(net: SAM2Text, folder: Path, hints: Hints, **state: Any) -> list[Tensor]:
    """Logits of every frame; `state` is changed in that of the predictor."""
    predictor = predictor_of(net)
    begun: dict[str, Any] = predictor.init_state(str(folder))
    last = begun["num_frames"] - 1
    begun.update(state)
    predictor.add_new_points_or_box(begun, 0, 1, points=hints.points - 0.5, labels=hints.labels)
    return [logits for _, _, logits in predictor.propagate_in_video(begun, max_frame_num_to_track=last)]


def streamed(net: SAM2Text, video: Tensor, hints: Hints) -> list[Tensor]:
    """The same from ours, frame by frame, each mask enlarged alone."""
    masks = [sight.decoded.gated().masks[1] for sight, _ in see(net, video, {0: hints})]
    return [functional.interpolate(mask, SIDE, mode="bilinear", align_corners=False) for mask in masks]


def gaps(ours: list[Tensor], theirs: list[Tensor]) -> list[float]:
    """Largest difference of a pixel, by frame."""
    return [float((a - b).abs().max()) for a, b in zip(ours, theirs, strict=True)]


@pytest.mark.parametrize(("hints", "most"), [(BOX, 0.0), (POINT, 1e-6)], ids=["box", "point"])
def test_a_stream_is_the_video_predictor(tmp_path: Path, hints: Hints, most: float) -> None:
    net, video = plain(), stored(tmp_path, 17)
    found = gaps(streamed(net, video, hints), predicted(net, tmp_path, hints))
    assert found[0] == 0
    assert max(found) <= most


def test_a_short_video_differs_by_the_time_scale_of_the_pointers_only(tmp_path: Path) -> None:
    net, video = plain(), stored(tmp_path, 14)
    ours = streamed(net, video, BOX)
    assert 0 < max(gaps(ours, predicted(net, tmp_path, BOX))) < 1e-5
    assert max(gaps(ours, predicted(net, tmp_path, BOX, num_frames=16))) == 0


@torch.no_grad()
def test_a_short_clip_in_one_batch_after_a_point_differs_by_all_three(tmp_path: Path) -> None:
    net, video = plain(), stored(tmp_path, 14)
    ours = [sight.mask for sight in net.clip(video, {0: POINT})]
    assert max(gaps(ours, predicted(net, tmp_path, POINT))) < 1e-5
    assert max(gaps(ours, predicted(net, tmp_path, POINT, num_frames=16))) < 1e-6
