"""What an audit asks of one clip: the rules of its labels, doubtful labels, licences and pictures."""

import io
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np
import shapely
from jaxtyping import Bool, Int32
from PIL import Image, UnidentifiedImageError

from annotate.rules import motion
from pipelines.limits import AuditConfig
from sts import checks, geometry, masks
from sts.checks import Finding
from sts.shards import Jpegs
from sts.types import Clip, Frame, Mask, TextInstance

NEAR_PX = 3.0
"""How far strokes may lie outside their word"""
STRAY = 0.005
"""Share of a word's strokes that may lie farther out"""
LEAST_INK, MOST_INK = 0.03, 0.90
"""Shares of a word's area that strokes usually take"""
SAME_WORD = 0.8
"""IoU from which on two words of a frame are one drawn twice"""
MOST_IGNORED = 0.3
"""Share of a clip's words"""

Findings = Iterator[Finding]


def findings(clip: Clip, stored: Jpegs, settings: AuditConfig) -> Findings:
    """All that is wrong or doubtful in a clip. DataError for pictures that cannot be decoded."""
    yield from checks.findings(clip)
    yield from licences(clip, settings.licences)
    broken = list(_pictures(clip, stored))
    yield from broken or motion.findings(clip, stored, settings.labels)
    yield from _gaps(clip, settings.labels.frame_gap)
    yield from _ignored(clip)
    for frame in clip.frames:
        yield from (replace(one, frame=frame.index) for one in _specks(frame, settings.labels.speck_px))
    for frame in clip.frames:
        words = [one for one in frame.instances if one.level == "word" and geometry.signed_area(one.polygon) > 0]
        for rule in (_stray, _ink, _untold, _drawn_twice, _crossed):
            yield from (replace(one, frame=frame.index) for one in rule(words))


def licences(clip: Clip, allowed: Collection[str]) -> Findings:
    """The clip and everything it was made from have an allowed licence, and every font is among its sources."""
    terms = [("the clip", clip.origin.license)]
    terms += [(f"{source.kind} {source.id}", source.license) for source in clip.origin.sources]
    for what, licence in terms:
        if not (licence or "").strip():
            yield Finding(rule="licence", what=f"{what} has no licence")
        elif not permitted(licence, allowed):
            text = f"{what} is under {licence}; `licences` in the TOML file given with --config does not allow it"
            yield Finding(rule="licence", what=text)
    fonts = {source.id for source in clip.origin.sources if source.kind == "font"}
    shown = {one.font for frame in clip.frames for one in frame.instances if one.font is not None}
    for font in sorted(shown - fonts):
        yield Finding(rule="font-source", what=f"font {font!r} is not among the clip's sources: its licence is unknown")


def permitted(expression: str, allowed: Collection[str]) -> bool:
    """Whether an SPDX expression without brackets can be met: every part of AND, any part of OR."""
    parts = [part.split(" OR ") for part in expression.split(" AND ")]
    return all(any(name.strip() in allowed for name in choices) for choices in parts)


def _pictures(clip: Clip, stored: Jpegs) -> Findings:
    """Every picture has the size of its frame; read from its header."""
    if len(stored) != len(clip.frames):
        yield Finding(rule="picture-count", what=f"{len(stored)} pictures for {len(clip.frames)} frames")
    for frame, data in zip(clip.frames, stored, strict=False):
        try:
            with Image.open(io.BytesIO(data)) as picture:
                width, height = picture.size
        except UnidentifiedImageError:
            yield Finding(rule="picture-decodes", frame=frame.index, what=f"{len(data)} bytes are no picture")
            continue
        if (width, height) != (clip.width, clip.height):
            text = f"picture of {width}x{height} px in a clip of {clip.width}x{clip.height} px"
            yield Finding(rule="picture-size", frame=frame.index, what=text)


def _gaps(clip: Clip, most: float) -> Findings:
    """Frames that come much sooner or later than the frame rate says."""
    for earlier, later in pairwise(clip.frames) if clip.fps > 0 else ():
        step = later.time_s - earlier.time_s
        if step > 0 and not abs(step * float(clip.fps) - 1) <= most:
            text = (
                f"{1000 * step:.1f} ms after the frame before; at {clip.fps} fps it is {1000 / float(clip.fps):.1f} ms"
            )
            yield Finding(rule="frame-gap", frame=later.index, severe=False, what=text)


def _ignored(clip: Clip) -> Findings:
    words = [one for frame in clip.frames for one in frame.instances if one.level == "word"]
    share = sum(one.ignore for one in words) / max(len(words), 1)
    if share > MOST_IGNORED:
        yield Finding(rule="much-ignored", severe=False, what=f"{share:.0%} of {len(words)} words are ignored")


def _stray(words: Sequence[TextInstance]) -> Findings:
    """Strokes far outside their word."""
    for one in (one for one in words if one.mask is not None):
        centres = _centres(one.mask)
        stray = int((~geometry.contains(one.polygon, centres, margin=NEAR_PX)).sum()) if len(centres) else 0
        if stray > STRAY * len(centres):
            text = f"{stray} of {len(centres)} stroke px lie more than {NEAR_PX:g} px outside the word"
            yield Finding(rule="mask-in-word", track=one.track_id, what=text)


def _centres(mask: Mask | None) -> geometry.Points:
    pixels, left, top = _patch(mask)
    rows, columns = np.nonzero(pixels)
    return np.stack([columns + left + 0.5, rows + top + 0.5], axis=1)


def _patch(mask: Mask | None) -> tuple[Bool[np.ndarray, "h w"], int, int]:
    """The pixels in the box of the strokes, with its left and top; empty where there are none."""
    bounds = masks.box(mask) if mask is not None else None
    if mask is None or bounds is None:
        return np.zeros((0, 0), np.bool_), 0, 0
    left, top, right, bottom = map(int, bounds)
    return masks.decode(mask)[top:bottom, left:right], left, top


def _ink(words: Sequence[TextInstance]) -> Findings:
    """Words with hardly any strokes, or nothing else."""
    for one in (one for one in words if one.legible and not one.ignore and one.mask is not None):
        strokes = one.amodal_mask or one.mask
        inside = geometry.clip(one.polygon, strokes.height, strokes.width) if strokes is not None else ()
        share = masks.area(strokes) / geometry.area(inside) if strokes is not None and inside else 0.0
        if not LEAST_INK <= share <= MOST_INK:
            text = f"strokes take {share:.1%} of the word; {LEAST_INK:.0%} to {MOST_INK:.0%} is usual"
            yield Finding(rule="ink", severe=False, track=one.track_id, what=text)


def _specks(frame: Frame, least: int) -> Findings:
    """Tiny pieces of strokes; a renderer's are exact, however thin."""
    drawn = [one for one in frame.instances if one.source != "rendered" and not one.ignore]
    for one in drawn:
        areas = _pieces(one.mask)
        small = int((areas < least).sum())
        if small:
            text = f"{small} of {len(areas)} pieces of strokes have under {least} px"
            yield Finding(rule="mask-speck", severe=False, track=one.track_id, what=text)


def _pieces(mask: Mask | None) -> Int32[np.ndarray, " n"]:
    """Areas of the connected pieces, 8 neighbours, px."""
    pixels = _patch(mask)[0].astype(np.uint8)
    if not pixels.size:
        return np.zeros(0, np.int32)
    return np.asarray(cv2.connectedComponentsWithStats(pixels, connectivity=8)[2][1:, cv2.CC_STAT_AREA], np.int32)


def _untold(words: Sequence[TextInstance]) -> Findings:
    """Legible words of people without a transcription."""
    for one in words:
        if one.source == "human" and one.legible and not one.ignore and one.text is None:
            yield Finding(rule="no-transcription", severe=False, track=one.track_id, what="legible word without text")


def _drawn_twice(words: Sequence[TextInstance]) -> Findings:
    shapes = shapely.make_valid(checks.shapes([one.polygon for one in words]))
    tree = shapely.STRtree(shapes)
    for a, b in zip(*tree.query(shapes, predicate="intersects").tolist(), strict=True):
        if a < b and checks.polygon_iou(words[a].polygon, words[b].polygon) > SAME_WORD:
            text = f"lies over track {words[a].track_id}, {words[a].text!r}: one word drawn twice?"
            yield Finding(rule="word-twice", severe=False, track=words[b].track_id, what=text)


def _crossed(words: Sequence[TextInstance]) -> Findings:
    valid = shapely.is_valid(checks.shapes([one.polygon for one in words])).tolist()
    for one in (one for one, good in zip(words, valid, strict=True) if not good):
        yield Finding(rule="polygon-crossed", severe=False, track=one.track_id, what="word polygon crosses itself")
