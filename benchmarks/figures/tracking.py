"""Rows of the tracking suite for our tracker and for FlowText's scheme."""

from dataclasses import dataclass

from benchmarks import tracking_suite
from benchmarks.tracking_suite import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracked:
    """One row a texture."""

    ours: list[Row]
    peer: list[Row]


def measure(frames: int) -> Tracked:
    """Both methods on the same pixels."""
    rows = tracking_suite.run(frames=frames)
    ours, peer = ([row for row in rows if row.method == name] for name in ("ours", "flowtext"))
    return Tracked(ours=ours, peer=peer)
