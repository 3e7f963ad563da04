"""Runs rounds: each labels some more clips, trains on all so far, and is measured on clips that nobody trains on."""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipelines import round_people, round_plan, round_scores, steps, studio_process
from pipelines.round_people import Labelled, Waiting
from pipelines.round_plan import RoundsConfig
from pipelines.round_scores import Round
from pipelines.steps import Call
from sts import config, files, layers, manifest
from sts.errors import ConfigError
from sts.files import Location
from sts.wording import counted

log = logging.getLogger(__name__)

RECORD = "rounds.json"
START = "start"


def rounds(settings: RoundsConfig, sources: tuple[str, str, str], out: Location, workers: str) -> "Rounds":
    """`sources` are the clips to annotate, their truth or "", and the weights to begin with."""
    pool, truth, weights = sources
    place = files.local(out)
    if not settings.train:
        raise ConfigError("[train] is missing: --config says how a round trains, see configs/rounds/signs.toml")
    if place is None:
        raise ConfigError(f"--out {out}: rounds run on this machine; give a directory")
    return Rounds(
        settings=settings,
        pool=_absolute(pool),
        truth=truth and _absolute(truth),
        frozen=_absolute(settings.frozen),
        weights=_absolute(weights) if files.exists(weights) else weights,
        project=Path(place).resolve(),
        workers=workers,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounds:
    """All rounds into one project directory."""

    settings: RoundsConfig
    pool: str
    """Clips to annotate; absolute, as are all paths here but for those in the project"""
    truth: str
    """Their true labels for simulated annotators; "" for people in Label Studio"""
    frozen: str
    weights: str
    """To begin with"""
    project: Path
    workers: str

    def run(self, n: int | None = None) -> tuple[list[Round], Waiting | None]:
        """The first `n` rounds as far as they have ended, and what the next one waits for where people annotate."""
        self._refuse_other()
        ids = [clip.clip_id for clip in layers.read(self.pool, pictures=False)]
        portions = round_plan.portions(ids, self.settings)
        with studio_process.stoppable():
            return self._run(portions[:n])

    def _run(self, portions: Sequence[tuple[str, ...]]) -> tuple[list[Round], Waiting | None]:
        done = [self._start()]
        for number, clips in enumerate(portions):
            there = round_scores.read(self.project / f"round-{number}")
            if there is not None and there.clips != clips:
                raise ConfigError(f"{self.project}/round-{number} has other clips: `shares` of rounds that ended stay")
            labelled = there or self._labelled(number, clips)
            if isinstance(labelled, Waiting):
                return done, labelled
            done.append(labelled if isinstance(labelled, Round) else self._round(number, clips, labelled, done))
        return done, None

    def _refuse_other(self) -> None:
        """ConfigError for a project directory of other rounds; more `shares` extend it."""
        inputs = manifest.lineage(self.project, [self.pool, self.frozen, *([self.truth] if self.truth else [])])
        settled = {
            **config.to_dict(self.settings),
            "shares": None,
            "steps": None,
            "weights": self.weights,
            "inputs": inputs,
        }
        path = self.project / RECORD
        if path.exists():
            before = json.loads(path.read_text(encoding="utf-8"))
            manifest.refuse_other(self.project, before, settled, holds="rounds")
            return
        round_plan.check_apart(self.frozen, self.pool, self.workers)
        with files.replacing(path) as file:
            file.write((json.dumps(settled, indent=2, ensure_ascii=False) + "\n").encode())

    def _start(self) -> Round:
        """What the weights are worth that the first round begins with."""
        place = self.project / START
        return round_scores.read(place) or self._measured(Round(name=START), self.weights, None)

    def _labelled(self, number: int, clips: Sequence[str]) -> Labelled | Waiting:
        """Pre-labels by the weights of the round before, and what annotators made of them."""
        place = f"round-{number}"
        log.info("%s: %s to annotate", place, counted(len(clips), "clip"))
        round_plan.choose(self.pool, clips, self.project / place / "chosen")
        self._predict(f"{place}/chosen", f"{place}/prelabels", self._weights(number - 1))
        if self.truth:
            return round_people.simulated(self.settings, self.project, place, self.truth, self.workers)
        return round_people.people(self.settings, self.project, place, number)

    def _round(self, number: int, clips: tuple[str, ...], labelled: Labelled, done: Sequence[Round]) -> Round:
        """Trains on all labels so far."""
        place = f"round-{number}"
        made = (*(layer for one in done for layer in one.layers), *labelled.layers)
        self._step("pipelines.build", made, f"{place}/dataset", settings={"val": 0.0, "test": 0.0})
        trained = f"{place}/dataset/train"
        round_plan.check_apart(self.frozen, str(self.project / trained), self.workers)
        options = {"weights": self._weights(number - 1)}
        self._step("model.train", (trained,), f"{place}/train", settings=self.settings.trained(number), options=options)
        one = Round(name=place, clips=clips, layers=labelled.layers, work=labelled.work)
        return self._measured(one, self._weights(number), done[-1].name)

    def _measured(self, one: Round, weights: str, before: str | None) -> Round:
        """The round with figures of its weights on the frozen set, which end it."""
        found, scores, effort = (f"{one.name}/{name}" for name in ("frozen", "scores", "effort"))
        self._predict(self.frozen, found, weights)
        shown = (found,) if before is None else (found, f"{before}/frozen")
        self._step("benchmarks.evaluate", shown, scores, options={"truth": self.frozen}, settings=self._bootstrap())
        round_people.simulate(self.settings, self.project, (found, self.frozen), effort, self.workers)
        values, better = round_scores.scored(self.project / scores)
        layer, last = (None if name is None else self.project / name / "effort/labels" for name in (one.name, before))
        assert layer is not None
        bootstrap = (self.settings.seed, self.settings.draws, self.settings.level)
        costs, less = round_scores.effort(layer, last, self.settings.simulated().costs, bootstrap)
        return round_scores.write(self.project / one.name, replace(one, scores=values | costs, better=better | less))

    def _weights(self, number: int) -> str:
        """Those that the round of this number trained."""
        return self.weights if number < 0 else f"round-{number}/train"

    def _bootstrap(self) -> dict[str, Any]:
        table = {"seed": self.settings.seed, "draws": self.settings.draws, "level": self.settings.level}
        return {**table, "metrics": ["benchmarks.metrics.pixels:Pixels"]}

    def _predict(self, source: str, out: str, weights: str) -> None:
        self._step("model.predict", (source,), out, options={"weights": weights}, settings=self.settings.predict)

    def _step(
        self,
        verb: str,
        inputs: Sequence[str],
        out: str,
        *,
        options: Mapping[str, str] | None = None,
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        """One verb of ours as a child; what it says is in `logs`."""
        log.info("%s: %s", verb, out)
        call = Call(verb=verb, inputs=tuple(inputs), out=out, options=options or {}, settings=settings or {})
        steps.run(call, self.project, out.replace("/", "-"), workers=self.workers)


def _absolute(location: str) -> str:
    """As it is named in any directory."""
    place = files.local(location)
    return location if place is None or not location else str(Path(place).resolve())
