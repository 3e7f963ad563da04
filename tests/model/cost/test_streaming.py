"""What a frame costs: with nothing of ours as much as SAM2, and an aged stream is as one that has seen the frames."""

from typing import Any

from model.cost import learning, streaming
from model.sam2text.config import NetConfig
from model.sam2text.session import ALL_TEXT, StreamSession
from model.sam2text.sizes import build
from tests.model.sam2text.micro import make

BARE: dict[str, Any] = {"lora": {"rank": 0}, "prompting": {"tokens": 0}, "scales": {"finest": 1}}


def test_an_aged_stream_holds_what_one_holds_that_has_seen_as_many_frames() -> None:
    sessions = [StreamSession(make(memory={"recent": 2, "retrieved": 1, "capacity": 3})) for _ in range(2)]
    frame = streaming.picture(40, 60)
    for session, seen in zip(sessions, (1, 20), strict=True):
        for _ in range(seen):
            session.step(frame)
    streaming.age(sessions[0], 19)
    assert sessions[0].frame == sessions[1].frame == 20
    assert streaming.held(sessions[0]) == streaming.held(sessions[1])
    views = [session.memories[ALL_TEXT].view(20, session.memories[ALL_TEXT].recent[-1].key) for session in sessions]
    assert [len(view.entries) for view in views] == [3, 3]


def test_with_nothing_of_ours_a_frame_is_the_work_of_sam2_but_for_one_pointer() -> None:
    """With one frame in the pool, which is among the last 15."""
    memory = {"recent": 5, "retrieved": 1, "capacity": 1}
    found = streaming.measure({"size": "micro", "memory": memory, **BARE}, 1, compiled=False)
    assert 0.99 < found.flops.ours / found.flops.plain < 1
    assert [part.flops for part in found.parts.values()] == [0, 0, 0]
    assert found.lora == 0
    assert found.weights.ours == found.weights.plain


def test_merged_lora_is_no_work_and_each_part_is_counted() -> None:
    found, without = (streaming.measure({"size": "micro", **more}, 1, None) for more in ({}, {"lora": {"rank": 0}}))
    assert found.lora > 0 == without.lora
    assert found.flops == without.flops
    parts = {name: part.flops for name, part in found.parts.items()}
    assert all(parts.values())
    assert 0 < found.flops.ours - found.flops.plain - sum(parts.values()) < 0.1 * found.flops.plain
    assert (found.entries, found.compiled, found.peak.ours) == (6, None, 0)


def test_the_plain_peer_of_training_has_the_weights_of_sam2_and_all_of_its_trunk_trains() -> None:
    net = make(**learning.PLAIN)
    assert net.state_dict().keys() == build(NetConfig(size="micro")).state_dict().keys()
    assert all(weight.requires_grad for weight in net.image_encoder.parameters())
    steps = learning.measure({"size": "micro"}, window=1, steps=1)
    assert min(steps.ours, steps.plain) > 0
