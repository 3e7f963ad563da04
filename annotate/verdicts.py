"""Where each window stands after people's verdicts, the rules and the gates, and which moves lead there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from annotate import states
from annotate.events import Event
from annotate.looking import Window
from annotate.people import Gates
from annotate.states import Move, State
from sts import config
from sts.wording import counted

MACHINE = "annotate.review"
"""The actor of what is decided by rule"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Where a window should stand, and why."""

    state: State
    reason: str
    evidence: Event
    """The newest annotation"""


def verdict(events: Sequence[Event], window: Window | None, distrusted: Mapping[str, str], gates: Gates) -> Verdict:
    """Of the newest state of all annotations of one window; `window` is None where none of them is a label.

    A person's word alone accepts nothing: the rules must find nothing to mend, people must agree, and everybody must
    do well on honeypots.
    """
    last = max(events, key=lambda one: (one.updated_at, one.annotation_id))
    state, reason = _unlabelled(events) if window is None else _said(window.labels)
    if window is not None and state == "accepted":
        doubts = [distrusted[one.annotator] for one in window.labels if one.annotator in distrusted]
        doubts += _doubts(window, gates)
        state, reason = ("needs_work", doubts[0]) if doubts else (state, reason)
    return Verdict(state=state, reason=reason, evidence=last)


def priority(window: Window, gates: Gates) -> float:
    """What to look at first: findings to mend a frame, doubts a tenth of that, and how far people lack agreement."""
    frames, severe = window.labels[0].frames, len(window.severe)
    lack = max((max(gates.pair - score, 0) / gates.pair for score in window.alike.values()), default=0.0)
    return (severe + 0.1 * (len(window.found) - severe)) / frames + lack


def moves(known: Sequence[Move], clip_id: str, frame: int, decided: Verdict) -> list[Move]:
    """The legal steps that lead one frame from where it stands to the verdict; [] if it is there, or released."""
    entity = f"{clip_id}:{frame:06d}"
    own = [move for move in known if move.entity == entity]
    before = own[-1].after if own else None
    made: list[Move] = []
    for after in states.route(before, decided.state) if before != "released" else ():
        final = after == decided.state
        made.append(
            Move(
                entity=entity,
                before=before,
                after=after,
                actor=decided.evidence.annotator if after == "in_review" else MACHINE,
                reason=decided.reason if final else "on the way",
                evidence=decided.evidence.sha,
                at=decided.evidence.updated_at.isoformat(),
                key=config.digest([entity, len(own) + len(made), after, decided.evidence.annotation_id]),
            )
        )
        before = after
    return made


def _unlabelled(events: Sequence[Event]) -> tuple[State, str]:
    drafts = [one.annotator for one in events if one.is_draft and not one.was_cancelled]
    if drafts:
        return "in_review", f"draft of {', '.join(sorted(drafts))}"
    return "queued", f"skipped by {', '.join(sorted({one.annotator for one in events}))}"


def _said(labels: Sequence[Event]) -> tuple[State, str]:
    """What people say together."""
    verdicts = {one.quality for one in labels}
    if verdicts == {"reject"}:
        return "rejected", f"rejected by {_names(labels, 'reject')}"
    if verdicts == {"accept"}:
        return "accepted", f"accepted by {_names(labels, 'accept')}"
    if "needs_work" in verdicts:
        return "needs_work", f"unfinished, says {_names(labels, 'needs_work')}"
    if {"accept", "reject"} <= verdicts:
        return "needs_work", f"{_names(labels, 'accept')} accepts what {_names(labels, 'reject')} rejects"
    return "in_review", f"no verdict of {_names(labels, None)}"


def _doubts(window: Window, gates: Gates) -> list[str]:
    doubts = []
    if window.severe:
        doubts.append(f"{counted(len(window.severe), 'finding')} to mend, the first: {window.severe[0].finding}")
    low = [(score, two) for two, score in window.alike.items() if score < gates.pair]
    if low:
        score, (one, other) = min(low)
        doubts.append(f"{one} and {other} agree by {score:.1%}; {gates.pair:.0%} must")
    return doubts


def _names(labels: Sequence[Event], quality: str | None) -> str:
    return " and ".join(sorted(one.annotator for one in labels if one.quality == quality))
