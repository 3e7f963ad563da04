"""Labels find their pictures again, whatever the clip is called."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from realv.labelers.known import Known
from sts import layers
from sts.types import Clip, Frame
from tests.model import small_set


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two clips that show different pictures."""
    return small_set.write(
        tmp_path_factory.mktemp("known") / "truth", [small_set.clip(i, n_frames=5) for i in range(2)]
    )


def found(truth: Path, number: int, name: str = "real-1") -> Clip:
    """The stored clip without its labels, under another name."""
    clip = list(layers.read(truth))[number]
    frames = tuple(Frame(index=one.index, time_s=one.time_s, labelled=False) for one in clip.frames)
    return replace(clip, clip_id=name, frames=frames)


@pytest.mark.parametrize("number", [0, 1])
def test_a_clip_under_another_name_gets_its_own_labels(truth: Path, number: int) -> None:
    labelled = Known(truth=str(truth)).label(found(truth, number))
    wanted = list(layers.read(truth, pictures=False))[number].frames
    assert labelled.clip_id == "real-1"
    assert [(one.index, one.labelled) for one in labelled.frames] == [(i, True) for i in range(5)]
    assert [one.instances for one in labelled.frames] == [one.instances for one in wanted]
    assert sum(len(one.instances) for one in wanted) > 0


def test_a_piece_of_a_clip_keeps_its_own_frame_numbers(truth: Path) -> None:
    whole = found(truth, 0)
    assert whole.video is not None
    frames = tuple(replace(frame, index=i) for i, frame in enumerate(whole.frames[2:4]))
    labelled = Known(truth=str(truth)).label(replace(whole, frames=frames, video=whole.video[2:4]))
    wanted = next(layers.read(truth, pictures=False)).frames[2:4]
    assert [one.index for one in labelled.frames] == [0, 1]
    assert [one.instances for one in labelled.frames] == [one.instances for one in wanted]


def test_a_picture_that_differs_in_one_pixel_is_not_known(truth: Path) -> None:
    clip = found(truth, 0)
    assert clip.video is not None
    changed = clip.video.copy()
    changed[1, 0, 0, 0] ^= 1
    labelled = Known(truth=str(truth)).label(replace(clip, video=changed))
    assert [one.labelled for one in labelled.frames] == [True, False, True, True, True]
    assert labelled.frames[1].instances == ()


def test_nothing_is_said_of_foreign_footage(truth: Path) -> None:
    clip = found(truth, 0)
    assert clip.video is not None
    labelled = Known(truth=str(truth)).label(replace(clip, video=np.zeros_like(clip.video)))
    assert [(one.labelled, one.instances) for one in labelled.frames] == [(False, ())] * 5
