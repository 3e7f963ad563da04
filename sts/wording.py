"""Words of messages."""


def counted(n: int, noun: str) -> str:
    """`1 clip`, `3 clips`: a number and a noun whose plural ends with s."""
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"
