"""Which net each rung trains, and ladders that would compare nothing."""

from typing import Any

import pytest

from model import ladder
from model.ladder import RUNGS, AblateConfig
from model.sam2text.config import LoraConfig, MemoryConfig, NetConfig, PromptingConfig, ScalesConfig
from model.trainer import TrainConfig
from sts import config
from sts.errors import ConfigError

NET = {"class": "model.sam2text.net:SAM2Text", "size": "micro"}
SAM2 = NetConfig(
    size="micro",
    lora=LoraConfig(rank=0),
    prompting=PromptingConfig(tokens=0),
    scales=ScalesConfig(finest=1),
    memory=MemoryConfig(recent=6, retrieved=0, first_pinned=True),
)


def nets(**settings: Any) -> dict[str, NetConfig]:
    given = AblateConfig(net={**NET, **settings})
    tables = {rung: ladder.net(given, rung) for rung in RUNGS}
    return {
        rung: config.from_dict(NetConfig, {k: v for k, v in table.items() if k != "class"})
        for rung, table in tables.items()
    }


def test_each_rung_adds_the_part_of_its_name_to_plain_sam2() -> None:
    found, whole = nets(), NetConfig(size="micro")
    assert found["given"] == found["baseline"] == SAM2
    assert found["memory"] == whole
    plain, full = config.to_dict(SAM2), config.to_dict(whole)
    for rung, part in zip(RUNGS[2:], ("lora", "prompting", "scales", "memory"), strict=True):
        plain[part] = full[part]
        assert config.to_dict(found[rung]) == plain, rung


def test_a_part_has_the_settings_of_the_last_rung_from_its_own_rung_on() -> None:
    found = nets(lora={"rank": 4}, memory={"recent": 3})
    assert [one.lora.rank for one in found.values()] == [0, 0, 4, 4, 4, 4]
    assert [one.memory.recent for one in found.values()] == [6, 6, 6, 6, 6, 3]


def test_trainings_differ_in_net_and_seed_only() -> None:
    settings = AblateConfig(net=NET, steps=7, batch=3)
    one = ladder.training(settings, "lora", 5)
    assert (one.steps, one.batch, one.seed) == (7, 3, 5)
    assert type(one) is TrainConfig
    assert one.net == ladder.net(settings, "lora")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"seeds": 1}, "seeds = 1"),
        ({"rungs": ("lora",)}, r"rungs = \['lora'\]"),
        ({"steps": 0}, "steps = 0"),
        ({"net": {**NET, "lora": {"rank": 0}}}, "rungs baseline and lora are the same net"),
        ({"net": {**NET, "train": {"trunk": True}}}, "train.trunk = true"),
        ({"net": {**NET, "scale": {}}}, "unknown key scale; did you mean scales"),
    ],
)
def test_a_ladder_that_compares_nothing_is_one_line(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        AblateConfig(**{"net": NET, **given})
