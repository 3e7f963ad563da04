"""Rules on the polygons and transcripts of words."""

import math
import unicodedata
from collections.abc import Iterator

import shapely

from annotate.rules.limits import LabelLimits
from annotate.rules.scene import Scene
from sts import checks, geometry
from sts.checks import Finding
from sts.types import Clip, TextInstance

ALIKE = ("LATIN", "CYRILLIC", "GREEK")
"""Alphabets with letters that look the same; a word has those of one of them"""
UNKNOWN = ("Cn", "Co", "Cs")
"""Categories of code points that stand for no character"""

Findings = Iterator[Finding]


def ignored(clip: Clip, limits: LabelLimits) -> Findings:
    """Much of the text is to be ignored."""
    words = [one for frame in clip.frames for one in frame.instances if one.level == "word"]
    share = sum(one.ignore for one in words) / max(len(words), 1)
    if share > limits.most_ignored:
        yield Finding(rule="much-ignored", severe=False, what=f"{share:.0%} of {len(words)} words are ignored")


def untold(scene: Scene, _: LabelLimits) -> Findings:
    """Legible words of people without a transcription."""
    for one in scene.scored:
        if one.source == "human" and not (one.text or "").strip():
            yield Finding(rule="no-transcription", track=one.track_id, what="legible word without text")


def charset(scene: Scene, _: LabelLimits) -> Findings:
    """Code points that are no characters, and letters of one alphabet that pass for those of another."""
    for one in scene.words:
        text = one.text or ""
        strange = sorted({f"U+{ord(char):04X}" for char in text if _strange(char)})
        alphabets = sorted({name for char in text for name in ALIKE if unicodedata.name(char, "").startswith(name)})
        if strange:
            yield Finding(rule="text-charset", track=one.track_id, what=f"text {text!r} has {', '.join(strange)}")
        if len(alphabets) > 1:
            told = f"text {text!r} mixes letters of {' and '.join(alphabets)}"
            yield Finding(rule="text-charset", severe=False, track=one.track_id, what=told)


def length(scene: Scene, limits: LabelLimits) -> Findings:
    """Transcripts that are too long or too short for the size of their word."""
    for one in scene.scored:
        n, shape = sum(not unicodedata.combining(char) for char in one.text or ""), _shape(one)
        if n and shape and not limits.narrowest <= shape / n <= limits.widest:
            text = f"text {one.text!r} in a word {shape:.1f} times as long as high: a character or two too many?"
            yield Finding(rule="text-length", severe=False, track=one.track_id, what=text)


def twice(scene: Scene, limits: LabelLimits) -> Findings:
    """Words that lie over each other."""
    words = scene.words
    shapes = shapely.make_valid(checks.shapes([one.polygon for one in words]))
    tree = shapely.STRtree(shapes)
    for a, b in zip(*tree.query(shapes, predicate="intersects").tolist(), strict=True):
        if a < b and checks.polygon_iou(words[a].polygon, words[b].polygon) > limits.same_word:
            text = f"lies over track {words[a].track_id}, {words[a].text!r}: one word drawn twice?"
            yield Finding(rule="word-twice", track=words[b].track_id, what=text)


def crossed(scene: Scene, _: LabelLimits) -> Findings:
    """Polygons that cross themselves."""
    valid = shapely.is_valid(checks.shapes([one.polygon for one in scene.words])).tolist()
    for one in (one for one, good in zip(scene.words, valid, strict=True) if not good):
        yield Finding(rule="polygon-crossed", severe=False, track=one.track_id, what="word polygon crosses itself")


def _strange(char: str) -> bool:
    return unicodedata.category(char) in UNKNOWN or char == "\N{REPLACEMENT CHARACTER}"


def _shape(one: TextInstance) -> float:
    """Length of a word over its height, both along its polygon; 0 where that cannot be said."""
    half = len(one.polygon) // 2
    if len(one.polygon) % 2 or half < 2:
        return 0.0
    top = sum(math.dist(a, b) for a, b in zip(one.polygon[: half - 1], one.polygon[1:half], strict=True))
    height = geometry.ribbon_height(one.polygon)
    return top / height if height else 0.0
