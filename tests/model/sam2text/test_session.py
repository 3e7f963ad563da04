"""A stream: constant memory, answers at the size of the frame, prompts on any frame, errors that say what to do."""

import math
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from torch import Tensor

from model.sam2text.memory import POINTERS
from model.sam2text.session import ALL_TEXT, StreamSession
from sts import masks
from sts.errors import DataError
from sts.protocols import Prompt
from sts.types import Mask
from tests.model.sam2text.micro import make

SMALL = {"recent": 2, "retrieved": 2, "capacity": 3}


def frames(n: int, height: int = 72, width: int = 128) -> Iterator[np.ndarray]:
    rng = np.random.default_rng(0)
    for _ in range(n):
        yield rng.integers(0, 256, (height, width, 3), np.uint8)


def click(x: float, y: float) -> Prompt:
    return Prompt(track_id=1, frame=0, points=((x, y),), positive=(True,))


def held(session: StreamSession) -> dict[str, int]:
    """Bytes of the tensors, and items of the containers, that a session keeps."""
    memories = list(session.memories.values())
    entries = [e for m in memories for e in (*m.recent, *m.pool, *m.pinned)]
    tensors: list[Tensor] = [t for e in entries for t in (e.features, e.pointer, e.key)]
    tensors += [pointer for m in memories for _, pointer in m.pointers]
    return {
        "bytes": sum(tensor.untyped_storage().nbytes() for tensor in tensors),
        "entries": len(entries),
        "pointers": sum(len(m.pointers) for m in memories),
        "places": len(session.net.memory_encoder.position_encoding.cache),
    }


def test_what_a_session_holds_is_constant() -> None:
    session, sizes = StreamSession(make(memory=SMALL)), []
    for number, frame in enumerate(frames(28)):
        session.step(frame)
        if number in (POINTERS, 27):
            sizes.append(held(session))
    assert sizes[0] == sizes[1]
    assert sizes[0]["entries"] == 5


@pytest.mark.slow
def test_5000_frames_hold_as_much_as_50() -> None:
    """That a frame takes as long is measured by `benchmarks.speed model`."""
    session, sizes = StreamSession(make()), []
    (frame,) = frames(1)
    for number in range(5000):
        session.step(frame)
        if number in (59, 4999):
            sizes.append(held(session))
    assert sizes[0] == sizes[1]


def test_the_default_memory_fits_into_32_mib_at_1024_px() -> None:
    session = StreamSession(make())
    for frame in frames(2):
        session.step(frame)
    (memory,) = session.memories.values()
    config, features = session.net.config.memory, memory.recent[0].features
    assert features.dtype == torch.bfloat16
    entry = 64 * 64 * 64 * features.element_size()
    assert (config.recent + config.capacity + config.pinned) * entry <= 32 * 2**20


@pytest.mark.parametrize("size", [(1, 1), (200, 8000), (3, 500), (128, 128)])
def test_answers_have_the_size_of_the_frame(size: tuple[int, int]) -> None:
    session = StreamSession(make())
    for frame in frames(2, *size):
        output = session.step(frame)[ALL_TEXT]
        assert output.probability.shape == size
        assert ((output.probability >= 0) & (output.probability <= 1)).all()


def test_answers_on_a_larger_frame_are_soft_and_cut_there_for_the_first_time() -> None:
    """A mask that is cut at the size of the net and enlarged then is the same in pairs of rows."""
    (frame,) = frames(1, 256, 256)
    probability = StreamSession(make()).step(frame)[ALL_TEXT].probability
    assert np.mean(probability[0::2] != probability[1::2]) > 0.9


def test_a_session_sees_what_a_clip_sees() -> None:
    net, pictures = make().eval(), list(frames(4, 128, 128))
    session = StreamSession(net)
    video = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2)[None]
    with torch.no_grad():
        shares = net.masks(video)[0].numpy()
    for picture, share in zip(pictures, shares, strict=True):
        assert np.allclose(session.step(picture)[ALL_TEXT].probability, share, atol=1e-4)


def test_colours_are_rgb() -> None:
    (frame,) = frames(1)
    first, second = (StreamSession(make()).step(np.ascontiguousarray(f))[0] for f in (frame, frame[..., ::-1]))
    assert not np.allclose(first.probability, second.probability, atol=1e-4)


def test_the_answer_is_drawn_at_the_finest_scale_that_is_asked_for() -> None:
    net = make()
    with torch.no_grad():
        for head in ("head_4x", "heads_2x.0"):
            net.get_parameter(f"sam_mask_decoder.{head}.layers.2.bias").fill_(1.0)
    (frame,) = frames(1, 128, 128)
    scales = {finest: StreamSession(net, finest=finest).step(frame)[0].probability for finest in (1, 2, 4)}
    assert not np.allclose(scales[4], scales[2], atol=1e-3)
    assert not np.allclose(scales[2], scales[1], atol=1e-3)


def test_a_frame_without_text_has_none_anywhere() -> None:
    output = StreamSession(make(score=-5.0)).step(np.zeros((60, 80, 3), np.uint8))[ALL_TEXT]
    assert output.score < 0.5
    assert output.probability.max() < 1e-6


def test_a_track_begins_with_its_prompt_and_ends_when_forgotten() -> None:
    session, pictures = StreamSession(make(), automatic=False), frames(4)
    assert session.step(next(pictures)) == {}
    assert list(session.step(next(pictures), [Prompt(track_id=7, frame=1, box=(4.0, 4.0, 60.0, 30.0))])) == [7]
    assert [entry.frame for entry in session.memories[7].pinned] == [1]
    assert list(session.step(next(pictures))) == [7]
    session.forget(7)
    assert session.step(next(pictures)) == {}


def test_a_box_means_the_same_place_at_any_size_of_the_frame() -> None:
    small, large = (np.full((side, side, 3), 90, np.uint8) for side in (64, 128))
    net = make()
    first, second = (
        StreamSession(net, automatic=False).step(frame, [Prompt(track_id=1, frame=0, box=box)])[1].score
        for frame, box in ((small, (8.0, 16.0, 40.0, 32.0)), (large, (16.0, 32.0, 80.0, 64.0)))
    )
    assert first == second


def test_a_mask_is_the_answer_on_its_frame_and_steers_the_next() -> None:
    pixels = np.zeros((128, 128), bool)
    pixels[30:50, 20:100] = True
    pictures = list(frames(2, 128, 128))
    session, other = StreamSession(make(), automatic=False), StreamSession(make(), automatic=False)
    for one, shown in ((session, pixels), (other, ~pixels)):
        answer = one.step(pictures[0], [Prompt(track_id=1, frame=0, mask=masks.encode(shown))])[1]
        assert ((answer.probability > 0.5) == shown).all()
        assert answer.score > 0.99
    assert not np.array_equal(session.step(pictures[1])[1].probability, other.step(pictures[1])[1].probability)


@pytest.mark.parametrize(
    ("prompt", "message"),
    [
        (Prompt(track_id=1, frame=3, box=(0.0, 0.0, 9.0, 9.0)), "frame 3, but frame 0 is next"),
        (Prompt(track_id=1, frame=0), "says nothing"),
        (Prompt(track_id=1, frame=0, points=((1.0, 1.0),)), "1 points and 0 signs"),
        (Prompt(track_id=1, frame=0, mask=masks.empty(5, 6)), "6x5 px on a frame of 128x72"),
        (Prompt(track_id=1, frame=0, mask=Mask(height=72, width=128, counts=(5, 6))), "runs of 11 px in all"),
        (Prompt(track_id=1, frame=0, box=(0.0, math.nan, 9.0, 9.0)), r"track 1 has the box \(0.0, nan, 9.0, 9.0\)"),
        (Prompt(track_id=1, frame=0, box=(0.0, 0.0, math.inf, 9.0)), "left < right, top < bottom"),
        (Prompt(track_id=1, frame=0, box=(9.0, 0.0, 0.0, 9.0)), "left < right, top < bottom"),
        (Prompt(track_id=1, frame=0, box=(0.0, 4.0, 9.0, 4.0)), "left < right, top < bottom"),
        (click(math.nan, 3.0), r"point \(nan, 3.0\) on a frame of 128x72 px"),
        (click(128.5, 3.0), r"point \(128.5, 3.0\)"),
        (click(3.0, -1.0), r"point \(3.0, -1.0\)"),
    ],
)
def test_a_prompt_that_cannot_be_used_is_refused_in_one_line(prompt: Prompt, message: str) -> None:
    session = StreamSession(make())
    (frame,) = frames(1)
    with pytest.raises(DataError, match=message) as error:
        session.step(frame, [prompt])
    assert "\n" not in str(error.value)
    assert list(session.memories) == [ALL_TEXT]
    assert list(session.step(frame)) == [ALL_TEXT]


@pytest.mark.parametrize(
    ("frame", "found"),
    [
        (np.zeros((72, 128, 3), np.float32), r"float32 of shape \(72, 128, 3\)"),
        (np.zeros((72, 128), np.uint8), r"uint8 of shape \(72, 128\)"),
        (np.zeros((72, 128, 4), np.uint8), r"uint8 of shape \(72, 128, 4\)"),
        (np.zeros((0, 128, 3), np.uint8), r"uint8 of shape \(0, 128, 3\)"),
    ],
    ids=["float", "gray", "rgba", "empty"],
)
def test_a_frame_that_is_no_rgb_picture_is_refused_and_changes_nothing(frame: np.ndarray, found: str) -> None:
    session = StreamSession(make())
    with pytest.raises(DataError, match=f"frame 0 is {found}: give RGB as uint8"):
        session.step(frame, [Prompt(track_id=1, frame=0, box=(0.0, 0.0, 9.0, 9.0))])
    assert (session.frame, list(session.memories)) == (0, [ALL_TEXT])


def test_only_a_track_that_is_followed_can_be_forgotten() -> None:
    with pytest.raises(DataError, match="track 99 is not followed and cannot be forgotten; followed now: 0"):
        StreamSession(make()).forget(99)


def test_points_on_the_edge_and_boxes_that_stick_out_are_taken() -> None:
    session = StreamSession(make(), automatic=False)
    prompts = [click(128.0, 72.0), Prompt(track_id=2, frame=0, box=(-5.0, 60.0, 20.0, 80.0))]
    assert list(session.step(next(frames(1)), prompts)) == [1, 2]


def test_two_prompts_of_one_track_on_a_frame_are_refused() -> None:
    (frame,) = frames(1)
    with pytest.raises(DataError, match="two prompts"):
        StreamSession(make()).step(frame, [Prompt(track_id=1, frame=0, box=(0.0, 0.0, 9.0, 9.0))] * 2)


def test_the_net_can_learn_after_a_session() -> None:
    net = make()
    session = StreamSession(net)
    for frame in frames(2):
        session.step(frame)
    net.train()
    net.clip(torch.zeros(1, 2, 3, 128, 128, dtype=torch.uint8))[1].mask.sum().backward()
    assert net.self_prompting is not None
    assert any(bool(p.grad.any()) for p in net.self_prompting.parameters() if p.grad is not None)
