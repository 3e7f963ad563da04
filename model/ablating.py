"""Trains every rung of a ladder, predicts the held-out clips with it, and has them scored."""

import json
import logging
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from torch import distributed

from model import checkpoints, ladder, nets, predicting, runs, training, windows
from model.ladder import AblateConfig, Rung
from model.predicting import PredictConfig
from model.training import Job
from sts import config, files, manifest
from sts.errors import ConfigError, DataError
from sts.files import Location

log = logging.getLogger(__name__)

Scores = Mapping[str, float]
"""By name, as benchmarks.evaluate has them"""
EVALUATE = "benchmarks.evaluate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """What is compared, on what, and from where."""

    config: AblateConfig
    inputs: tuple[Location, ...]
    """Finished directories to train on"""
    truth: Location
    """Finished directory to be judged on"""
    weights: Location
    """File or run of plain SAM2.1, which every training begins with"""


def ablate(study: Study, out: Location, workers: str = "1") -> dict[str, list[Scores]]:
    """Scores of every rung, one a training; what is there from a call before is not made again.

    ConfigError if `out` holds an ablation with other settings; more rungs and more seeds may be asked for.
    """
    _check(study)
    identity = _identity(study, out)
    runs.check(out, identity)
    runs.begin(out, identity)
    return {
        rung: [_run(study, rung, seed, out, workers) for seed in _seeds(study, rung)] for rung in study.config.chosen
    }


def _check(study: Study) -> None:
    """ConfigError or DataError for clips without labels or weights not of plain SAM2.1, before anything is written."""
    if not study.weights:
        raise ConfigError(
            "an ablation needs --weights of plain SAM2.1, as LoRA on a random trunk means nothing: give an official "
            "file, or the --out of a training with configs/model/nano_plain.toml"
        )
    if distributed.is_torchelastic_launched():
        raise ConfigError("an ablation trains in one process: start it without torchrun")
    windows.index(study.inputs, window=1, max_stride=1)
    checkpoints.load(nets.build(ladder.net(study.config, "given")), study.weights)


def _identity(study: Study, out: Location) -> dict[str, Any]:
    """What must be the same for an ablation to go on."""
    settings = config.to_dict(study.config)
    return {
        "command": "model.ablate",
        "config": {key: value for key, value in settings.items() if key not in ("rungs", "seeds")},
        "inputs": manifest.lineage(out, study.inputs),
        "truth": manifest.lineage(out, (study.truth,)),
        "weights": files.sha256(checkpoints.find(study.weights)),
    }


def _seeds(study: Study, rung: Rung) -> range:
    """Seeds of the trainings; what is not trained has no luck and comes once."""
    return range(study.config.seed, study.config.seed + (1 if rung == "given" else study.config.seeds))


def _run(study: Study, rung: Rung, seed: int, out: Location, workers: str) -> Scores:
    place = files.join(out, f"{rung}/{seed}")
    scores = files.join(place, "scores")
    if not files.exists(files.join(scores, "scores.json")):
        log.info("rung %s, seed %d: %s", rung, seed, place)
        predicted = files.join(place, "predict")
        if rung == "given":
            settings, weights = _as_given(study), study.weights
        else:
            settings, weights = PredictConfig(), _trained(study, rung, seed, files.join(place, "run"), workers)
        predicting.predict(settings, study.truth, predicted, str(weights), workers)
        _evaluate(study.truth, predicted, scores, workers)
    return _read(files.join(scores, "scores.json"))


def _as_given(study: Study) -> PredictConfig:
    """The net of the first weights, which may not say theirs."""
    settings = {key: value for key, value in ladder.net(study.config, "given").items() if key != "class"}
    return PredictConfig(segmenter={**PredictConfig().segmenter, "net": settings})


def _trained(study: Study, rung: Rung, seed: int, out: Location, workers: str) -> Location:
    """Weights after all steps."""
    settings = ladder.training(study.config, rung, seed)
    training.train(Job(config=settings, inputs=study.inputs, weights=study.weights), out, workers=workers)
    return files.join(out, runs.RESULT)


def _evaluate(truth: Location, predicted: Location, out: Location, workers: str) -> None:
    """Score in a process of its own, since packages do not import each other. DataError with its last line."""
    options = {"--truth": truth, "--in": predicted, "--out": out, "--workers": workers}
    command = [sys.executable, "-m", EVALUATE, *(str(word) for pair in options.items() for word in pair)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["without a message"])[-1]
        raise DataError(f"{EVALUATE} of {predicted}: {last.removeprefix('error: ')}")


def _read(path: Location) -> Scores:
    with files.reading(path) as file:
        (prediction,) = json.loads(file.read())["predictions"]
    return {name: one["value"] for name, one in prediction["scores"].items() if one["value"] is not None}
