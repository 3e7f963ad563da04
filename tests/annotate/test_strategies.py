"""Strategies see what annotators see, never touch what a person approved, and cost what was done."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from annotate import strategies
from annotate.robot.actions import KINDS, Trace
from annotate.robot.desk import Desk
from annotate.robot.oracle import Oracle
from annotate.robot.visit import RobotConfig
from annotate.strategies import EMPTY, STRATEGIES, Tools
from sts import masks
from sts.errors import PluginError
from sts.protocols import Labeler, Prompt, Segment
from sts.types import Clip, Mask
from tests.annotate.robot.scene import PLACES, letters, scene

TRUTH = scene(6, step=0)
"""The same on all frames"""


@dataclass(frozen=True)
class Same:
    """Labeler: what the nearest labelled frame has; keeps what it was given."""

    given: list[Clip] = field(default_factory=list)

    def label(self, clip: Clip) -> Clip:
        self.given.append(clip)
        keys = [frame for frame in clip.frames if frame.labelled]
        nearest = [min(keys, key=lambda key: abs(key.index - frame.index)) for frame in clip.frames]
        pairs = zip(clip.frames, nearest, strict=True)
        return replace(clip, frames=tuple(replace(a, labelled=True, instances=b.instances) for a, b in pairs))


class Nothing:
    """Labeler: no frames at all."""

    def label(self, clip: Clip) -> Clip:
        return replace(clip, frames=())


class White:
    """Segmenter: what is white in the box."""

    def segment(self, video: np.ndarray, prompts: Sequence[Prompt]) -> Iterator[tuple[Segment, ...]]:
        for picture in video:
            yield tuple(Segment(track_id=one.track_id, mask=self._mask(picture, one), score=1.0) for one in prompts)

    def _mask(self, picture: np.ndarray, prompt: Prompt) -> Mask:
        assert prompt.box is not None
        left, top, right, bottom = map(int, prompt.box)
        inside = np.zeros(picture.shape[:2], np.bool_)
        inside[top:bottom, left:right] = True
        return masks.encode(inside & (picture.min(axis=2) > 200))


def prelabels(truth: Clip, words: Sequence[str] = ("TEXT",), *, labelled: bool = True) -> Clip:
    """Some of the words on every frame."""
    made = (tuple(i for i in frame.instances if i.text in words) for frame in truth.frames)
    frames = (replace(f, labelled=labelled, instances=i) for f, i in zip(truth.frames, made, strict=True))
    return replace(truth, frames=tuple(frames))


def run(name: str, given: Clip, truth: Clip = TRUTH, labeler: Labeler | None = None, *, typing: bool = False) -> Trace:
    desk = Desk(given, Oracle(truth, RobotConfig(), 0), empty=name in EMPTY)
    tools = Tools(labelers=(labeler or Same(),), segmenter=White(), transcripts=typing, rng=np.random.default_rng(0))
    STRATEGIES[name](desk, tools)
    return desk.trace(name, 0)


def kinds(trace: Trace) -> Counter[str]:
    return Counter(KINDS[i] for i in trace.kinds.tolist())


def tolerant(trace: Trace) -> float:
    hits, _, wrong = trace.counts[-1].tolist()
    return hits / (hits + wrong)


@pytest.mark.parametrize("name", STRATEGIES)
def test_every_strategy_ends_with_good_masks_and_every_frame_approved_once(name: str) -> None:
    done = run(name, prelabels(TRUTH))
    assert tolerant(done) >= 0.95
    approved = done.frames[done.kinds == KINDS.index("accept")]
    assert sorted(approved.tolist()) == list(range(6))


def test_from_scratch_every_word_of_every_frame_is_painted() -> None:
    scratch, corrected = (kinds(run(name, prelabels(TRUTH))) for name in ("scratch", "prelabel"))
    assert scratch["look"] == corrected["look"] == 6
    assert scratch["stroke"] > 1.5 * corrected["stroke"] > 0


@pytest.mark.parametrize("name", ["keys", "keys-uniform", "keys-random", "keys-oracle"])
def test_one_key_frame_is_enough_where_it_can_be_carried_everywhere(name: str) -> None:
    done = kinds(run(name, prelabels(TRUTH)))
    assert (done["look"], done["machine"], done["accept"], done["examine"]) == (1, 1, 6, 2)


def test_good_prelabels_are_approved_after_one_look_at_the_clip() -> None:
    assert kinds(run("keys", prelabels(TRUTH, ("TEXT", "SIGN")))) == {"examine": 1, "accept": 6}


def test_a_frame_that_cannot_be_carried_to_becomes_a_key_frame_of_its_own() -> None:
    """The wall jumps in the middle, and the labeler does not know."""
    late = scene(6, step=10).frames[3].instances
    truth = replace(TRUTH, frames=tuple(replace(f, instances=late) if f.index > 2 else f for f in TRUTH.frames))
    done = run("keys", prelabels(truth, ()), truth)
    keys = done.frames[done.kinds == KINDS.index("look")]
    assert len(keys) == 2
    assert min(keys) <= 2 < max(keys)


def test_labelers_get_corrected_frames_as_a_persons_and_no_others() -> None:
    labeler = Same()
    run("keys", prelabels(TRUTH), labeler=labeler)
    (given,) = labeler.given
    (key,) = [frame for frame in given.frames if frame.labelled]
    assert {item.source for item in key.instances} == {"human"}
    assert not any(frame.instances for frame in given.frames if frame is not key)


def test_a_machine_cannot_change_what_a_person_approved() -> None:
    desk = Desk(prelabels(TRUTH), Oracle(TRUTH, RobotConfig(), 0))
    desk.correct(2)
    before = desk.drawn(2)
    desk.put({2: (), 3: ()})
    assert (desk.drawn(2) == before).all()
    assert not desk.drawn(3).any()


def only(clip: Clip, words: dict[str, range]) -> Clip:
    """Each word on some frames."""
    frames = (
        replace(f, instances=tuple(i for i in f.instances if f.index in words.get(i.text or "", ())))
        for f in clip.frames
    )
    return replace(clip, frames=tuple(frames))


def merged(given: Clip, truth: Clip, key: int) -> list[set[str]]:
    """Words that every frame shows after one was corrected and carried, on a wall that stands still."""
    desk = Desk(given, Oracle(truth, RobotConfig(), 0))
    desk.correct(key)
    strategies.carry(desk, (Same(),))
    shapes = {text: letters(text) for text in PLACES}
    return [
        {text for text, shape in shapes.items() if (desk.drawn(i) & shape).sum() > 0.9 * shape.sum()}
        for i in range(desk.n_frames)
    ]


def test_text_that_comes_after_the_key_frame_keeps_its_prelabel() -> None:
    both = only(scene(12, step=0), {"TEXT": range(12), "SIGN": range(6, 12)})
    assert merged(only(both, {"SIGN": range(12)}), both, key=2) == [{"TEXT"}] * 6 + [{"TEXT", "SIGN"}] * 6


def test_what_flickers_gives_way_to_what_was_carried() -> None:
    truth = only(scene(12, step=0), {"TEXT": range(12)})
    flickering = only(scene(12, step=0), {"SIGN": range(6, 9)})
    assert merged(flickering, truth, key=2) == [{"TEXT"}] * 12


def test_what_is_deleted_on_the_key_frame_is_deleted_on_the_others() -> None:
    truth = only(scene(12, step=0), {"TEXT": range(12)})
    assert merged(scene(12, step=0), truth, key=2) == [{"TEXT"}] * 12


def test_the_choice_of_the_first_frame_does_not_depend_on_the_truth() -> None:
    """Of a ranking that is not said to know: other words, the same question."""
    other = prelabels(TRUTH, ("SIGN",))
    given = prelabels(TRUTH, ())
    for name in ("keys", "keys-uniform", "keys-random"):
        done = [run(name, given, truth) for truth in (TRUTH, other)]
        first = [trace.frames[trace.kinds == KINDS.index("look")][0] for trace in done]
        assert first[0] == first[1]


def test_a_box_a_word_is_filled_by_the_segmenter() -> None:
    done = kinds(run("boxes", prelabels(TRUTH)))
    assert done == {"box": 12, "machine": 6, "look": 6, "accept": 6}


def test_a_frame_without_text_is_said_to_have_none() -> None:
    truth = prelabels(TRUTH, ())
    assert kinds(run("scratch", truth, truth)) == {"no_object": 6}


def test_words_are_typed_on_every_frame_or_once_a_track() -> None:
    def typed(name: str) -> float:
        done = run(name, prelabels(TRUTH), typing=True)
        return float(done.amounts[done.kinds == KINDS.index("transcript")].sum())

    assert (typed("scratch"), typed("keys")) == (6 * 8, 8)


def test_a_labeler_that_loses_frames_is_named() -> None:
    with pytest.raises(PluginError, match="Nothing answers 0 frames of the 6 of wall-0"):
        run("keys", prelabels(TRUTH), labeler=Nothing())


def test_counts_after_each_action_are_those_of_the_whole_clip() -> None:
    done = run("prelabel", prelabels(TRUTH))
    missing = int((letters("SIGN")).sum())
    assert done.start.tolist() == [6 * int(letters("TEXT").sum()), 6 * missing, 6 * missing]
    assert (np.diff(done.counts[:, 2]) <= 0).all()
