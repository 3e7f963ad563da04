"""The same weights with their memory and without, and with their LoRA merged."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from model import checkpoints
from model.lora import LoRALinear
from model.sam2text.segmenter import SAM2TextSegmenter
from model.sam2text.session import ALL_TEXT, StreamSession
from sts import masks
from sts.errors import ConfigError
from sts.protocols import Prompt
from tests.model.sam2text.micro import make


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = str(tmp_path_factory.mktemp("weights") / "micro.safetensors")
    checkpoints.save(path, make(score=9.0), 0)
    return path


@pytest.fixture(scope="module")
def video() -> np.ndarray:
    """The same frame three times, then another one."""
    first, last = np.random.default_rng(0).integers(0, 256, (2, 64, 96, 3), np.uint8)
    return np.stack([first, first, first, last])


def strokes(weights: str, video: np.ndarray, **options: Any) -> list[bytes]:
    """All text of each frame, which is about half of it."""
    shares = StreamSession(make(score=9.0)).step(video[0])[ALL_TEXT].probability
    segmenter = SAM2TextSegmenter(weights=weights, threshold=float(np.median(shares)), **options)
    found = [[masks.decode(one.mask) for one in segments] for segments in segmenter.segment(video, ())]
    return [np.logical_or.reduce(frame or [np.zeros(video.shape[1:3], bool)]).tobytes() for frame in found]


def test_without_memory_a_frame_is_answered_as_if_it_were_the_first(weights: str, video: np.ndarray) -> None:
    alone = strokes(weights, video, memory=False)
    assert alone == [strokes(weights, video)[0]] * 3 + alone[3:]
    assert alone[0] == alone[1] == alone[2] != alone[3]
    assert strokes(weights, video)[1:3] != alone[1:3]


def test_a_prompt_without_memory_is_refused(weights: str, video: np.ndarray) -> None:
    segmenter = SAM2TextSegmenter(weights=weights, memory=False)
    with pytest.raises(ConfigError, match="memory = false"):
        next(segmenter.segment(video, [Prompt(track_id=1, frame=0, box=(1.0, 1.0, 40.0, 40.0))]))


def test_lora_is_merged_and_the_answers_stay(tmp_path: Path, video: np.ndarray) -> None:
    net, path = make(), str(tmp_path / "net.safetensors")
    updates = [layer for layer in net.modules() if isinstance(layer, LoRALinear)]
    for layer in updates:
        torch.nn.init.normal_(layer.lora_b, std=0.02)
    checkpoints.save(path, net, 0)
    loaded = SAM2TextSegmenter(weights=path).module
    assert [layer.merged for layer in loaded.modules() if isinstance(layer, LoRALinear)] == [True] * len(updates)
    assert not any(layer.merged for layer in updates)
    apart, merged = StreamSession(net), StreamSession(loaded)
    for frame in video:
        probabilities = [session.step(frame)[ALL_TEXT].probability for session in (apart, merged)]
        assert np.abs(probabilities[0] - probabilities[1]).max() <= 1e-6
