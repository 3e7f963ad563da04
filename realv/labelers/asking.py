"""Asks a segmenter for the strokes of words, and again without points where its answer looks like no such word."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from realv.labelers.hints import Character, Hint
from realv.words import Picture
from sts import masks
from sts.errors import PluginError
from sts.protocols import Prompt, Segment, Segmenter
from sts.types import Mask, Point

Ask = Literal["word", "char", "box"]

ALIKE = 0.3
"""Least IoU of a word's strokes and its glyphs"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The strokes of a word."""

    mask: Mask
    sure: float
    """The segmenter's confidence in [0, 1], over its characters by their strokes"""
    alike: float | None
    """IoU with the glyphs of its text; None where nobody has read it"""


def strokes(segmenter: Segmenter, picture: Picture, hints: Sequence[Hint], ask: Ask) -> tuple[Answer, ...]:
    """The answer for each word, from one look at the picture, or two."""
    prompts = [list(_inside(_prompts(hint, ask), picture)) for hint in hints]
    first = _asked(segmenter, picture, hints, prompts)
    doubtful = [number for number, one in enumerate(first) if one.alike is not None and one.alike < ALIKE]
    plain = [[_without_points(one, ask) for one in prompts[number]] for number in doubtful]
    again = _asked(segmenter, picture, [hints[number] for number in doubtful], plain) if ask != "box" else ()
    better = dict(zip(doubtful, again, strict=False))
    return tuple(max(one, better.get(number, one), key=_alike) for number, one in enumerate(first))


def _prompts(hint: Hint, ask: Ask) -> Iterator[Prompt]:
    if ask == "word":
        points = [_points(one) for one in hint.characters]
        together = tuple(point for some, _ in points for point in some)
        signs = tuple(sign for _, some in points for sign in some)
        yield Prompt(track_id=0, frame=0, box=hint.box, mask=hint.place, points=together, positive=signs)
    elif ask == "box" or not hint.characters:
        yield Prompt(track_id=0, frame=0, box=hint.box)
    else:
        for one in hint.characters:
            points_of, signs = _points(one)
            yield Prompt(track_id=0, frame=0, box=one.box, mask=one.prior, points=points_of, positive=signs)


def _inside(prompts: Iterator[Prompt], picture: Picture) -> Iterator[Prompt]:
    """Without points outside of the picture, and without what lies wholly outside."""
    height, width = picture.shape[:2]
    for one in prompts:
        signs = zip(one.points, one.positive, strict=True)
        kept = [(point, sign) for point, sign in signs if 0 <= point[0] <= width and 0 <= point[1] <= height]
        if one.box is not None and one.box[0] < one.box[2] and one.box[1] < one.box[3]:
            yield replace(one, points=tuple(point for point, _ in kept), positive=tuple(sign for _, sign in kept))


def _points(character: Character) -> tuple[tuple[Point, ...], tuple[bool, ...]]:
    if character.glyph is None:
        return (), ()
    on, off = character.glyph.positive, character.glyph.negative
    return (*on, *off), (True,) * len(on) + (False,) * len(off)


def _without_points(prompt: Prompt, ask: Ask) -> Prompt:
    return replace(prompt, points=(), positive=(), mask=prompt.mask if ask == "word" else None)


def _asked(
    segmenter: Segmenter, picture: Picture, hints: Sequence[Hint], prompts: Sequence[Sequence[Prompt]]
) -> tuple[Answer, ...]:
    """One answer a word from its prompts."""
    flat = [one for some in prompts for one in some]
    numbered = [replace(one, track_id=number) for number, one in enumerate(flat, 1)]
    found = {one.track_id: one for one in _segments(segmenter, picture, numbered)}
    ids = iter(range(1, len(flat) + 1))
    mine = [[found[number] for number in itertools.islice(ids, len(some)) if number in found] for some in prompts]
    return tuple(_answer(hint, some) for hint, some in zip(hints, mine, strict=True))


def _segments(segmenter: Segmenter, picture: Picture, prompts: Sequence[Prompt]) -> tuple[Segment, ...]:
    if not prompts:
        return ()
    answers = list(segmenter.segment(picture[None], prompts))
    if len(answers) != 1:
        raise PluginError(f"{type(segmenter).__name__} answers {len(answers)} frames for a video of one")
    return answers[0]


def _answer(hint: Hint, segments: Sequence[Segment]) -> Answer:
    """The union of the segments in the place of a word."""
    place = masks.decode(hint.place)
    inside = np.zeros_like(place)
    for one in segments:
        inside |= masks.decode(one.mask)
    mask = masks.encode(inside & place)
    areas = [masks.area(one.mask) for one in segments]
    sure = sum(one.score * area for one, area in zip(segments, areas, strict=True)) / max(sum(areas), 1)
    prior = hint.prior
    return Answer(mask=mask, sure=sure, alike=None if prior is None else masks.iou(mask, prior))


def _alike(answer: Answer) -> float:
    return 0.0 if answer.alike is None else answer.alike
