"""Numbers and alarms of annotators."""

from pathlib import Path

import pytest

from annotate import honeypots, people
from annotate.honeypots import Trial
from annotate.people import Gates, Person, Tally
from tests.annotate import scenes
from tests.annotate.scenes import clip, comb, event, word

GATES, NOTHING = Gates(), Tally()


def made(done: Tally = NOTHING, *trials: float) -> Person:
    pots = [Trial(annotator="ann", uid=f"{i}", score=score) for i, score in enumerate(trials)]
    return people.person("ann", [event("ann", 1)], done, pots, [], GATES)


def test_seconds_a_frame_are_the_median_of_windows() -> None:
    """One editor left open over lunch does not count for more."""
    rows = [event("ann", i, uid=f"{i}", lead_time_s=s, last=9) for i, s in enumerate((10.0, 20.0, 3600.0))]
    one = people.person("ann", [*rows, event("ann", 9, lead_time_s=None)], Tally(), [], [0.9, 1.0], GATES)
    assert (one.windows, one.frames, one.seconds) == (4, 32, 2.0)
    assert one.agreement == pytest.approx(0.95)


def test_a_tally_counts_instances_and_untouched_frames() -> None:
    done = people.tally(clip([word(1), word(2)], [word(1), word(2, effort="changed")], [word(3, effort="drawn")], []))
    assert done == Tally(kept=3, changed=1, drawn=1, frames=3, unchanged=1)
    one = made(done + done)
    assert [one.share(name) for name in ("kept", "changed", "drawn")] == pytest.approx([0.6, 0.2, 0.2])
    assert made().share("kept") is None


def test_who_changes_nothing_over_50_frames_is_named() -> None:
    assert made(Tally(kept=50, frames=50, unchanged=50)).alarms == ("left 50 of 50 frames as they were",)
    assert made(Tally(kept=49, frames=49, unchanged=49)).alarms == ()
    assert made(Tally(kept=98, changed=2, frames=100, unchanged=98)).alarms == ()


def test_honeypots_are_passed_from_95_percent() -> None:
    one = made(NOTHING, 0.95, 1.0, 0.5)
    assert one.honeypots is not None
    assert (one.honeypots.windows, one.honeypots.passed) == (3, 2)
    assert one.alarms == ("passed 2 of 3 honeypots",)
    assert people.distrusted([one], GATES) == {"ann": "ann has 81.7% on honeypots; 95% pass"}
    assert people.distrusted([made(), made(NOTHING, 0.94, 0.96)], GATES) == {}


def test_a_honeypot_forgives_a_pixel_and_nothing_that_the_annotator_ignores(tmp_path: Path) -> None:
    truth = scenes.layer(tmp_path / "truth", [clip([], [word()], [word()])])
    label = event("ann", 1, first=1, last=2)
    scores = []
    for theirs in (word(), word(mask=comb(shift=1)), word(mask=comb(shift=3)), word(ignore=True, legible=False)):
        trial = honeypots.trial(truth, label, clip([theirs], [theirs]))
        assert trial is not None
        scores.append(trial.score)
    assert scores[:2] == [1.0, 1.0] and 0 < scores[2] < 0.6 and scores[3] == 0.0
    assert honeypots.trial(truth, event("ann", 1, clip_id="d"), clip([], [])) is None
