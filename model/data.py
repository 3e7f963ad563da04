"""Batches for training from shards of frames: the same for every number of workers, from any step on."""

import atexit
import itertools
import os
import signal
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from zlib import crc32

import numpy as np
import torch
from jaxtyping import Int64
from torch.utils.data import DataLoader, Dataset

from model import samples, stopping, windows
from model.augment import AugmentConfig
from model.protocols import Batch, Wish
from model.samples import Places, Sample
from model.windows import Entry, Order, Pick
from sts import run
from sts.errors import ConfigError, DataError, StsError
from sts.files import Location
from sts.protocols import RngFor


@dataclass(frozen=True, slots=True, kw_only=True)
class DataConfig:
    """How clips are read and changed."""

    stride: int = 3
    """Most frames from one frame of a sample to the next; each sample draws its own from 1"""
    order: Order = "shuffled"
    """`streaming` goes shard by shard, for sets that a disk or the memory does not hold"""
    buffer: int = 2048
    """Windows from which `streaming` draws the next"""
    augment: AugmentConfig = field(default_factory=AugmentConfig)

    def __post_init__(self) -> None:
        """ConfigError for numbers that no sample can be read with."""
        for name, least in {"stride": 1, "buffer": 1}.items():
            if getattr(self, name) < least:
                raise ConfigError(f"data.{name} = {getattr(self, name)}: give {least} or more")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What one process takes in one step."""

    size: int
    """Side of the input, px"""
    window: int
    """Frames"""
    batch: int = 1
    """Clips"""
    seed: int = 0
    rank: int = 0
    """Of this process"""
    world: int = 1
    """Processes that share each step"""
    wish: Wish = field(default_factory=Wish)
    """What the net wants of a sample besides pictures and strokes"""


class Windows(Dataset[Sample]):
    """Samples at random access: one seek, and only the frames of the window are decoded."""

    def __init__(self, directories: Sequence[Location], config: DataConfig, shape: Shape) -> None:
        self.config, self.shape = config, shape
        self.index = windows.index(directories, shape.window, config.stride)

    def __len__(self) -> int:
        return len(self.index.clip_of)

    def __getitem__(self, pick: Pick) -> Sample:
        entry, places, rng_for = self._chosen(pick)
        try:
            return samples.make(entry, places, self.config.augment, self.shape.size, rng_for, self.shape.wish)
        except DataError as error:
            raise DataError(f"{error} (clip {entry.clip_id} in {entry.shard})") from error

    def stored(self, pick: Pick) -> list[bytes]:
        """JPEGs of the frames of a sample: what it takes longest to decode."""
        entry, places, _ = self._chosen(pick)
        return samples.stored(entry, places)

    def order(self, epoch: int) -> Int64[np.ndarray, " n"]:
        """Numbers of the windows as they come in an epoch."""
        rng = np.random.default_rng([self.shape.seed, epoch, crc32(b"order")])
        if self.config.order == "shuffled":
            return windows.shuffled(len(self), rng)
        shard_of = [self.index.clips[clip].shard for clip in self.index.clip_of]
        return windows.streamed(shard_of, self.config.buffer, rng)

    def choices(self, pick: Pick) -> RngFor:
        """One generator a decision."""
        return lambda name: np.random.default_rng([self.shape.seed, *pick, crc32(name.encode())])

    def _chosen(self, pick: Pick) -> tuple[Entry, Places, RngFor]:
        """Clip and frames of a sample, and its further choices."""
        entry, rng_for = self.index.clips[self.index.clip_of[pick.window]], self.choices(pick)
        return entry, windows.frames(entry.labelled, self.shape.window, self.config.stride, rng_for("frames")), rng_for


class Steps(Dataset[Batch]):
    """The batch of each step of one process, a function of settings, shards and the number of the step alone."""

    def __init__(self, samples: Windows) -> None:
        self.samples = samples
        self._epoch: tuple[int, Int64[np.ndarray, " n"]] | None = None

    def __getitem__(self, step: int) -> Batch:
        shape = self.samples.shape
        picks = [self._pick(i) for i in windows.step_samples(step, shape.batch, shape.rank, shape.world)]
        return batch([self.samples[pick] for pick in picks], _seed(shape.seed, picks[0]))

    def _pick(self, number: int) -> Pick:
        epoch, place = divmod(number, len(self.samples))
        if self._epoch is None or self._epoch[0] != epoch:
            self._epoch = epoch, self.samples.order(epoch)
        return Pick(epoch, int(self._epoch[1][place]))


def source(steps: Steps, start: int = 0, workers: int = 1) -> Iterator[Batch]:
    """Batches without end from that of step `start` on; 1 worker is this process, more are processes that read ahead.

    The batches do not depend on their number. DataError names the shard that cannot be read.
    """
    ahead = workers if workers > 1 else 0
    samples.keep_memory()
    loader = DataLoader(
        _Caught(steps),
        batch_size=None,
        sampler=itertools.count(start),
        num_workers=ahead,
        worker_init_fn=_settle if ahead else None,
        multiprocessing_context="spawn" if ahead else None,
    )
    with stopping.deaf():
        batches = iter(loader)
    for made in batches:
        if isinstance(made, StsError):
            raise made
        yield made


def batch(samples: Sequence[Sample], seed: int) -> Batch:
    """Samples of one shape together."""
    return Batch(
        video=_together([one.video for one in samples]),
        truth=_together([one.truth for one in samples]),
        valid=_together([one.valid for one in samples]),
        labelled=_together([one.labelled for one in samples]),
        clip_ids=tuple(one.clip_id for one in samples),
        seed=seed,
        layout=None if samples[0].layout is None else tuple(one.layout or () for one in samples),
    )


def _together(tensors: Sequence[torch.Tensor]) -> torch.Tensor:
    """Stacked; a single one is not copied."""
    return torch.stack(list(tensors)) if len(tensors) > 1 else tensors[0][None]


class _Caught(Dataset[Batch | StsError]):
    """Hands an error over as a value: a worker that raises makes many lines of it."""

    def __init__(self, steps: Steps) -> None:
        self.steps = steps

    def __getitem__(self, step: int) -> Batch | StsError:
        try:
            return self.steps[step]
        except StsError as error:
            return error


def _settle(_: int) -> None:
    """One thread a process; Ctrl-C is for the process that trains.

    At its end it leaves at once: a library that stops its threads then may abort, which would be told as an error.
    """
    atexit.register(os._exit, 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    torch.set_num_threads(1)
    run.settle()
    samples.keep_memory()


def _seed(seed: int, pick: Pick) -> int:
    return int(np.random.SeedSequence([seed, *pick]).generate_state(1)[0])
