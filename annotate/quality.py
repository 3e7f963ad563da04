"""What is wrong or doubtful in one window as a person left it."""

from collections.abc import Iterator
from dataclasses import replace

from annotate.rules import motion, strokes, words
from annotate.rules.limits import Limits
from annotate.rules.scene import scene
from sts import checks
from sts.checks import Finding
from sts.shards import Jpegs
from sts.types import Clip

RULES = (
    *(strokes.missing, strokes.stray, strokes.loose, strokes.ink, strokes.specks),
    *(words.untold, words.charset, words.length, words.twice, words.crossed),
)
"""Of one frame"""


def findings(clip: Clip, stored: Jpegs | None, limits: Limits) -> Iterator[Finding]:
    """Findings of a window without its video; `stored` are its pictures, None leaves out the rules that need them.

    What every clip must keep comes first: enclosed words, sound polygons and tracks (`sts.checks`).
    """
    sizes = list(strokes.size(clip))
    if sizes:
        yield from sizes
        return
    yield from checks.findings(clip)
    yield from words.ignored(clip, limits)
    for frame in (frame for frame in clip.frames if frame.labelled):
        seen = scene(clip, frame)
        for rule in RULES:
            yield from (replace(one, frame=frame.index) for one in rule(seen, limits))
    if stored is not None:
        yield from motion.findings(clip, stored, limits)
