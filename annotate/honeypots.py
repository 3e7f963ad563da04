"""How annotators do on windows whose truth is known and hidden from them."""

from collections.abc import Sequence
from dataclasses import dataclass

from annotate import agreement, raters
from annotate.events import Event
from sts import layers
from sts.files import Location
from sts.types import Clip


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One person on one honeypot."""

    annotator: str
    uid: str
    score: float
    """Mean over frames of tolerant fgIoU@1px; only what the truth ignores is left out"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One person on all honeypots."""

    windows: int
    passed: int
    score: float
    """Mean over windows"""


def trial(truth: Location, event: Event, theirs: Clip) -> Trial | None:
    """The trial of an annotator whose window is `theirs`; None where the truth does not have the clip."""
    known = layers.labels(truth, event.clip_id)
    if known is None:
        return None
    window = raters.cut(known, event.first, event.last, event.uid)
    score = agreement.tolerant(window, theirs, [window])
    return None if score is None else Trial(annotator=event.annotator, uid=event.uid, score=score)


def result(trials: Sequence[Trial], least: float) -> Result | None:
    """What trials come to, a window being passed from a score of `least`; None for none."""
    if not trials:
        return None
    scores = [one.score for one in trials]
    return Result(windows=len(scores), passed=sum(score >= least for score in scores), score=sum(scores) / len(scores))
