"""The memory of one object: what is attended to, in which slot, and that nothing grows."""

from random import Random

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as some

from model.sam2text.config import MemoryConfig
from model.sam2text.memory import LONG_TERM, POINTERS, DualMemory, Entry, View
from sts.errors import ConfigError

STOCK = MemoryConfig(recent=6, retrieved=0)


def entry(frame: int, quality: float = 0.5, angle: float = 0.0) -> Entry:
    """A frame whose key points `angle` radians away from the first axis."""
    key = torch.tensor([angle]).cos().tolist() + torch.tensor([angle]).sin().tolist()
    return Entry(
        frame=frame,
        features=torch.full((1, 2, 1, 1), float(frame)),
        pointer=torch.full((1, 2), float(frame)),
        key=torch.tensor(key),
        quality=quality,
    )


def filled(config: MemoryConfig, frames: int, **chosen: dict[int, float]) -> DualMemory:
    memory = DualMemory(config)
    for frame in range(frames):
        memory.add(entry(frame, **{name: values.get(frame, 0.0) for name, values in chosen.items()}), pin=False)
    return memory


def look(memory: DualMemory, frame: int) -> View:
    return memory.view(frame, torch.tensor([1.0, 0.0]))


def frames(view: View) -> list[int]:
    return [kept.frame for _, kept in view.entries]


def retrieved(view: View) -> list[int]:
    return [kept.frame for slot, kept in view.entries if slot == LONG_TERM]


@settings(max_examples=4, deadline=None)
@given(recent=some.integers(1, 6), fetched=some.integers(0, 4), capacity=some.integers(4, 9), seed=some.integers(0, 99))
def test_over_500_frames_the_parts_are_disjoint_and_bounded(
    recent: int, fetched: int, capacity: int, seed: int
) -> None:
    draw = Random(seed)
    memory = DualMemory(MemoryConfig(recent=recent, retrieved=fetched, capacity=capacity, pinned=2))
    free: list[int] = []
    for frame in range(500):
        seen = frames(look(memory, frame))
        assert len(seen) == len(set(seen)) <= recent + fetched + 2
        assert [kept.frame for kept in memory.recent] == free[-recent:]
        assert len(memory.pool) <= capacity
        assert len(memory.pinned) <= 2
        assert len(memory.pointers) <= POINTERS
        pin = draw.random() < 0.02
        memory.add(entry(frame, draw.random(), 3 * draw.random()), pin=pin)
        free += [] if pin else [frame]


def test_a_slot_is_the_rank_of_a_frame_not_its_age() -> None:
    memory = DualMemory(STOCK)
    for frame, pin in ((0, True), (1, False), (4, False), (9, False)):
        memory.add(entry(frame), pin=pin)
    view = look(memory, 20)
    assert [(slot, kept.frame) for slot, kept in view.entries] == [(LONG_TERM, 0), (2, 1), (1, 4), (0, 9)]


def test_the_long_term_slot_belongs_to_pinned_and_retrieved_frames() -> None:
    memory = filled(MemoryConfig(recent=2, retrieved=2), 6)
    memory.add(entry(6), pin=True)
    assert [slot for slot, _ in look(memory, 7).entries] == [LONG_TERM, LONG_TERM, LONG_TERM, 1, 0]


def test_without_anything_lasting_the_oldest_recent_frame_has_the_long_term_slot() -> None:
    view = look(filled(MemoryConfig(), 3), 3)
    assert [(slot, kept.frame) for slot, kept in view.entries] == [(LONG_TERM, 0), (1, 1), (0, 2)]


def test_more_recent_frames_than_sam2_has_codes_for_are_refused() -> None:
    with pytest.raises(ConfigError, match="recent = 7"):
        MemoryConfig(recent=7)


def test_without_a_quality_weight_likeness_alone_decides() -> None:
    config = MemoryConfig(recent=1, retrieved=1, quality_weight=0.0)
    memory = filled(config, 5, angle={0: 0.9, 1: 0.1, 2: 0.8, 3: 1.2}, quality={0: 1.0, 2: 1.0})
    assert retrieved(look(memory, 5)) == [1]


def test_quality_decides_between_frames_that_are_alike() -> None:
    memory = filled(MemoryConfig(recent=1, retrieved=1), 5, quality={2: 0.9, 3: 0.5})
    assert retrieved(look(memory, 5)) == [2]


def test_a_full_pool_drops_the_worst_and_of_equals_the_oldest() -> None:
    config = MemoryConfig(recent=1, retrieved=1, capacity=3)
    memory = filled(config, 5, quality={0: 0.5, 1: 0.2, 2: 0.9, 3: 0.2})
    assert [kept.frame for kept in memory.pool] == [0, 2, 3]
    memory = filled(config, 5)
    assert [kept.frame for kept in memory.pool] == [1, 2, 3]


def test_frames_are_retrieved_within_a_window_of_eight() -> None:
    memory = filled(MemoryConfig(), 5)
    assert retrieved(look(memory, 5)) == [0]
    memory = filled(MemoryConfig(), 7)
    assert len(retrieved(look(memory, 7))) == 2


def test_a_prompted_frame_stays_until_more_have_come_than_may_stay() -> None:
    memory = DualMemory(MemoryConfig(pinned=2))
    for frame in range(60):
        memory.add(entry(frame), pin=frame in (0, 20, 40))
    assert [kept.frame for kept in memory.pinned] == [20, 40]
    assert {20, 40} <= set(frames(look(memory, 60)))


def test_pointers_are_those_of_lasting_frames_and_of_the_last_fifteen_each_once() -> None:
    memory = DualMemory(STOCK)
    for frame in range(40):
        memory.add(entry(frame), pin=frame in (0, 30))
    distances = [distance for distance, _ in look(memory, 40).pointers]
    assert distances == [40, 10, *(d for d in range(1, POINTERS + 1) if d != 10)]
    assert all(float(pointer[0, 0]) == 40 - distance for distance, pointer in look(memory, 40).pointers)


def test_a_retrieved_frame_has_one_pointer_at_its_true_distance() -> None:
    view = look(filled(MemoryConfig(), 10), 10)
    distances = [distance for distance, _ in view.pointers]
    assert len(distances) == len(set(distances)) == 10
    assert sorted(10 - distance for distance in distances[:2]) == retrieved(view)


def test_a_frame_without_features_to_speak_of_has_a_finite_key() -> None:
    memory = DualMemory(MemoryConfig(recent=1, retrieved=1))
    blank = Entry(frame=0, features=torch.zeros(1, 2, 1, 1), pointer=torch.zeros(1, 2), key=torch.zeros(2), quality=0.0)
    memory.add(blank, pin=False)
    memory.add(entry(1), pin=False)
    assert retrieved(look(memory, 2)) == [0]
