"""The directory of a training: its settings, its last checkpoints, and in the end the weights to use.

run.json says how it is made. step-0000500.pt and .safetensors are a checkpoint, whole when the second is there.
"""

import io
import json
import logging
from collections.abc import Mapping
from typing import Any

import torch

from model import checkpoints, weights
from model.trainer import NotFiniteError, Trainer
from sts import files, manifest
from sts.errors import DataError
from sts.files import Location

log = logging.getLogger(__name__)

NAME = "run.json"
OPTIMISER = ".pt"
RESULT = "net" + weights.SUFFIX
"""Of a finished run"""


def check(out: Location, settings: Mapping[str, Any]) -> None:
    """ConfigError if `out` holds a run that is made otherwise, naming what differs."""
    path = files.join(out, NAME)
    if files.exists(path):
        with files.reading(path) as file:
            manifest.refuse_other(out, json.loads(file.read()), settings, "a training")


def begin(out: Location, settings: Mapping[str, Any]) -> None:
    """Note how the run is made, once all that it needs is ready: from then on `check` refuses others."""
    path = files.join(out, NAME)
    if not files.exists(path):
        _write_json(path, settings)


def store(out: Location, trainer: Trainer) -> None:
    """Write a checkpoint, then drop those that are too old."""
    state = io.BytesIO()
    n_averaged = trainer.ema.n_steps if trainer.ema else 0
    torch.save({"optimiser": trainer.optimiser.state_dict(), "step": trainer.step, "n_averaged": n_averaged}, state)
    name = files.join(out, f"{checkpoints.STEP}{trainer.step:07d}")
    with files.replacing(name + OPTIMISER) as file:
        file.write(state.getbuffer())
    checkpoints.save(name + weights.SUFFIX, trainer.net, trainer.step, trainer.ema.mean if trainer.ema else None)
    for old in checkpoints.steps(out)[: -trainer.config.keep]:
        files.remove(files.join(out, old))
        files.remove(files.join(out, old.removesuffix(weights.SUFFIX) + OPTIMISER))


def resume(out: Location, trainer: Trainer) -> bool:
    """Go on from the last checkpoint; False where there is none. DataError for a damaged one."""
    names = checkpoints.steps(out)
    if not names:
        return False
    path = files.join(out, names[-1])
    try:
        _restore(path, trainer)
    except DataError as error:
        raise DataError(f"{error}; delete {path} to go on from the checkpoint before it") from error
    end = trainer.config.steps
    if trainer.step < end:
        log.info("%s: going on after step %d of %d", out, trainer.step, end)
    else:
        log.info("%s: finished, all %d steps were taken before", out, end)
    return True


def finish(out: Location, trainer: Trainer) -> None:
    """Write what a finished run is for, and say so: net.safetensors with LoRA merged in, and the adapter."""
    net = checkpoints.averaged(trainer.net, trainer.ema.mean if trainer.ema else {})
    dtype = torch.float16 if trainer.config.result == "fp16" else torch.float32
    result = files.join(out, RESULT)
    checkpoints.save_merged(result, net, trainer.step, dtype)
    checkpoints.save_adapter(files.join(out, "adapter" + weights.SUFFIX), net, trainer.step)
    log.info("the result is %s; next: python -m model.predict --in DIR --out DIR --weights %s", result, out)


def bad_batch(out: Location, error: NotFiniteError, rank: int) -> DataError:
    """Keep the ids of the clips that broke a run, and say what to do."""
    path = files.join(out, f"not-finite-{error.step:07d}.json")
    if rank == 0:
        values = {name: str(value) for name, value in error.values.items()}
        _write_json(path, {"step": error.step, "clips": error.clip_ids, "values": values})
    last = checkpoints.steps(out)[-1:] or ["none"]
    return DataError(
        f"{error}: not finite, so it was not taken; clips are in {path}, the last checkpoint is {last[0]}: look at the "
        "clips, lower optimiser.lr or raise optimiser.warmup in a new --out"
    )


def _restore(path: str, trainer: Trainer) -> None:
    beside = path.removesuffix(weights.SUFFIX) + OPTIMISER
    with files.reading(beside) as file:
        state = weights.unpickle(beside, file.read())
    mean = checkpoints.restore(trainer.net, path)
    try:
        trainer.optimiser.load_state_dict(state["optimiser"])
        trainer.step = state["step"]
        if trainer.ema:
            trainer.ema.restore(mean, state["n_averaged"])
    except (KeyError, ValueError, TypeError) as error:
        raise DataError(f"{beside} is no state of this optimiser: {error}") from error


def _write_json(path: Location, value: Mapping[str, Any]) -> None:
    with files.replacing(path) as file:
        file.write((json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode())
