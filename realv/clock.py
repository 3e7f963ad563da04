"""What the steps of pre-labelling cost, kept beside the shards, as it is no part of them."""

import contextlib
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from sts import files
from sts.files import Location

FOLDER = "times"


@dataclass(slots=True)
class Clock:
    """CPU seconds of all threads by step."""

    seconds: dict[str, float] = field(default_factory=dict)
    frames: int = 0

    @contextlib.contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Count what the block takes."""
        start = time.process_time()
        try:
            yield
        finally:
            self.add(name, time.process_time() - start)

    def add(self, name: str, seconds: float) -> None:
        """Count more of a step."""
        self.seconds[name] = self.seconds.get(name, 0.0) + seconds

    def save(self, out: Location, shard: str) -> None:
        """Keep the times of one shard in `times/` of a directory."""
        with files.replacing(files.join(out, f"{FOLDER}/{shard}.json")) as file:
            file.write(json.dumps({"frames": self.frames, "seconds": self.seconds}).encode())


def total(out: Location) -> Clock:
    """The times of all shards of a directory, as far as they were kept."""
    whole = Clock()
    for name in files.names(files.join(out, FOLDER)):
        with files.reading(files.join(out, f"{FOLDER}/{name}")) as file:
            part = json.load(file)
        whole.frames += part["frames"]
        for step, seconds in part["seconds"].items():
            whole.add(step, seconds)
    return whole
