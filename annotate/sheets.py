"""All strokes of a frame as one mask for the editor, and what a person made of that mask as strokes of words again.

The editor keeps four pictures in memory for each mask of each frame of a task, 15 MB at 720p: so a frame gets two masks
at most, its text and what to ignore, whatever the number of words.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import cv2
import numpy as np
from jaxtyping import Bool

from annotate.owners import INSIDE
from annotate.parts import Outline, Strokes
from annotate.regions import has_outline, has_strokes, outline_id, strokes_id
from sts import geometry, masks, overlap
from sts.types import Effort, Frame, Mask, TextInstance

TRACKS = {False: -1, True: -2}
"""Of the masks of a frame, by `ignore`; no text has a negative one"""

Pixels = Bool[np.ndarray, "h w"]


def joined(instances: Sequence[TextInstance]) -> list[TextInstance]:
    """The outlines without strokes, and all strokes as one instance of text and one to ignore, where there are any."""
    return [*(replace(one, mask=None) for one in instances if has_outline(one)), *_sheets(instances)]


def parted(before: Frame, outlines: Sequence[Outline], strokes: Sequence[Strokes]) -> list[Strokes]:
    """The strokes of a frame, those that were sent as `joined` taken apart: each pixel is in one part at least.

    What was sent stays with its instance. New pixels go to the word whose polygon they lie in, the inner one of two,
    else to the strokes that they touch most, else to none. Text that is painted over with ignore is none; an instance
    that is painted over as a whole is one to ignore.
    """
    sheets = {strokes_id(one.track_id, before.index): one for one in _sheets(before.instances)}
    over = _over(strokes, sheets)
    words = [one for one in outlines if one.level == "word" and len(one.polygon) > 2]
    found: list[Strokes] = []
    for part in strokes:
        sheet = sheets.get(part.id)
        if sheet is None:
            found.append(part)
            continue
        members = [one for one in before.instances if has_strokes(one) and one.ignore == sheet.ignore]
        own = [_part(part, strokes_id(one.track_id, before.index), one.mask) for one in members if one.mask]
        hidden = None if part.ignore else over
        if part.mask != sheet.mask or hidden is not None:
            names = {outline_id(one.track_id, before.index): piece.id for one, piece in zip(members, own, strict=True)}
            own = [*_changed(part, own, words, names, hidden)]
        found += own
    return found


def _sheets(instances: Sequence[TextInstance]) -> Iterator[TextInstance]:
    for ignore, track in TRACKS.items():
        some = [one.mask for one in instances if one.mask is not None and has_strokes(one) and one.ignore == ignore]
        if some:
            mask = masks.union(some)
            yield TextInstance(track_id=track, level="text", polygon=(), source="predicted", mask=mask, ignore=ignore)


def _over(strokes: Sequence[Strokes], sheets: Mapping[str, TextInstance]) -> Pixels | None:
    """Where a person painted ignore."""
    painted = [part.mask for part in strokes if part.ignore]
    if not painted:
        return None
    pixels = masks.decode(masks.union(painted))
    for one in sheets.values():
        if one.ignore and one.mask is not None:
            pixels &= ~masks.decode(one.mask)
    return pixels if pixels.any() else None


def _part(sheet: Strokes, key: str, mask: Mask) -> Strokes:
    """Strokes that were sent; whether they were kept is seen from their pixels."""
    return Strokes(id=key, parent=None, ignore=sheet.ignore, mask=mask, effort="kept")


def _changed(
    sheet: Strokes, own: Sequence[Strokes], words: Sequence[Outline], names: Mapping[str, str], hidden: Pixels | None
) -> Iterator[Strokes]:
    """The parts of a mask that is not as it was; `names` are the strokes of words that had some, by their outline."""
    pixels = masks.decode(sheet.mask)
    if hidden is not None:
        pixels &= ~hidden
    sent = {part.id: masks.decode(part.mask) for part in own}
    shares = {key: mask & pixels for key, mask in sent.items()}
    new = pixels & ~np.any([*shares.values(), np.zeros_like(pixels)], axis=0)
    for word, inside in _inside(words, new):
        key = names.get(word.id, f"{sheet.id}-{word.id}")
        shares[key] = shares.get(key, np.zeros_like(pixels)) | inside
        new &= ~inside
    shares[f"{sheet.id}-new"] = _beside(new, shares)
    parents = {f"{sheet.id}-{word.id}": word.id for word in words}
    for key, share in shares.items():
        if share.any():
            effort: Effort = "kept" if key in sent else "drawn"
            mask = masks.encode(share)
            yield Strokes(id=key, parent=parents.get(key), ignore=sheet.ignore, mask=mask, effort=effort)
        elif key in sent and hidden is not None and not (sent[key] & ~hidden).any():
            yield Strokes(id=key, parent=None, ignore=True, mask=masks.encode(sent[key]), effort="changed")


def _inside(words: Sequence[Outline], new: Pixels) -> Iterator[tuple[Outline, Pixels]]:
    """The pixels of each word. Those in several are of the smallest one if it lies in the others, else of none."""
    if not words:
        return
    rows, columns = np.nonzero(new)
    centres = np.stack([columns, rows], axis=1) + 0.5
    polygons = [word.polygon for word in words]
    held = np.array([geometry.contains(polygon, centres) for polygon in polygons])
    nested = overlap.shares(polygons, polygons) >= INSIDE
    areas = np.array([geometry.area(polygon) for polygon in polygons])
    smallest = np.where(held, areas[:, None], np.inf).argmin(axis=0)
    clear = held.any(axis=0) & (nested[smallest].T | ~held).all(axis=0)
    for number, word in enumerate(words):
        mine = clear & (smallest == number)
        if mine.any():
            pixels = np.zeros_like(new)
            pixels[rows[mine], columns[mine]] = True
            yield word, pixels


def _beside(new: Pixels, shares: dict[str, Pixels]) -> Pixels:
    """Gives each piece to the share that it touches most; those that touch none are left."""
    left = np.zeros_like(new)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(new.view(np.uint8), connectivity=8)
    for number, (x, y, width, height, _) in enumerate(stats[1:].tolist(), 1):
        around = slice(max(y - 1, 0), y + height + 1), slice(max(x - 1, 0), x + width + 1)
        piece = labels[around] == number
        near = cv2.dilate(piece.view(np.uint8), np.ones((3, 3), np.uint8)).view(np.bool_)
        touched = {key: int((near & share[around]).sum()) for key, share in shares.items()}
        most = max(touched, key=lambda key: touched[key], default="")
        (shares[most] if touched.get(most) else left)[around] |= piece
    return left
