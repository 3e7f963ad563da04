"""Fills the slots of a template: `Only {price}`, `{n:1-9} items`, `{L:2} {d:4}`, `{red|blue}`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from sts.errors import DataError

SLOT = re.compile(r"\{([^{}]+)\}")
DEEPEST = 8
"""Slots within slots"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slots:
    """What a language puts into its templates."""

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Fillings by slot name; they may hold slots themselves"""
    digits: str = "0123456789"
    """The language's own, for {i:...}"""
    letters: str = "ABCDEFGHJKLMNPRSTUVWXYZ"
    """On number plates, for {L:...}"""


def fill(template: str, slots: Slots, rng: np.random.Generator) -> str:
    """The template with every slot filled.

    {name}: one of the slot's values. {a|b}: one of these. {n:1-99}: a whole number; {i:1-99}: in the language's own
    digits. {d:3}: three digits. {L:2}: two letters of a number plate.
    """
    text = template
    for _ in range(DEEPEST):
        found = SLOT.search(text)
        if found is None:
            return text
        text = SLOT.sub(lambda match: _filling(match[1], slots, rng), text)
    raise DataError(f"slots of {template!r} never end: a slot must not hold itself")


def _filling(slot: str, slots: Slots, rng: np.random.Generator) -> str:
    if "|" in slot:
        return _one(slot.split("|"), rng)
    name, _, detail = slot.partition(":")
    if name in ("n", "i"):
        low, high = map(int, detail.split("-"))
        number = str(int(rng.integers(low, high + 1)))
        return number if name == "n" else "".join(slots.digits[int(digit)] for digit in number)
    if name in ("d", "L"):
        return "".join(_one("0123456789" if name == "d" else slots.letters, rng) for _ in range(int(detail)))
    if name not in slots.values:
        raise DataError(f"no values for slot {name!r}: the corpus has {', '.join(sorted(slots.values))}")
    return _one(slots.values[name], rng)


def _one(values: "list[str] | tuple[str, ...] | str", rng: np.random.Generator) -> str:
    return values[int(rng.integers(len(values)))]
