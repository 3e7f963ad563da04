"""On an annotated frame: whose strokes are whose, and which drawn polygon is in the place of a deleted one."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from annotate.parts import Outline, Strokes
from annotate.regions import has_outline, outline_id, strokes_id
from sts import geometry, masks
from sts.overlap import assigned, ious
from sts.types import Frame, Mask

SAME_PLACE = 0.5
"""IoU of a deleted polygon with a drawn one from which on both are one text"""
INSIDE = 0.8
"""Share of strokes in a word's polygon from which on they are the word's, if they are no other one's"""

Owned = dict[str | None, list[Strokes]]
"""By id of the word's region; None for strokes of no word"""


def restored(
    before: Frame, outlines: Sequence[Outline], strokes: Sequence[Strokes]
) -> tuple[list[Outline], list[Strokes]]:
    """The same with a polygon that was drawn in place of a deleted one under the id of that.

    It says what the deleted one said, unless a transcript was given anew.
    """
    sent = {outline_id(one.track_id, before.index): one for one in before.instances if has_outline(one)}
    gone = sorted(sent.keys() - {one.id for one in outlines})
    new = [one for one in outlines if one.id not in sent]
    alike = ious([sent[key].polygon for key in gone], [one.polygon for one in new])
    alike *= np.array([[sent[key].level == one.level for one in new] for key in gone]).reshape(alike.shape)
    names = {new[j].id: gone[i] for i, j in assigned(alike, SAME_PLACE).items()}

    def named(one: Outline) -> Outline:
        text = sent[names[one.id]].text if one.text is None and one.id in names else one.text
        return replace(one, id=names.get(one.id, one.id), parent=_name(names, one.parent), text=text)

    return [*map(named, outlines)], [replace(one, parent=_name(names, one.parent)) for one in strokes]


def share_out(before: Frame, outlines: Sequence[Outline], strokes: Sequence[Strokes]) -> Owned:
    """Strokes of each word, and of none.

    Text belongs to the word that is its parent, else to the one it was sent with, else to the one it lies in; strokes
    that were sent without a word stay so. A word has either text or strokes to ignore; the rest of these is of none.
    """
    words = {one.id: one for one in outlines if one.level == "word"}
    there = {one.id for one in outlines}
    sent = {strokes_id(one.track_id, before.index): outline_id(one.track_id, before.index) for one in before.instances}
    loose = {strokes_id(one.track_id, before.index) for one in before.instances if one.level == "text"}
    owned: Owned = defaultdict(list)
    for part in strokes:
        owner = part.parent if part.parent in there else sent.get(part.id)
        if owner not in words:
            owner = None if part.ignore or part.id in loose else _round(part.mask, words)
        owned[owner].append(part)
    for owner in [owner for owner, group in owned.items() if owner and len({part.ignore for part in group}) > 1]:
        owned[None] += [part for part in owned[owner] if part.ignore]
        owned[owner] = [part for part in owned[owner] if not part.ignore]
    return owned


def _name(names: Mapping[str, str], key: str | None) -> str | None:
    return names.get(key, key) if key else None


def _round(mask: Mask, words: Mapping[str, Outline]) -> str | None:
    """The word that holds the strokes: most of them, the smallest of several."""
    centres = masks.centres(mask)
    shares = {
        key: float(geometry.contains(word.polygon, centres).mean())
        for key, word in words.items()
        if len(centres) and len(word.polygon) > 2
    }
    held = [key for key, share in shares.items() if share >= INSIDE]
    return max(held, key=lambda key: (shares[key], -geometry.area(words[key].polygon)), default=None)
