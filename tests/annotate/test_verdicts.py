"""From people's verdicts, rules and gates to the state of a window."""

from collections.abc import Mapping, Sequence

import pytest

from annotate import states, verdicts
from annotate.events import Event
from annotate.looking import Found, Window
from annotate.people import Gates
from annotate.states import Move
from annotate.verdicts import Verdict
from sts.checks import Finding
from tests.annotate.scenes import event

GATES = Gates()
WRONG = Found(annotator="ann", finding=Finding(rule="no-strokes", what="no strokes", frame=1))
DOUBT = Found(annotator="ann", finding=Finding(rule="ink", what="ink", severe=False))


def decided(
    *labels: Event, found: Sequence[Found] = (), alike: float | None = None, doubted: Mapping[str, str] | None = None
) -> tuple[str, str]:
    agreement = {} if alike is None else {("ann", "bob"): alike}
    window = Window(labels=labels, found=tuple(found), alike=agreement)
    made = verdicts.verdict(labels, window, doubted or {}, GATES)
    return made.state, made.reason


def test_accepted_work_without_findings_is_accepted() -> None:
    assert decided(event("ann", 1), found=[DOUBT]) == ("accepted", "accepted by ann")


def test_a_word_alone_accepts_nothing_that_a_rule_finds_wrong() -> None:
    assert decided(event("ann", 1), found=[DOUBT, WRONG]) == (
        "needs_work",
        "1 finding to mend, the first: frame 1: no strokes",
    )


def test_two_people_must_agree() -> None:
    both = (event("ann", 1), event("bob", 2))
    assert decided(*both, alike=0.93)[0] == "accepted"
    assert decided(*both, alike=0.92) == ("needs_work", "ann and bob agree by 92.0%; 93% must")


def test_work_of_those_who_fail_honeypots_is_doubted() -> None:
    assert decided(event("ann", 1), doubted={"ann": "ann has 80.0%"}) == ("needs_work", "ann has 80.0%")
    assert decided(event("ann", 1), doubted={"bob": "bob has 80.0%"})[0] == "accepted"


@pytest.mark.parametrize(
    ("first", "second", "state", "reason"),
    [
        ("reject", "reject", "rejected", "rejected by ann and bob"),
        ("accept", "reject", "needs_work", "ann accepts what bob rejects"),
        ("accept", "needs_work", "needs_work", "unfinished, says bob"),
        ("accept", None, "in_review", "no verdict of bob"),
    ],
)
def test_verdicts_of_two_people_come_to_one(first: str, second: str | None, state: str, reason: str) -> None:
    assert decided(event("ann", 1, quality=first), event("bob", 2, quality=second)) == (state, reason)


def test_drafts_are_in_review_and_skipped_windows_stay_queued() -> None:
    draft, skipped = event("ann", 1, is_draft=True), event("bob", 2, was_cancelled=True)
    made = verdicts.verdict([draft, skipped], None, {}, GATES)
    assert (made.state, made.reason, made.evidence) == ("in_review", "draft of ann", skipped)
    made = verdicts.verdict([skipped], None, {}, GATES)
    assert (made.state, made.reason) == ("queued", "skipped by bob")


def test_what_is_wrong_and_disagreed_on_comes_first() -> None:
    labels = (event("ann", 1),)
    windows = [
        Window(labels=labels),
        Window(labels=labels, found=(DOUBT,)),
        Window(labels=labels, alike={("ann", "bob"): 0.5}),
        Window(labels=labels, found=(WRONG,)),
    ]
    scores = [verdicts.priority(window, GATES) for window in windows]
    assert scores == pytest.approx([0, 0.05, 0.43 / 0.93, 0.5])


def moved(known: Sequence[Move], verdict: Verdict) -> tuple[Move, ...]:
    return states.append(known, verdicts.moves(known, "c", 3, verdict))


def test_moves_lead_to_the_verdict_and_say_who_and_why() -> None:
    accepted = Verdict(state="accepted", reason="accepted by ann", evidence=event("ann", 1, sha="a" * 64))
    kept = moved((), accepted)
    assert [move.after for move in kept] == ["ingested", "prelabelled", "queued", "in_review", "accepted"]
    assert [move.actor for move in kept[-2:]] == ["ann", "annotate.review"]
    assert (kept[-1].entity, kept[-1].reason, kept[-1].evidence) == ("c:000003", "accepted by ann", "a" * 64)
    assert moved(kept, accepted) == kept


def test_accepted_frames_are_doubted_and_accepted_again() -> None:
    accepted = Verdict(state="accepted", reason="accepted by ann", evidence=event("ann", 1))
    doubted = Verdict(state="needs_work", reason="ann has 80.0%", evidence=event("ann", 1))
    kept = moved(moved(moved((), accepted), doubted), accepted)
    assert [move.after for move in kept[4:]] == ["accepted", "needs_work", "queued", "in_review", "accepted"]


def test_a_released_frame_stays_released() -> None:
    accepted = Verdict(state="accepted", reason="accepted by ann", evidence=event("ann", 1))
    kept = moved((), accepted)
    release = Move(
        entity="c:000003", before="accepted", after="released", actor="x", reason="1.0", evidence=None, at="", key="r"
    )
    released = states.append(kept, [release])
    assert moved(released, Verdict(state="needs_work", reason="late", evidence=event("ann", 2))) == released
