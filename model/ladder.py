"""The ladder of an ablation: nets that each add one part of SAM2Text to the one before."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Any, Literal, get_args

from model.sam2text.config import NetConfig
from model.trainer import TrainConfig
from sts import config
from sts.errors import ConfigError

Rung = Literal["given", "baseline", "lora", "prompting", "scales", "memory"]
RUNGS: tuple[Rung, ...] = get_args(Rung)
"""From the first weights as they are, over plain SAM2.1 trained further, to the whole net"""
OFF: dict[str, dict[str, Any]] = {
    "lora": {"rank": 0},
    "prompting": {"tokens": 0},
    "scales": {"finest": 1},
    "memory": {"recent": 6, "retrieved": 0, "first_pinned": True},
}
"""Settings of SAM2.1 in place of each part, in the order in which the paper adds them"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AblateConfig(TrainConfig):
    """Settings of `model.ablate`: those of `model.train`, equal for all trainings; `net` is that of the last rung.

    `seed` is that of the first training of each rung; the others count up.
    """

    rungs: tuple[Rung, ...] = RUNGS
    """`given` is not trained; the others add the part of their name to the one before"""
    seeds: int = 3
    """Trainings of each rung"""

    def __post_init__(self) -> None:
        """ConfigError for a ladder that compares nothing."""
        TrainConfig.__post_init__(self)
        if self.seeds < 2 or len(self.chosen) < 2:
            raise ConfigError(
                f"seeds = {self.seeds}, rungs = {list(self.chosen)}: give two or more of each, else nothing is compared"
            )
        nets = [(rung, _config(net(self, rung))) for rung in self.chosen if rung != "given"]
        for (before, plain), (rung, more) in pairwise(nets):
            if plain == more:
                raise ConfigError(f"rungs {before} and {rung} are the same net: what they differ by is off in net")
        if nets[-1][1].train.trunk:
            raise ConfigError("net.train.trunk = true: the ladder keeps the trunk of --weights, else LoRA says nothing")

    @property
    def chosen(self) -> tuple[Rung, ...]:
        """The rungs from the first to the last."""
        return tuple(rung for rung in RUNGS if rung in self.rungs)


def net(settings: AblateConfig, rung: Rung) -> dict[str, Any]:
    """The net of a rung, for `nets.build`: parts of later rungs are off."""
    later = list(OFF)[max(RUNGS.index(rung) - 1, 0) :]
    return {**settings.net, **{part: OFF[part] for part in later}}


def training(settings: AblateConfig, rung: Rung, seed: int) -> TrainConfig:
    """Settings of one training."""
    shared = {field.name: getattr(settings, field.name) for field in fields(TrainConfig)}
    return TrainConfig(**{**shared, "net": net(settings, rung), "seed": seed})


def _config(table: Mapping[str, Any]) -> NetConfig:
    return config.from_dict(NetConfig, {key: value for key, value in table.items() if key != "class"}, where="net")
