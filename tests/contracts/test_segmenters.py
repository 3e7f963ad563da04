"""Every segmenter answers each frame in turn, for any picture, with the tracks that it was asked for."""

from typing import Any

import cv2
import numpy as np
import pytest
import torch

from model import checkpoints, nets
from sts import masks, plugins
from sts.errors import DataError
from sts.protocols import Prompt, Segment, Segmenter

SEGMENTERS = {
    "model.threshold:Threshold": "",
    "model.sam2text.segmenter:SAM2TextSegmenter": "model.sam2text.net:SAM2Text",
    "model.sam2text.closer:CloserLook": "model.sam2text.net:SAM2Text",
    "model.hisam.segmenter:HiSamSegmenter": "model.hisam.net:HiSam",
}
"""Segmenter to its net"""
SIZES = ((1, 1), (200, 8000), (3, 40))
BOX = Prompt(track_id=7, frame=1, box=(10.0, 10.0, 80.0, 40.0))


@pytest.fixture(scope="module", params=SEGMENTERS)
def segmenter(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Segmenter:
    net, path = SEGMENTERS[request.param], str(tmp_path_factory.mktemp("weights") / "micro.safetensors")
    options: dict[str, Any] = {"weights": written(net, path), "threshold": 0.01} if net else {}
    return plugins.load(request.param, Segmenter, **options)


def written(name: str, path: str) -> str:
    """A file of the smallest net, which has learned nothing but that there is text on every frame."""
    torch.manual_seed(0)
    net = nets.build({"class": name, "size": "micro"})
    if name.endswith(":SAM2Text"):
        head = nets.module(net).get_submodule("sam_mask_decoder.pred_obj_score_head")
        torch.nn.init.constant_([*head.parameters()][-1], 9.0)
    checkpoints.save(path, net, 0)
    return path


@pytest.fixture(scope="module")
def video() -> np.ndarray:
    """A word that moves to the right."""
    frames = np.full((3, 60, 120, 3), 210, np.uint8)
    for number, frame in enumerate(frames):
        cv2.putText(frame, "Exit", (15 + 2 * number, 38), cv2.FONT_HERSHEY_SIMPLEX, 1, (20, 30, 40), 3)
    return frames


def test_each_frame_has_segments_of_its_size_with_ids_of_their_own(segmenter: Segmenter, video: np.ndarray) -> None:
    found = list(segmenter.segment(video, ()))
    assert len(found) == 3
    assert any(found)
    for segments in found:
        check(segments, *video.shape[1:3])


def test_a_frame_is_answered_without_the_later_ones(segmenter: Segmenter, video: np.ndarray) -> None:
    assert list(segmenter.segment(video[:2], ())) == list(segmenter.segment(video, ()))[:2]
    assert list(segmenter.segment(video, (BOX,)))[:2] == list(segmenter.segment(video[:2], (BOX,)))


def test_a_prompt_is_followed_under_its_own_number(segmenter: Segmenter, video: np.ndarray) -> None:
    points = Prompt(track_id=3, frame=0, points=((20.0, 30.0), (100.0, 55.0)), positive=(True, False))
    found = list(segmenter.segment(video, (BOX, points)))
    assert {one.track_id for one in found[0]} <= {3, 7}
    assert {one.track_id for one in found[1]} == {one.track_id for one in found[2]} == {3, 7}
    for segments in found:
        check(segments, *video.shape[1:3])


def test_a_mask_is_a_prompt(segmenter: Segmenter, video: np.ndarray) -> None:
    strokes = masks.encode(video[0, ..., 0] < 100)
    (first, *_) = segmenter.segment(video, (Prompt(track_id=1, frame=0, mask=strokes),))
    assert [one.track_id for one in first] == [1]


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_frames_of_any_shape_and_a_single_one(segmenter: Segmenter, size: tuple[int, int]) -> None:
    for grey in (0, 128):
        (segments,) = segmenter.segment(np.full((1, *size, 3), grey, np.uint8), ())
        check(segments, *size)


@pytest.mark.parametrize(
    "prompt",
    [Prompt(track_id=1, frame=3, box=(0.0, 0.0, 9.0, 9.0)), Prompt(track_id=1, frame=0)],
    ids=["late", "empty"],
)
def test_a_prompt_that_cannot_be_used_is_one_line(segmenter: Segmenter, video: np.ndarray, prompt: Prompt) -> None:
    with pytest.raises(DataError) as caught:
        list(segmenter.segment(video, (prompt,)))
    assert "\n" not in str(caught.value)


def check(segments: tuple[Segment, ...], height: int, width: int) -> None:
    assert len({one.track_id for one in segments}) == len(segments)
    for one in segments:
        assert (one.mask.height, one.mask.width) == (height, width)
        assert 0 <= one.score <= 1
        masks.check(one.mask)
