"""Rules on the strokes of a frame and of its words."""

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from jaxtyping import Int32

from annotate.rules.limits import LabelLimits
from annotate.rules.scene import Scene
from sts import geometry, masks
from sts.checks import Finding
from sts.geometry import Polygon
from sts.types import Clip, Mask, TextInstance

Findings = Iterator[Finding]


def size(clip: Clip) -> Findings:
    """Masks have the size of their frame; nothing else can be said of a clip where one has not."""
    for frame in clip.frames:
        for one in frame.instances:
            for mask in (one.mask, one.effect_mask, one.amodal_mask):
                if mask is not None and (mask.width, mask.height) != (clip.width, clip.height):
                    text = f"a mask has {mask.width}x{mask.height} px, its frame {clip.width}x{clip.height} px"
                    yield Finding(rule="mask-size", frame=frame.index, track=one.track_id, what=text)


def missing(scene: Scene, _: LabelLimits) -> Findings:
    """Words without any strokes on the whole frame, and strokes without any word."""
    inked = [one for one, mask in scene.drawn if not one.ignore and masks.area(mask)]
    expected = [one for one in scene.scored if one.amodal_mask is None]
    if expected and not inked:
        n = len(expected)
        yield Finding(rule="no-strokes", track=expected[0].track_id, what=f"no strokes on a frame with {n} words")
    if inked and not scene.words:
        text = "strokes on a frame without words"
        yield Finding(rule="strokes-without-word", severe=False, track=inked[0].track_id, what=text)


def stray(scene: Scene, limits: LabelLimits) -> Findings:
    """Strokes far outside their word."""
    for one in (one for one in scene.words if one.mask is not None):
        yield from _outside(one, [one.polygon], "the word", limits)


def loose(scene: Scene, limits: LabelLimits) -> Findings:
    """Strokes of no word far outside all words of their frame."""
    for one in (one for one, _ in scene.drawn if one.level == "text" and not one.ignore):
        if scene.words:
            yield from _outside(one, [word.polygon for word in scene.words], "all words", limits)


def ink(scene: Scene, limits: LabelLimits) -> Findings:
    """Words with hardly any strokes, or nothing else, on a frame with strokes of words."""
    for one in scene.scored if any(one.mask is not None for one in scene.words) else ():
        strokes = one.amodal_mask or one.mask or masks.empty(scene.height, scene.width)
        inside = geometry.clip(one.polygon, scene.height, scene.width)
        share = masks.area(strokes) / geometry.area(inside) if inside else 0.0
        if not limits.least_ink <= share <= limits.most_ink:
            usual = f"{limits.least_ink:.0%} to {limits.most_ink:.0%} is usual"
            text = f"strokes take {share:.1%} of the word; {usual}"
            yield Finding(rule="ink", severe=False, track=one.track_id, what=text)


def specks(scene: Scene, limits: LabelLimits) -> Findings:
    """Tiny pieces of strokes; a renderer's are exact, however thin."""
    for one, mask in ((one, mask) for one, mask in scene.drawn if not one.ignore and one.source != "rendered"):
        areas = _pieces(mask)
        small = int((areas < limits.speck_px).sum())
        if small:
            text = f"{small} of {len(areas)} pieces of strokes have under {limits.speck_px} px"
            yield Finding(rule="mask-speck", severe=False, track=one.track_id, what=text)


def _outside(one: TextInstance, polygons: Sequence[Polygon], where: str, limits: LabelLimits) -> Findings:
    """Too many strokes outside all of some polygons."""
    centres = masks.centres(one.mask) if one.mask is not None else np.zeros((0, 2))
    near = [geometry.contains(polygon, centres, margin=limits.near_px) for polygon in polygons]
    outside = int((~np.any(near, axis=0)).sum())
    if outside > limits.stray * len(centres):
        text = f"{outside} of {len(centres)} stroke px lie more than {limits.near_px:g} px outside {where}"
        yield Finding(rule="mask-in-word", track=one.track_id, what=text)


def _pieces(mask: Mask) -> Int32[np.ndarray, " n"]:
    """Areas of the connected pieces, 8 neighbours, px."""
    bounds = masks.box(mask)
    if bounds is None:
        return np.zeros(0, np.int32)
    left, top, right, bottom = map(int, bounds)
    pixels = masks.decode(mask)[top:bottom, left:right].astype(np.uint8)
    return np.asarray(cv2.connectedComponentsWithStats(pixels, connectivity=8)[2][1:, cv2.CC_STAT_AREA], np.int32)
