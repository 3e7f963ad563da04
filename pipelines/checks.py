"""What an audit asks of one clip: the rules of its labels, doubtful labels, licences and pictures."""

import io
from collections.abc import Collection, Iterator
from dataclasses import replace
from itertools import pairwise

from PIL import Image, UnidentifiedImageError

from annotate.rules import motion, strokes, words
from annotate.rules.scene import scene
from pipelines.limits import AuditConfig
from sts import checks
from sts.checks import Finding
from sts.shards import Jpegs
from sts.types import Clip

RULES = (strokes.stray, strokes.ink, strokes.specks, words.untold, words.twice, words.crossed)
"""Of one frame; what a person who labels it has to mend is a doubt here, but for strokes outside their word"""

Findings = Iterator[Finding]


def findings(clip: Clip, stored: Jpegs, settings: AuditConfig) -> Findings:
    """All that is wrong or doubtful in a clip. DataError for pictures that cannot be decoded."""
    yield from checks.findings(clip)
    yield from licences(clip, settings.licences)
    broken = list(_pictures(clip, stored))
    yield from broken or motion.findings(clip, stored, settings.labels)
    yield from _gaps(clip, settings.labels.frame_gap)
    yield from words.ignored(clip, settings.labels)
    for frame in clip.frames:
        seen = scene(clip, frame)
        for rule in RULES:
            found = rule(seen, settings.labels)
            yield from (replace(one, frame=frame.index, severe=rule is strokes.stray) for one in found)


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
