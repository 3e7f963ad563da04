"""Words of messages and cards."""

import json
from collections.abc import Mapping


def counted(n: int, noun: str) -> str:
    """`1 clip`, `3 clips`: a number and a noun whose plural ends with s."""
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def settings(config: Mapping[str, object]) -> list[str]:
    """Lines of Markdown: the last section of a card, with every setting of a run."""
    return ["## Settings", "", "```json", json.dumps(config, indent=2, sort_keys=True), "```", ""]
