"""Trains a net on clips from shards: steps, checkpoints, and going on where a run was stopped."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from model import checkpoints, data, nets, runs, stopping, team, telemetry, weights
from model.protocols import Batch, Net, wish
from model.team import Team
from model.trainer import NotFiniteError, TrainConfig, Trainer
from sts import config, files, manifest
from sts.errors import ConfigError
from sts.files import Location

log = logging.getLogger(__name__)

Source = Callable[[int], Iterable[Batch]]
"""Batches of this process without end, from that of a step on"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is trained, on what, and from where."""

    config: TrainConfig
    inputs: tuple[Location, ...]
    """Finished directories of shards"""
    weights: Location | None = None
    """File or run to begin with; None begins with random weights"""


def train(job: Job, out: Location, *, n: int | None = None, workers: str = "1") -> None:
    """Train, or go on with the run in `out`; see `fit`."""
    ahead = _workers(workers)
    with team.joined() as members:
        torch.manual_seed(job.config.seed)
        net = nets.build(job.config.net)
        identity = _identity(job, net, out, members)
        runs.check(out, identity)
        if not checkpoints.steps(out):
            begin(net, job.weights)
        trainer = Trainer(net, job.config, members)
        runs.resume(out, trainer)
        steps = data.Steps(data.Windows(job.inputs, job.config.data, _shape(trainer)))
        if members.rank == 0:
            runs.begin(out, identity)
        fit(trainer, lambda start: data.source(steps, start, ahead), out, n)


def fit(trainer: Trainer, source: Source, out: Location, n: int | None = None) -> None:
    """Take the steps that are missing, `n` at most, and keep checkpoints in `out`; a finished run gets its results.

    DataError for a loss that is not finite. KeyboardInterrupt after a signal, when the step in work is saved.
    """
    settings, leads = trainer.config, trainer.team.rank == 0
    end = settings.steps if n is None else min(settings.steps, trainer.step + n)
    batches = iter(source(trainer.step)) if trainer.step < end else iter(())
    with telemetry.reporting(out, trainer, end) as report, stopping.listening() as stop:
        while trainer.step < end:
            report(*_advance(trainer, next(batches), out))
            stopped = trainer.team.any(stop.asked)
            if leads and (stopped or trainer.step == end or trainer.step % settings.checkpoint_every == 0):
                runs.store(out, trainer)
            if stopped:
                log.warning("stopped after step %d of %d; it is saved in %s", trainer.step, settings.steps, out)
                raise KeyboardInterrupt
    if leads and trainer.step == settings.steps:
        runs.finish(out, trainer)
    elif leads:
        log.info(
            "%s: %d of %d steps are taken and saved, as --n %d ends here; the same command goes on",
            out,
            trainer.step,
            settings.steps,
            n,
        )


def _advance(trainer: Trainer, batch: Batch, out: Location) -> tuple[Batch, dict[str, float]]:
    try:
        return batch, trainer.advance(batch)
    except NotFiniteError as error:
        raise runs.bad_batch(out, error, trainer.team.rank) from error


def begin(net: Net, given: Location | None) -> None:
    """Take the first weights. ConfigError where most of the net would stay random for ever."""
    if given is not None:
        checkpoints.initialise(net, given)
        return
    parameters = list(nets.module(net).parameters())
    n_all, n_frozen = (sum(p.numel() for p in group) for group in (parameters, filter(_is_frozen, parameters)))
    if n_frozen > n_all / 2:
        raise ConfigError(
            f"{n_frozen:,} of {n_all:,} weights do not train and would stay random: give --weights, such as one of "
            f"{', '.join(weights.OFFICIAL.values())} from {weights.ADDRESS}, or let all parts of the net train"
        )


def _is_frozen(parameter: nn.Parameter) -> bool:
    return not parameter.requires_grad


def _identity(job: Job, net: Net, out: Location, members: Team) -> dict[str, Any]:
    """What must be the same for a run to go on."""
    return {
        "command": "model.train",
        "config": {**config.to_dict(job.config), "net": nets.table(net)},
        "inputs": manifest.lineage(out, job.inputs),
        "weights": "" if job.weights is None else files.sha256(checkpoints.find(job.weights)),
        "processes": members.size,
    }


def _shape(trainer: Trainer) -> data.Shape:
    settings, members = trainer.config, trainer.team
    return data.Shape(
        size=trainer.net.image_size,
        window=settings.window,
        batch=settings.batch,
        seed=settings.seed,
        rank=members.rank,
        world=members.size,
        wish=wish(trainer.net),
    )


def _workers(given: str) -> int:
    if not given.isdigit() or int(given) < 1:
        raise ConfigError(f"--workers {given}: training reads with processes of this machine; give a number from 1")
    return int(given)
