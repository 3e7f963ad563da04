"""All words, lines and paragraphs of a picture: many points on its strokes are asked, and the answers made one each."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from model.hisam import grouping, polygons
from model.hisam.decoders import Answer
from model.hisam.fit import Fit
from sts import geometry
from sts.errors import ConfigError
from sts.geometry import Polygon
from sts.types import Point

Points = Float[Tensor, "n 2"]
Ask = Callable[[Points, bool], Answer]
"""What points of one picture belong to; with finer masks of words or without"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AmgConfig:
    """How a picture is asked."""

    points: int = 1500
    """Most points on strokes, drawn at random"""
    batch: int = 100
    """Points asked at once"""
    least_iou: float = 0.5
    """IoU that the net expects of a line, from which on it is looked at"""
    least_score: float = 0.5
    """Score from which on a line stays, after others have taken from it what they share"""
    together: float = 0.5
    """Least IoU of the paragraphs of two lines that are in one paragraph"""

    def __post_init__(self) -> None:
        """ConfigError for a value that no picture can be asked with."""
        if self.points < 1 or self.batch < 1:
            raise ConfigError(f"points = {self.points}, batch = {self.batch}: give 1 or more")
        for name in ("least_iou", "least_score", "together"):
            if not 0 <= getattr(self, name) < 1:
                raise ConfigError(f"{name} = {getattr(self, name)}: give a number from 0 to below 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundLine:
    """A line of a picture."""

    words: tuple[Polygon, ...]
    """px of the frame, clockwise; at least one"""
    paragraph: int
    """Number of its paragraph, from 0"""
    score: float
    """IoU that the net expects of the line, in [0, 1]"""


def find(ask: Ask, strokes: Float[Tensor, "s s"], fit: Fit, config: AmgConfig, seed: int = 0) -> list[FoundLine]:
    """The lines of a picture. `strokes` are the logits of its strokes on the square, where points are drawn.

    Finer masks of words are made for the lines that stay, not for every point: they have no say in which do.
    """
    points = draw_points(strokes[: fit.inner_height, : fit.inner_width] > 0, config.points, seed)
    if not len(points):
        return []
    kept = survivors(ask, points, config)
    return read(ask, points[kept], fit, config)


def draw_points(inside: Bool[Tensor, "h w"], most: int, seed: int) -> Points:
    """Centres of pixels that are set, drawn without repeat."""
    places = inside.nonzero().flip(1).cpu().numpy()
    chosen = np.random.default_rng(seed).permutation(len(places))[:most]
    return torch.tensor(places[chosen] + 0.5, dtype=torch.float32, device=inside.device)


def survivors(ask: Ask, points: Points, config: AmgConfig) -> Bool[Tensor, " n"]:
    """The points whose lines stay: those the net is sure of, one for each line."""
    sure = torch.zeros(len(points), dtype=torch.bool, device=points.device)
    lines, scores = [], []
    for first in range(0, len(points), config.batch):
        answer = ask(points[first : first + config.batch], False)
        good = answer.ious[:, 1] > config.least_iou
        sure[first : first + config.batch] = good
        lines.append((answer.masks[good, 1] > 0).flatten(1))
        scores.append(answer.ious[good, 1])
    if sure.any():
        sure[sure.clone()] = grouping.matrix_nms(torch.cat(lines), torch.cat(scores)) > config.least_score
    return sure


def read(ask: Ask, points: Points, fit: Fit, config: AmgConfig) -> list[FoundLine]:
    """Words and paragraphs of lines, one a point; a line in which no word is found is left out."""
    paragraphs, words, scores = [], [], []
    for answer in _answers(ask, points, config.batch):
        assert answer.words is not None
        paragraphs.append((answer.masks[:, 2] > 0).flatten(1))
        words += [polygons.words(fit.logits(one[None])[0].gt(0).cpu().numpy()) for one in answer.words]
        scores += answer.ious[:, 1].clamp(0, 1).tolist()
    if not words:
        return []
    numbers = grouping.groups(grouping.ious(torch.cat(paragraphs)) > config.together)
    return [
        FoundLine(words=tuple(found), paragraph=number, score=score)
        for found, number, score in zip(words, numbers, scores, strict=True)
        if found
    ]


def word_at(ask: Ask, place: Point, fit: Fit) -> Polygon | None:
    """The word at a place of the frame in px, as a user clicks it; None where there is none."""
    spot = np.array([place], np.float64)
    answer = ask(torch.from_numpy(fit.points(spot)), True)
    assert answer.words is not None
    found = polygons.words(fit.logits(answer.words)[0].gt(0).cpu().numpy())
    return next((word for word in found if geometry.contains(word, spot)[0]), None)


def _answers(ask: Ask, points: Points, batch: int) -> Iterator[Answer]:
    return (ask(part, True) for part in points.split(batch) if len(part))
