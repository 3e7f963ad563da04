"""What the net keeps of past frames, for one object: the last few, and a bounded pool to fetch the best from.

The rows of a batch and the objects of a stream have a memory each, so that none sees another's frames.
"""

from collections import deque
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from model.sam2text.config import MemoryConfig

POINTERS = 15
"""Past frames whose object pointer is seen, as in SAM2"""
LONG_TERM = 6
"""Slot of SAM2's temporal codes for frames at any distance; slots 0 to 5 are the last frames, the newest first"""


@dataclass(frozen=True, kw_only=True, eq=False)
class Entry:
    """What one frame leaves behind."""

    frame: int
    features: Float[Tensor, "1 m g g"]
    """Memory features, on the grid of stride 16"""
    pointer: Float[Tensor, "1 c"]
    key: Float[Tensor, " c"]
    """Unit vector to find the frame by"""
    quality: float
    """Of its mask, in [0, 1]"""


@dataclass(frozen=True, kw_only=True)
class View:
    """What one frame attends to."""

    entries: tuple[tuple[int, Entry], ...]
    """Slot of the temporal code, entry"""
    pointers: tuple[tuple[int, Float[Tensor, "1 c"]], ...]
    """Distance in frames, object pointer"""


class DualMemory:
    """A queue of the last frames, a pool of those that left it, and the frames that a user prompted.

    Every container is bounded, so time and memory do not depend on the length of the video.
    """

    def __init__(self, config: MemoryConfig) -> None:
        self.config = config
        self.recent: deque[Entry] = deque()
        self.pool: list[Entry] = []
        self.pinned: deque[Entry] = deque()
        self.pointers: deque[tuple[int, Tensor]] = deque(maxlen=POINTERS)

    def add(self, entry: Entry, pin: bool) -> None:
        """Keep a frame; frames come in order of time. A pinned one stays until `pinned` later ones have come."""
        pin = (pin or (self.config.first_pinned and not self.pointers)) and self.config.pinned > 0
        queue, most = (self.pinned, self.config.pinned) if pin else (self.recent, self.config.recent)
        queue.append(entry)
        if len(queue) > most:
            self._retire(queue.popleft())
        self.pointers.append((entry.frame, entry.pointer))

    def view(self, frame: int, query: Float[Tensor, " c"]) -> View:
        """What frame number `frame`, whose key is `query`, attends to: at most recent + retrieved + pinned entries."""
        lasting = [*self.pinned, *self._fetch(query)]
        ranked = [(rank, entry) for rank, entry in enumerate(reversed(self.recent))]
        if not lasting and ranked:  # SAM2 has always seen a frame in this slot
            lasting.append(ranked.pop()[1])
        known = {entry.frame for entry in lasting}
        near = [(frame - past, pointer) for past, pointer in reversed(self.pointers) if past not in known]
        return View(
            entries=(*((LONG_TERM, entry) for entry in lasting), *reversed(ranked)),
            pointers=(*((frame - entry.frame, entry.pointer) for entry in lasting), *near),
        )

    def _retire(self, entry: Entry) -> None:
        """Move an entry to the pool; when that is full, the worst goes, of equals the oldest."""
        if self.config.retrieved:
            self.pool.append(entry)
        if len(self.pool) > self.config.capacity:
            self.pool.remove(min(self.pool, key=lambda kept: (kept.quality, kept.frame)))

    def _fetch(self, query: Float[Tensor, " c"]) -> list[Entry]:
        """The best of the pool by cosine + quality_weight * quality, in order of time."""
        if not self.pool:
            return []
        quality = query.new_tensor([entry.quality for entry in self.pool])
        likeness = (torch.stack([entry.key for entry in self.pool]) * query).sum(1)  # no product of autocast's bfloat16
        merit = likeness + self.config.quality_weight * quality
        best: list[int] = merit.topk(min(self.config.retrieved, len(self.pool))).indices.tolist()
        return [self.pool[i] for i in sorted(best)]
