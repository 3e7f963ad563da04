"""The two quotients that pixel scores are made of, with their rules for nothing at all."""


def share(part: float | int, whole: float | int) -> float:
    """part / whole; 1 for 0 / 0: nothing to find and nothing found."""
    return part / whole if whole else 1.0


def f_score(precision: float | int, recall: float | int) -> float:
    """Harmonic mean; 0 where both are 0."""
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0
