"""Ways to get a clip annotated, from frame by frame to a few key frames that are carried on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from annotate.robot import pieces, ranking, score
from annotate.robot.desk import Desk
from annotate.robot.ranking import Choice, Ranking
from sts import masks, scored
from sts.errors import PluginError
from sts.protocols import Labeler, Prompt, Segmenter

UNSURE = 0.5
"""Confidence of a pre-label that does not tell its own"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tools:
    """What helps the annotator."""

    labelers: Sequence[Labeler]
    """Carry corrected frames to the others, one after the other"""
    segmenter: Segmenter | None
    """Answers boxes"""
    transcripts: bool
    """Whether words are to be typed as well"""
    rng: np.random.Generator


Strategy = Callable[[Desk, Tools], None]


def frame_by_frame(desk: Desk, tools: Tools) -> None:
    """Every frame is mended on its own: pre-labels, or nothing where the desk begins empty."""
    for frame in range(desk.n_frames):
        desk.correct(frame)
        if tools.transcripts:
            desk.transcribe(frame, set())


def boxes(desk: Desk, tools: Tools) -> None:
    """On every frame a box round each word, which the segmenter fills, then what is still wrong is mended."""
    assert tools.segmenter is not None
    assert desk.clip.video is not None
    for frame in range(desk.n_frames):
        prompts = [Prompt(track_id=i, frame=0, box=box) for i, box in enumerate(desk.boxes(frame), 1)]
        if prompts:
            (found,) = tools.segmenter.segment(desk.clip.video[frame : frame + 1], prompts)
            shown = (one for one in found if masks.area(one.mask))
            desk.put({frame: [pieces.Region(track_id=one.track_id, mask=one.mask) for one in shown]})
        desk.correct(frame)
        if tools.transcripts:
            desk.transcribe(frame, set())


def propagate(desk: Desk, tools: Tools, rank: Ranking, *, knowing: bool = False) -> None:
    """One key frame after another is mended and carried to all open frames, until every frame is approved.

    `knowing` ranks by the true mistakes, as nobody can: it shows what a perfect ranking is worth.
    """
    typed: set[int] = set()
    desk.examine()
    while desk.open:
        wrong = np.array([_wrong(desk, frame, knowing=knowing) for frame in range(desk.n_frames)])
        choice = Choice(open=tuple(sorted(desk.open)), keys=tuple(desk.keys), wrong=wrong, rng=tools.rng)
        frame = rank(choice)
        desk.correct(frame, careful=True)
        if tools.transcripts:
            desk.transcribe(frame, typed)
        if desk.open and desk.keys:
            _carry(desk, tools.labelers)
        if desk.open:
            desk.examine()


STRATEGIES: dict[str, Strategy] = {
    "scratch": frame_by_frame,
    "boxes": boxes,
    "prelabel": frame_by_frame,
    "keys": partial(propagate, rank=ranking.by_gain),
    "keys-uniform": partial(propagate, rank=ranking.uniform),
    "keys-random": partial(propagate, rank=ranking.chance),
    "keys-oracle": partial(propagate, rank=ranking.by_gain, knowing=True),
}
EMPTY = ("scratch", "boxes")
"""Strategies that begin without pre-labels"""


def _wrong(desk: Desk, frame: int, *, knowing: bool) -> float:
    """px of mistakes to expect: where a carried mask and the pre-label differ, else as the pre-label doubts itself."""
    if knowing:
        return float(desk.mistakes(frame)[2])
    if desk.keys:
        return float(score.errors(desk.prelabel(frame), desk.drawn(frame)).sum())
    doubts = ((1 - (UNSURE if part.score is None else part.score), part.mask) for part in desk.prelabels[frame])
    return float(sum(doubt * masks.area(mask) for doubt, mask in doubts))


def _carry(desk: Desk, labelers: Sequence[Labeler]) -> None:
    """Set the open frames to what labelers make of the corrected ones. PluginError for one that loses frames."""
    frames = [
        replace(frame, labelled=True, instances=pieces.instances(desk.regions[i]))
        if i in desk.keys
        else replace(frame, labelled=False, instances=())
        for i, frame in enumerate(desk.clip.frames)
    ]
    clip = replace(desk.clip, frames=tuple(frames))
    for labeler in labelers:
        clip = labeler.label(clip)
        if len(clip.frames) != desk.n_frames:
            name = type(labeler).__name__
            raise PluginError(f"{name} answers {len(clip.frames)} frames of the {desk.n_frames} of {clip.clip_id}")
    desk.put({i: pieces.regions(scored.bearers(one)) for i, one in enumerate(clip.frames) if one.labelled})
