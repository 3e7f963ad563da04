"""The text of an annotated frame: what a person kept, changed and drew, and what the editor does not show.

A region whose id we gave is the track it was made from, and so is one that was drawn in its place; another one is a new
track. Strokes belong to the word that is their parent, or that they lie in. Other strokes are a `text` instance: each
one that we sent is its own track, new ones are one together.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from annotate import owners
from annotate.owners import Owned
from annotate.parts import Outline, Strokes
from annotate.regions import has_outline, has_strokes, outline_id, strokes_id
from sts import geometry, masks
from sts.geometry import Polygon
from sts.types import Effort, Frame, Mask, TextInstance

STILL = 1e-6
"""px; a point that differs by less was not moved"""


def merge(
    before: Frame, outlines: Sequence[Outline], strokes: Sequence[Strokes], fresh: Iterator[int]
) -> tuple[Frame, Counter[str]]:
    """The pre-labelled frame as a person left it, and counts of what ended with that; `fresh` names new tracks."""
    outlines, strokes = owners.restored(before, outlines, strokes)
    owned = owners.share_out(before, outlines, strokes)
    made = {one.track_id: one for one in _units(before, outlines, owned, fresh)}
    words = any(one.level == "word" for one in outlines)
    made |= {one.track_id: one for one in _texts(before, owned[None], fresh, words=words)}
    ended: Counter[str] = Counter()
    instances = []
    for old in before.instances:
        new = made.pop(old.track_id, None)
        if new is None and not (has_outline(old) or has_strokes(old)):
            new = old
        elif new is None:
            ended["deleted instances"] += 1
        if new is not None:
            ended.update(_outdated(old, new))
            instances.append(new)
    right = [one for one in instances if one.level != "char" or _holds(one, before.instances, instances)]
    ended["characters of changed words"] += len(instances) - len(right)
    return replace(before, labelled=True, instances=_apart([*right, *made.values()])), +ended


def _units(before: Frame, outlines: Sequence[Outline], owned: Owned, fresh: Iterator[int]) -> Iterator[TextInstance]:
    """Words, lines and paragraphs."""
    sent = {outline_id(one.track_id, before.index): one for one in before.instances if has_outline(one)}
    same = {one.id: sent[one.id] for one in outlines if one.id in sent and sent[one.id].level == one.level}
    tracks = {one.id: same[one.id].track_id if one.id in same else next(fresh) for one in outlines}
    for outline in outlines:
        parent = tracks.get(outline.parent) if outline.parent else None
        unit = _unit(outline, tracks[outline.id], parent, same.get(outline.id))
        yield _with_strokes(unit, owned.get(outline.id, []), same.get(outline.id), before.index)


def _unit(outline: Outline, track: int, parent: int | None, old: TextInstance | None) -> TextInstance:
    """Without its strokes."""
    text = unicodedata.normalize("NFC", outline.text or "").strip() or None
    if old is None:
        return TextInstance(
            track_id=track,
            level=outline.level,
            polygon=geometry.clockwise(geometry.rounded(outline.polygon)),
            source="human",
            parent_id=parent,
            text=text,
            effort=outline.effort or "drawn",
        )
    still = _still(old.polygon, outline.polygon)
    polygon = old.polygon if still else geometry.clockwise(geometry.rounded(outline.polygon))
    same = still and (text, parent) == (old.text, old.parent_id)
    effort = _effort(outline.effort, same=same)
    return replace(old, polygon=polygon, text=text, parent_id=parent, source="human", effort=effort)


def _with_strokes(unit: TextInstance, parts: Sequence[Strokes], old: TextInstance | None, frame: int) -> TextInstance:
    """The instance with these strokes, whatever it had."""
    if not parts:
        gone = old is not None and has_strokes(old)
        return _stripped(replace(unit, mask=None, effort="changed")) if gone else unit
    mask = parts[0].mask if len(parts) == 1 else masks.union(part.mask for part in parts)
    ignore = parts[0].ignore
    same = old is not None and old.mask is not None and (mask == old.mask or masks.iou(mask, old.mask) == 1)
    if old is not None and len(parts) == 1 and parts[0].id == strokes_id(old.track_id, frame):
        effort = _effort(parts[0].effort, same=same and ignore == old.ignore)
    else:
        effort = "drawn" if all(part.effort in ("drawn", None) for part in parts) else "changed"
    legible = unit.legible or not ignore
    whole = replace(unit, ignore=ignore, legible=legible, effort=_both(unit.effort, effort))
    return whole if same else _stripped(replace(whole, mask=mask))


def _texts(before: Frame, parts: Sequence[Strokes], fresh: Iterator[int], *, words: bool) -> Iterator[TextInstance]:
    """Strokes of no word: those that we sent, then new ones, text and what to ignore apart.

    On a frame with words only words to ignore are skipped by metrics, so new strokes to ignore are one.
    """
    sent = {strokes_id(one.track_id, before.index): one for one in before.instances if one.level == "text"}
    new: dict[bool, list[Strokes]] = {False: [], True: []}
    for part in (part for part in parts if masks.area(part.mask)):
        if part.id not in sent:
            new[part.ignore].append(part)
            continue
        old = replace(sent[part.id], source="human", effort=None)
        text = _with_strokes(old, [part], sent[part.id], before.index)
        yield text if text.mask == old.mask else replace(text, polygon=_frame(part.mask))
    for ignore, group in ((ignore, group) for ignore, group in new.items() if group):
        text = TextInstance(
            track_id=next(fresh),
            level="word" if ignore and words else "text",
            polygon=_frame(masks.union(part.mask for part in group)),
            source="human",
            legible=not ignore,
        )
        yield _with_strokes(text, group, None, before.index)


def _stripped(one: TextInstance) -> TextInstance:
    """Without what was said of strokes that are not the same any more."""
    return replace(one, effect_mask=None, amodal_mask=None, score=None)


def _outdated(old: TextInstance, new: TextInstance) -> Iterator[str]:
    for name in ("effect_mask", "amodal_mask"):
        if getattr(old, name) is not None and getattr(new, name) is None:
            yield f"{name.replace('_', ' ')}s of changed strokes"


def _holds(char: TextInstance, before: Sequence[TextInstance], after: Sequence[TextInstance]) -> bool:
    """Whether a character's word stands as it was: the editor does not show characters."""
    words = [
        [(one.polygon, one.text) for one in instances if one.track_id == char.parent_id]
        for instances in (before, after)
    ]
    return words[0] == words[1]


def _apart(instances: Sequence[TextInstance]) -> tuple[TextInstance, ...]:
    """Effects end where strokes begin, also where strokes were added."""
    if all(one.effect_mask is None for one in instances):
        return (*instances,)
    fills = [one.mask for one in instances if one.mask is not None]
    strokes = masks.union(fills) if fills else None
    return tuple(
        one
        if one.effect_mask is None or strokes is None or not masks.intersection_area(one.effect_mask, strokes)
        else replace(one, effect_mask=_without(one.effect_mask, strokes))
        for one in instances
    )


def _without(mask: Mask, other: Mask) -> Mask:
    return masks.encode(masks.decode(mask) & ~masks.decode(other))


def _effort(said: Effort | None, *, same: bool) -> Effort:
    """Of something that we sent; only what is the same was kept."""
    return said if said and said != "kept" else "kept" if same else "changed"


def _both(outline: Effort | None, strokes: Effort) -> Effort:
    """Drawn strokes are most of the work, whoever made the outline."""
    return strokes if outline in (None, strokes) or strokes == "drawn" else "changed"


def _still(a: Polygon, b: Polygon) -> bool:
    return len(a) == len(b) and all(
        abs(p - q) < STILL for one, other in zip(a, b, strict=True) for p, q in zip(one, other, strict=True)
    )


def _frame(mask: Mask) -> Polygon:
    """Corners of the box round the strokes."""
    left, top, right, bottom = masks.box(mask) or (0.0, 0.0, 0.0, 0.0)
    return (left, top), (right, top), (right, bottom), (left, bottom)
