"""Ways to get a clip annotated, from frame by frame to a few key frames that are carried on."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from annotate.robot import pieces, ranking, score
from annotate.robot.desk import Desk
from annotate.robot.pieces import Region
from annotate.robot.ranking import Choice, Ranking
from sts import geometry, masks, scored
from sts.errors import PluginError
from sts.protocols import Labeler, Prompt, Segmenter
from sts.types import TextInstance

UNSURE = 0.5
"""Confidence of a pre-label that does not tell its own"""
LASTING = 5
"""Frames that a pre-label is on at least, if it stays beside what was carried"""
MOST = 0.5
"""Share of a pre-label in what was carried from which on that takes its place"""


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
            desk.put({frame: [Region(track_id=one.track_id, mask=one.mask) for one in shown]})
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
            carry(desk, tools.labelers)
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
    """px of mistakes to expect: where carried mask and pre-label differ, and as what is left of that doubts itself."""
    if knowing:
        return float(desk.mistakes(frame)[2])
    left = [part for part in desk.regions[frame] if part in desk.prelabels[frame]]
    doubts = (masks.area(part.mask) * (1 - (UNSURE if part.score is None else part.score)) for part in left)
    return float(score.errors(desk.prelabel(frame), desk.drawn(frame)).sum()) + sum(doubts)


def carry(desk: Desk, labelers: Sequence[Labeler]) -> None:
    """Set the open frames to what labelers make of the corrected ones. PluginError for one that loses frames.

    What was deleted is carried as well, and deletes. Where neither lies, text may have come later: pre-labels stay that
    are on many frames, as what is on few is mostly none.
    """
    frames = [
        replace(frame, labelled=True, instances=(*pieces.instances(desk.regions[i]), *_deleted(desk, i)))
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
    lengths = Counter(part.track_id for parts in desk.prelabels for part in parts)
    desk.put({i: _merged(desk, i, scored.bearers(one), lengths) for i, one in enumerate(clip.frames) if one.labelled})


def _deleted(desk: Desk, key: int) -> list[TextInstance]:
    """The pre-labels of a corrected frame of which nothing is left, as what is no text."""
    drawn = desk.drawn(key)
    gone = [part for part in desk.prelabels[key] if not (masks.decode(part.mask) & drawn).any()]
    return [replace(one, ignore=True) for one in pieces.instances(gone)]


def _merged(desk: Desk, frame: int, carried: Sequence[TextInstance], lengths: Counter[int]) -> list[Region]:
    """The text that was carried to a frame, and the lasting pre-labels that lie in nothing that was carried."""
    text = pieces.regions(one for one in carried if not one.ignore)
    lasting = (part for part in desk.prelabels[frame] if lengths[part.track_id] >= LASTING)
    return [*text, *(part for part in lasting if not _covered(part, carried))]


def _covered(part: Region, carried: Sequence[TextInstance]) -> bool:
    """Whether most of a region lies in the polygons of instances."""
    centres = masks.centres(part.mask)
    inside = [geometry.contains(one.polygon, centres) for one in carried if len(one.polygon) > 2]
    return bool(inside) and float(np.any(inside, axis=0).mean()) > MOST
