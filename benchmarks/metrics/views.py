"""One labelled frame of truth and prediction, decoded once for all pixel metrics and cut to the box of its text."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from benchmarks.metrics import frames
from benchmarks.metrics.frames import Pixels
from sts import masks, scored
from sts.types import Clip, Frame, Mask

Window = tuple[slice, slice]
"""Rows and columns of a frame"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Piece:
    """Strokes of one object in one frame, at least one pixel."""

    window: Window
    """Where it lies; outside it is empty"""
    pixels: Pixels


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Side:
    """Strokes of one frame, ignored pixels cleared."""

    strokes: Pixels
    """Union of all objects, in the view's window"""
    objects: Mapping[int, Piece]
    """By track_id: words, else `text`; instances of one track are one object"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class View:
    """A frame pair: the smallest window that holds all strokes and 1 px around them, cut to the frame.

    Outside the window both are background, so counts, contours and distances are those of the whole frame.
    """

    height: int
    """px, of the frame"""
    width: int
    ignored: int
    """px of the frame that are not scored"""
    truth: Side
    prediction: Side

    @property
    def diagonal(self) -> float:
        """px, of the frame."""
        return float(np.linalg.norm((self.height, self.width)))


def views(truth: Clip, prediction: Clip) -> Iterator[View]:
    """One view a labelled frame, in order of time. DataError for another size or a frame without prediction."""
    for frame, guess in frames.pairs(truth, prediction):
        yield _view(frame, guess, truth.height, truth.width)


def around(pieces: Iterable[Piece], height: int, width: int) -> Window:
    """The smallest window with all pieces and 1 px around them, cut to the frame; one pixel if there are none."""
    edges = [(y.start, y.stop, x.start, x.stop) for y, x in (piece.window for piece in pieces)]
    if not edges:
        return slice(0, 1), slice(0, 1)
    tops, bottoms, lefts, rights = zip(*edges, strict=True)
    rows = slice(max(min(tops) - 1, 0), min(max(bottoms) + 1, height))
    return rows, slice(max(min(lefts) - 1, 0), min(max(rights) + 1, width))


def draw(pieces: Iterable[Piece], window: Window) -> Pixels:
    """Union of pieces that lie in the window."""
    rows, columns = window
    pixels = np.zeros((rows.stop - rows.start, columns.stop - columns.start), np.bool_)
    for piece in pieces:
        y, x = piece.window
        pixels[y.start - rows.start : y.stop - rows.start, x.start - columns.start : x.stop - columns.start] |= (
            piece.pixels
        )
    return pixels


def _view(truth: Frame, prediction: Frame, height: int, width: int) -> View:
    ignored = scored.ignore_region(truth, height, width)
    there, found = (_objects(frame, ignored) for frame in (truth, prediction))
    window = around([*there.values(), *found.values()], height, width)
    return View(
        height=height,
        width=width,
        ignored=0 if ignored is None else int(ignored.sum()),
        truth=Side(strokes=draw(there.values(), window), objects=there),
        prediction=Side(strokes=draw(found.values(), window), objects=found),
    )


def _objects(frame: Frame, ignored: Pixels | None) -> dict[int, Piece]:
    held: dict[int, list[Mask]] = {}
    for one in scored.bearers(frame):
        if one.mask is not None and not one.ignore:
            held.setdefault(one.track_id, []).append(one.mask)
    pieces = {
        track: _piece(group[0] if len(group) == 1 else masks.union(group), ignored) for track, group in held.items()
    }
    return {track: piece for track, piece in pieces.items() if piece is not None}


def _piece(mask: Mask, ignored: Pixels | None) -> Piece | None:
    """None for a mask without a pixel that counts."""
    box = masks.box(mask)
    if box is None:
        return None
    left, top, right, bottom = map(int, box)
    window = slice(top, bottom), slice(left, right)
    pixels = masks.decode(mask)[window].copy()
    if ignored is not None:
        pixels &= ~ignored[window]
    return Piece(window=window, pixels=pixels) if pixels.any() else None
