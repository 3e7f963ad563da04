"""Orders clips, the most useful first: much text, sharp, and not what another clip shows already."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float64, Int64, UInt64

from realv import figures

BITS = 6
"""Of 64, at which two frames may still be alike"""
ALIKE = 8.0
"""Grey levels of a cell of a thumbnail by which they may then differ: another codec, not another caption"""

Fact = Mapping[str, Any]


def ranked(facts: Sequence[Fact]) -> list[dict[str, Any]]:
    """The facts with `usefulness` in [0, 1] and `duplicate_of`, the most useful first, repeated clips last.

    Usefulness is the share of clips with less text times the mean of 1 and the share that are less sharp.
    """
    if not facts:
        return []
    text = _share(np.asarray([fact["text"] for fact in facts], np.float64))
    sharp = _share(np.asarray([np.median(fact["sharpness"]) for fact in facts], np.float64))
    useful = text * (0.5 + 0.5 * sharp)
    copies = duplicates(facts)
    rows = [
        {**fact, "usefulness": round(float(useful[i]), 4), "duplicate_of": copies[i]} for i, fact in enumerate(facts)
    ]
    return sorted(rows, key=lambda row: (row["duplicate_of"] is not None, -row["usefulness"], row["clip_id"]))


def duplicates(facts: Sequence[Fact]) -> list[str | None]:
    """For each clip the first one before it that shows the same at its beginning, middle and end, or None."""
    hashes: UInt64[np.ndarray, "n k"] = np.array([[int(one, 16) for one in f["hashes"]] for f in facts], np.uint64)
    found: list[str | None] = []
    for i, fact in enumerate(facts):
        near = (np.bitwise_count(hashes[:i] ^ hashes[i]) <= BITS).all(axis=1)
        same = (facts[j] for j in np.flatnonzero(near).tolist() if found[j] is None and _alike(facts[j], fact))
        first = next(same, None)
        found.append(first["clip_id"] if first else None)
    return found


def _alike(a: Fact, b: Fact) -> bool:
    pairs = zip(a["thumbnails"], b["thumbnails"], strict=True)
    return all(figures.apart(_thumbnail(one), _thumbnail(other)) <= ALIKE for one, other in pairs)


def _thumbnail(text: str) -> figures.Grey:
    return np.frombuffer(bytes.fromhex(text), np.uint8).reshape(figures.CELLS[::-1])


def _share(values: Float64[np.ndarray, " n"]) -> Float64[np.ndarray, " n"]:
    """Of the others that are less, equal ones by half."""
    ordered = np.sort(values)
    left: Int64[np.ndarray, " n"] = np.searchsorted(ordered, values, side="left")
    right: Int64[np.ndarray, " n"] = np.searchsorted(ordered, values, side="right")
    return np.asarray((left + right) / (2 * len(values)), np.float64)
