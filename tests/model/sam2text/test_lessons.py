"""What is said in training lies on what it means, and what it means is all text or one thing."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from model.protocols import Batch
from model.regions import Layout
from model.sam2text import lessons
from model.sam2text.hints import NOTHING, OTHER, TEXT, TOP_LEFT, Hints
from model.sam2text.lessons import Lesson
from tests.model.hisam import pages
from tests.model.hisam.pages import FULL, page, region, strokes

SIDE = 32
WORDS = {4: (6, 8, 26, 12), 5: (36, 8, 58, 12), 6: (6, 30, 58, 34), 7: (12, 52, 38, 56)}
"""Strokes of each word of `page`"""


def batch(seed: int, truth: Tensor) -> Batch:
    return Batch(
        video=torch.zeros(*truth.shape[:2], 3, SIDE, SIDE, dtype=torch.uint8),
        truth=truth,
        valid=torch.ones_like(truth, dtype=torch.bool),
        labelled=torch.ones(truth.shape[:2], dtype=torch.bool),
        clip_ids=("a", "b"),
        seed=seed,
    )


def text(frames: int = 4) -> Tensor:
    truth = torch.zeros(2, frames, SIDE, SIDE, dtype=torch.uint8)
    truth[0, :, 8:12, 4:20] = 200
    return truth


def all_hints(truth: Tensor) -> list[Hints]:
    return [hint for seed in range(40) for hint in lessons.draw(batch(seed, truth), 0.99, 0.0).hints.values()]


def singles(given: Batch, n: int = 60) -> list[Lesson]:
    found = [lessons.draw(replace(given, seed=seed), 0.99, 0.99) for seed in range(n)]
    return [one for one in found if one.single]


def clip(frames: int) -> Batch:
    """`page` in every frame, moved down by a pixel each time."""
    one = pages.batch([FULL], [page()])
    moved = [tuple(replace(each, polygon=each.polygon + np.array((0, i))) for each in page()) for i in range(frames)]
    truth = torch.from_numpy(np.stack([np.roll(FULL, i, axis=0) for i in range(frames)]))[None]
    return replace(
        one,
        video=one.video.repeat(1, frames, 1, 1, 1),
        truth=truth,
        valid=torch.ones_like(truth, dtype=torch.bool),
        labelled=torch.ones(1, frames, dtype=torch.bool),
        layout=(tuple(moved),),
    )


def test_the_share_of_batches_with_hints_is_the_one_asked_for() -> None:
    prompted = [bool(lessons.draw(batch(seed, text()), 0.2, 0.5).hints) for seed in range(300)]
    assert 0.12 < sum(prompted) / len(prompted) < 0.28
    assert not any(lessons.draw(batch(seed, text()), 0.0, 0.5).hints for seed in range(50))


def test_the_same_seed_says_the_same() -> None:
    for given in (batch(3, text()), replace(clip(3), seed=3)):
        first, second = (lessons.draw(given, 0.99, 0.99) for _ in range(2))
        assert torch.equal(first.truth, second.truth)
        assert list(first.hints) == list(second.hints)
        assert all(torch.equal(first.hints[frame].points, second.hints[frame].points) for frame in first.hints)


def test_points_lie_on_what_they_say() -> None:
    for hint in all_hints(text()):
        for place, label in zip(hint.points[0], hint.labels[0].tolist(), strict=True):
            on = bool(text()[0, 0, int(place[1]), int(place[0])]) if label in (OTHER, TEXT) else None
            assert on in (None, label == TEXT)
            assert label not in (OTHER, TEXT) or torch.equal(place % 1, torch.full((2,), 0.5))


def test_a_box_is_close_around_the_text() -> None:
    boxes = [hint.points[0] for hint in all_hints(text()) if hint.labels[0, 0] == TOP_LEFT]
    assert boxes
    assert all(torch.allclose(box, torch.tensor([[4.0, 8.0], [20.0, 12.0]]), atol=1.7) for box in boxes)


def test_a_clip_without_text_has_hints_that_say_nothing_of_text() -> None:
    said = {label for hint in all_hints(text()) for label in hint.labels[1].tolist()}
    assert said == {NOTHING, OTHER}


@pytest.mark.parametrize("frames", [1, 2])
def test_a_short_clip_has_hints_too(frames: int) -> None:
    assert all_hints(text(frames))


def test_hints_of_all_text_leave_the_truth_and_so_does_a_batch_without_layout() -> None:
    for given, single in ((clip(2), 0.0), (batch(0, text()), 0.99)):
        for seed in range(20):
            lesson = lessons.draw(replace(given, seed=seed), 0.99, single)
            assert not lesson.single
            assert lesson.truth is given.truth
            assert lesson.labelled is given.labelled


def test_the_share_of_hints_that_mean_one_thing_is_the_one_asked_for() -> None:
    found = [lessons.draw(replace(clip(1), seed=seed), 0.99, 0.3).single for seed in range(300)]
    assert 0.2 < sum(found) / len(found) < 0.4


def test_points_mean_a_word_and_a_box_also_a_line_or_a_paragraph() -> None:
    words = {frozenset([number]) for number in WORDS}
    things = {*words, frozenset([4, 5]), frozenset([4, 5, 6])}
    meant: dict[bool, set[frozenset[int]]] = {True: set(), False: set()}
    for lesson in singles(clip(1), 200):
        truth, (hint,) = lesson.truth[0, 0], lesson.hints.values()
        whole = [number for number, (left, top, right, bottom) in WORDS.items() if truth[top:bottom, left:right].all()]
        assert truth.sum() == 255 * sum((w[2] - w[0]) * (w[3] - w[1]) for w in (WORDS[number] for number in whole))
        meant[hint.labels[0, 0].item() == TOP_LEFT].add(frozenset(whole))
    assert meant[False] == words
    assert meant[True] == things


def test_hints_of_one_thing_lie_on_it_and_often_on_the_text_beside_it() -> None:
    beside = []
    for lesson in singles(clip(1), 200):
        truth, (hint,) = lesson.truth[0, 0], lesson.hints.values()
        points = [
            (label, int(x), int(y))
            for label, (x, y) in zip(hint.labels[0].tolist(), hint.points[0].tolist(), strict=True)
        ]
        assert all(truth[y, x] for label, x, y in points if label == TEXT)
        assert not any(truth[y, x] for label, x, y in points if label == OTHER)
        beside += [bool(FULL[y, x]) for label, x, y in points if label == OTHER]
    assert 0.4 < sum(beside) / len(beside) < 0.8


def test_a_thing_is_followed_and_does_not_count_before_it_was_shown() -> None:
    firsts = set()
    for lesson in singles(clip(5)):
        first = min(lesson.hints)
        firsts.add(first)
        assert lesson.labelled.tolist() == [[False] * first + [True] * (5 - first)]
        for frame in range(first, 5):
            assert torch.equal(lesson.truth[0, frame], lesson.truth[0, first].roll(frame - first, 0))
    assert len(firsts) > 2


def test_what_leaves_the_clip_is_gone() -> None:
    given = clip(2)
    assert given.layout is not None
    (first, second) = given.layout[0]
    only = replace(given, layout=((first[3:4], ()),), labelled=torch.ones(1, 2, dtype=torch.bool))
    shown = [one for one in singles(only) if min(one.hints) == 0 and one.labelled.any()]
    assert shown
    assert all(one.truth[0, 0].any() and not one.truth[0, 1].any() and one.labelled.all() for one in shown)
    assert len(second) == 7


@pytest.mark.parametrize(
    "layout",
    [(), (region(4, None, "word", (4, 4, 28, 16), ignore=True),), (region(4, None, "word", (50, 50, 60, 60)),)],
    ids=["none", "ignored", "hidden"],
)
def test_a_clip_that_shows_nothing_to_choose_does_not_count(layout: Layout) -> None:
    both = pages.batch([FULL, strokes((6, 8, 26, 12))], [page(), layout])
    for lesson in singles(both):
        assert not lesson.labelled[1].any()
        assert not lesson.truth[1].any()
