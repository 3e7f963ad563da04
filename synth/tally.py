"""Counts what a set holds, clip by clip, in a form that adds up: name of a figure to value to count."""

import json
from collections import Counter
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from sts import geometry, masks
from sts.types import Clip, TextInstance

Tally = dict[str, Counter[str]]

HEIGHTS_PX = (8.0, 12.0, 16.0, 24.0, 32.0, 48.0, 64.0, 96.0, 128.0, 192.0)
SEPARATOR = ": "
LEFT_OUT = "backgrounds left out"
VISIBLE = (0.0, 0.01, 0.3, 0.5, 0.7, 0.9, 0.99)
MOTION_PX = (0.1, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)

COUNTED = {
    LEFT_OUT: "Whole files where the reason is `unreadable` (damaged, or no video), `said to have text` or begins with"
    " `video`; else windows, pieces of a file as long as a clip. No clip is made from them.",
    "blocks with": "Share of the blocks; one block may have several.",
    "clips with damage": "Share of the clips; one clip may have several.",
    "legible": "A word counts once in each frame. `no` is what is `ignore`: a condition above fails, as in each frame"
    " where the word is hidden or has left the picture.",
    "motion, px a frame": "A word counts once in each frame after its first.",
    "rejected attempts": "Choices that gave no clip; another was tried.",
    "visible fraction": "A word counts once in each frame; it is 0 where the word is hidden or has left the picture.",
    "word height, px": "A word counts once in each frame, also where it is hidden.",
    "words by font": "A word counts once in its clip.",
    "words by script": "A word counts once in its clip.",
}
"""What is counted, where the name of the figure does not say it"""


def count(clip: Clip) -> Tally:
    """The figures of one clip."""
    spec = json.loads(clip.origin.spec or "{}")
    words = [[one for one in frame.instances if one.level == "word"] for frame in clip.frames]
    seen = [word for frame in words for word in frame]
    tally: Tally = {
        "clips by engine": Counter([clip.origin.uri]),
        "clips by licence": Counter([clip.origin.license]),
        "clips by attempts needed": Counter([str(spec.get("attempt", 0) + 1)]),
        "clips by background": Counter([s.id.split("@")[0] for s in clip.origin.sources if s.kind == "video"]),
        "words by script": Counter({word.track_id: word.script or "unknown" for word in seen}.values()),
        "words by font": Counter({word.track_id: word.font or "unknown" for word in seen}.values()),
        "word height, px": Counter(_bin(geometry.ribbon_height(word.polygon), HEIGHTS_PX) for word in seen),
        "visible fraction": Counter(_bin(_visible(word), VISIBLE) for word in seen),
        "motion, px a frame": Counter(_bin(step, MOTION_PX) for step in _steps(words)),
        "legible": Counter("yes" if word.legible else "no" for word in seen),
        "words a frame": Counter(str(len(frame)) for frame in words),
    }
    tally |= _choices(spec.get("choices", {}))
    return tally


def flat(tally: Tally) -> Counter[str]:
    """As one counter, which adds up with others."""
    return Counter({f"{name}{SEPARATOR}{value}": n for name, counter in tally.items() for value, n in counter.items()})


def nested(counts: Mapping[str, int]) -> Tally:
    """The inverse of `flat`, in a fixed order."""
    tally: Tally = {}
    for key, n in counts.items():
        name, _, value = key.partition(SEPARATOR)
        tally.setdefault(name, Counter())[value] = n
    return {name: Counter(dict(sorted(tally[name].items(), key=_order))) for name in sorted(tally)}


def _choices(spec: Mapping[str, Any]) -> Tally:
    """Which appearance and damage was chosen."""
    blocks = spec.get("blocks", [])
    styles = [block["style"] for block in blocks]
    parts = ("border", "shadow", "extrusion", "emboss", "board", "wear", "dots")
    damage = spec.get("degrade", {})
    return {
        "blocks by language": Counter(block["text"]["language"] for block in blocks),
        "blocks by kind": Counter(block["text"]["kind"] for block in blocks),
        "blocks by fill": Counter(style["fill"]["kind"] for style in styles),
        "blocks by curve": Counter(
            "columns" if block["text"]["vertical"] else block["text"]["curve"] for block in blocks
        ),
        "blocks with": Counter(part for style in styles for part in parts if style[part] is not None),
        "blocks on": Counter("screen" if block["surface"] < 0 else "scene" for block in blocks),
        "clips with damage": Counter(
            name
            for name, value in damage.items()
            if name != "seed" and value not in (0, None) and (name, value) != ("gamma", 1)
        ),
        "clips with": Counter(["virtual camera"] if spec.get("camera") else []),
    }


def _visible(word: TextInstance) -> float:
    if word.mask is None or word.amodal_mask is None:
        return 0.0
    return masks.area(word.mask) / max(masks.area(word.amodal_mask), 1)


def _steps(words: list[list[TextInstance]]) -> list[float]:
    """Way of each word's centre from frame to frame, px."""
    centres = [{word.track_id: np.mean(word.polygon, axis=0) for word in frame} for frame in words]
    return [
        float(np.hypot(*(later[track] - earlier[track])))
        for earlier, later in pairwise(centres)
        for track in earlier.keys() & later.keys()
    ]


def _bin(value: float, edges: tuple[float, ...]) -> str:
    """The half-open bin that holds the value, by its lower edge."""
    place = int(np.searchsorted(edges, value, side="right"))
    return f"under {edges[0]:g}" if place == 0 else f"{edges[place - 1]:g} and up"


def _order(item: tuple[str, int]) -> tuple[float, str]:
    digits = item[0].removeprefix("under ").split(" ")[0]
    try:
        return float(digits) - item[0].startswith("under"), item[0]
    except ValueError:
        return float("inf"), item[0]
