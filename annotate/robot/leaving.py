"""What a simulated annotator leaves behind: its strokes as words, as the editor hands them in.

Strokes of a pre-label that are still there stay with it. What was painted belongs to the word that the annotator reads
there: to the pre-label that has most of this word on this frame and is no other word, else to a new one.
"""

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from jaxtyping import Int32

from annotate import instances, linking
from annotate.parts import Outline, Strokes
from annotate.regions import has_outline, has_strokes, outline_id, strokes_id
from annotate.robot import pieces, score
from annotate.robot.score import Pixels
from sts import geometry, masks, scored
from sts.types import Clip, Frame, Mask, TextInstance

NEAR = 3
"""px from a word at which a stroke is still meant for it"""

Numbers = Int32[np.ndarray, "h w"]
"""For each pixel a track of the truth; 0 for none"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """The strokes of one frame."""

    kept: Mapping[int, Mask]
    """By track of the pre-label: what is still there of it"""
    painted: Mapping[int, Mask]
    """By track of the truth: what was added; 0 for what is near no word"""
    shared: Counter[tuple[int, int]]
    """By track of the truth and of the pre-label: px in common"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One frame as it is handed in."""

    strokes: Mapping[int, Mask]
    """By track of the pre-label"""
    texts: Mapping[int, str]
    """What was typed, by track of the pre-label"""
    new: Mapping[int, tuple[Mask, str | None]]
    """Strokes and text by track of the truth"""


def left(given: Clip, drawn: Sequence[Pixels], truth: Clip, *, typed: bool = False, empty: bool = False) -> Clip:
    """The pre-labels as they are with these strokes on each frame.

    `typed` says that words were typed as well, `empty` that the annotator threw the pre-labels away and began anew.
    """
    known = {one.track_id for frame in given.frames for one in frame.instances}
    fresh = itertools.count(1 + max(known, default=0))
    loose = {one.level for frame in given.frames for one in scored.bearers(frame)} == {"text"}
    frames = []
    for shown, strokes, true in zip(given.frames, drawn, truth.frames, strict=True):
        before = replace(shown, instances=()) if empty else shown
        words = _words(_left(before, strokes, true), score.legible(true) if typed else {})
        frames.append(_frame(before, words, fresh, loose=loose))
    return linking.linked(replace(given, frames=tuple(frames), video=None), known)


def _left(before: Frame, drawn: Pixels, known: Frame) -> Left:
    shown = {one.track_id: masks.decode(one.mask) for one in scored.bearers(before) if one.mask is not None}
    words = {one.track_id: masks.decode(one.mask) for one in scored.bearers(known) if one.mask is not None}
    exact = np.zeros(drawn.shape, np.int32)
    for track, strokes in words.items():
        exact[strokes] = track
    kept = {track: strokes & drawn for track, strokes in shown.items()}
    added = drawn & ~np.any([np.zeros_like(drawn), *shown.values()], axis=0)
    shared = Counter[tuple[int, int]]()
    for track, strokes in kept.items():
        tracks, counts = np.unique(exact[strokes], return_counts=True)
        shared.update({(word, track): n for word, n in zip(tracks.tolist(), counts.tolist(), strict=True) if word})
    return Left(
        kept={track: masks.encode(strokes) for track, strokes in kept.items() if strokes.any()},
        painted=_painted(added, exact),
        shared=shared,
    )


def _painted(added: Pixels, exact: Numbers) -> dict[int, Mask]:
    """Connected strokes by the word that they are on, or near, with most of their pixels."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * NEAR + 1, 2 * NEAR + 1))
    grown = cv2.dilate(exact.astype(np.float64), kernel).astype(np.int32)
    words = np.where(exact > 0, exact, grown)
    n, blobs = cv2.connectedComponents(added.view(np.uint8), connectivity=8)
    tracks, places = np.unique(words[added], return_inverse=True)
    votes = np.zeros((n, len(tracks)), np.int64)
    np.add.at(votes, (blobs[added], places), 1)
    votes[:, tracks == 0] = 0
    chosen = [int(tracks[row.argmax()]) if row.any() else 0 for row in votes]
    owner = np.array(chosen)[blobs]
    return {track: masks.encode(added & (owner == track)) for track in sorted(set(chosen[1:]))}


def _words(one: Left, known: Mapping[int, str]) -> Words:
    """Strokes put together, with what is typed of what is known."""
    read: dict[int, int] = {}
    owners: dict[int, int] = {}
    for (word, track), _ in one.shared.most_common():
        if read.setdefault(track, word) == word:
            owners.setdefault(word, track)
    strokes = dict(one.kept)
    for word, track in owners.items():
        if word in one.painted:
            strokes[track] = masks.union([strokes[track], one.painted[word]])
    return Words(
        strokes=strokes,
        texts={track: known[word] for track, word in read.items() if word in known},
        new={word: (mask, known.get(word)) for word, mask in one.painted.items() if word not in owners},
    )


def _frame(before: Frame, words: Words, fresh: Iterator[int], *, loose: bool) -> Frame:
    """One frame; `loose` strokes are in no word."""
    outlines, strokes = [], []
    shown = {one.track_id for one in scored.bearers(before)}
    for one in before.instances:
        mask = words.strokes.get(one.track_id) if one.track_id in shown else one.mask
        if has_strokes(one) and mask is None:
            continue
        if has_outline(one):
            outlines.append(_outline(one, before.index, mask, words.texts.get(one.track_id, one.text)))
        if mask is not None and masks.area(mask):
            own = strokes_id(one.track_id, before.index)
            parent = outline_id(one.track_id, before.index) if has_outline(one) else None
            strokes.append(Strokes(id=own, parent=parent, ignore=one.ignore, mask=mask, effort="kept"))
    for word, (mask, text) in words.new.items():
        key, polygon = f"new {word}", pieces.outline(mask)
        if not loose:
            outlines.append(Outline(id=key, parent=None, level="word", polygon=polygon, text=text, effort="drawn"))
        strokes.append(
            Strokes(id=f"{key} strokes", parent=None if loose else key, ignore=False, mask=mask, effort="drawn")
        )
    return instances.merge(before, outlines, strokes, fresh)[0]


def _outline(one: TextInstance, frame: int, mask: Mask | None, text: str | None) -> Outline:
    """As it is, or round the strokes where it does not hold them any more."""
    polygon = one.polygon
    if mask is not None and mask != one.mask:
        centres = np.argwhere(masks.decode(mask))[:, ::-1] + 0.5
        polygon = polygon if geometry.contains(polygon, centres).all() else pieces.outline(mask)
    return Outline(
        id=outline_id(one.track_id, frame),
        parent=None if one.parent_id is None else outline_id(one.parent_id, frame),
        level=one.level,
        polygon=polygon,
        text=text,
        effort="kept",
    )
