"""The command on small clips with the smallest net: two rungs, two seeds, two steps; real training and real scores."""

import json
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner, Result

from model import checkpoints, ladder, nets
from model.ablate import main
from model.ladder import AblateConfig
from tests.model.small_set import clip, write

NET = {"class": "model.sam2text.net:SAM2Text", "size": "micro"}
SETTINGS = """steps = 2
seeds = 2
window = 2
board = false
rungs = ["given", "lora"]
net = {class = "model.sam2text.net:SAM2Text", size = "micro"}
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Clips to learn from and to be judged on, weights of plain SAM2, settings."""
    folder = tmp_path_factory.mktemp("ablate")
    write(folder / "train", [clip(0), clip(1)])
    write(folder / "truth", [clip(2), clip(3)])
    write(folder / "unlabelled", [clip(4, labelled=[False] * 10)])
    plain = nets.build(ladder.net(AblateConfig(net=NET), "given"))
    torch.save({"model": nets.module(plain).state_dict()}, folder / "plain.pt")  # as SAM2's own files are
    checkpoints.save(folder / "whole.safetensors", nets.build(NET), 0)
    (folder / "ablate.toml").write_text(SETTINGS, encoding="utf-8")
    return folder


def run(place: Path, *more: str, out: str = "out", weights: str = "plain.pt", train: str = "train") -> Result:
    command = ["--in", f"{place}/{train}", "--truth", f"{place}/truth", "--out", f"{place}/{out}"]
    given = ["--config", f"{place}/ablate.toml", "--weights", f"{place}/{weights}"]
    return CliRunner().invoke(main, [*command, *given, *more])


@pytest.fixture(scope="module")
def first(place: Path) -> Result:
    return run(place)


@pytest.mark.slow
def test_the_table_has_a_row_a_rung_and_a_score_a_seed(place: Path, first: Result) -> None:
    assert first.exit_code == 0, first.output
    rows = json.loads((place / "out" / "ablation.json").read_text(encoding="utf-8"))
    assert [row["rung"] for row in rows] == ["given", "lora"]
    assert [len(row["scores"]["fgiou"]["by seed"]) for row in rows] == [1, 2]
    assert list(rows[1]["difference"]) == ["fgiou", "f_global", "flicker_8", "vc_8"]
    assert "| lora |" in first.output
    assert (place / "out" / "ablation.md").read_text(encoding="utf-8") in first.output


@pytest.mark.slow
def test_every_training_says_its_settings(place: Path, first: Result) -> None:
    assert first.exit_code == 0
    for seed in (123, 124):
        said = json.loads((place / "out" / "lora" / str(seed) / "run" / "run.json").read_text(encoding="utf-8"))
        assert said["config"]["seed"] == seed
        assert said["config"]["net"]["lora"]["rank"] == 16
        assert said["config"]["net"]["prompting"]["tokens"] == 0


@pytest.mark.slow
def test_finished_trainings_are_not_repeated(place: Path, first: Result) -> None:
    assert first.exit_code == 0
    before = {path: path.stat().st_mtime_ns for path in (place / "out").glob("*/*/**/*") if path.is_file()}
    (place / "out" / "lora" / "124" / "scores" / "scores.json").unlink()
    assert run(place).output.splitlines()[-1:] == first.output.splitlines()[-1:]
    again = {path for path, time in before.items() if path.stat().st_mtime_ns != time}
    assert {path.relative_to(place / "out").parts[:2] for path in again} == {("lora", "124")}


@pytest.mark.slow
def test_another_ablation_in_the_same_place_is_refused(place: Path, first: Result) -> None:
    assert first.exit_code == 0
    for words, told in {
        "config.seed was 123 and is now 5": run(place, "--seed", "5"),
        "truth.../train/manifest.json was None": run(place, "--truth", f"{place}/train"),
    }.items():
        assert told.exit_code == 1
        assert words in told.output.splitlines()[-1]


def test_what_cannot_be_compared_is_one_line(place: Path) -> None:
    whole = run(place, out="none", weights="whole.safetensors")
    cases = {
        "lora.rank = 16 (here 0)": whole,
        "whole.safetensors does not fit this SAM2Text of size micro: it was trained with ": whole,
        "none.safetensors": run(place, out="none", weights="none.safetensors"),
        "leave --n out": run(place, "--n", "1"),
        "no labelled frame to learn from": run(place, out="none", train="unlabelled"),
        "nowhere": run(place, "--in", f"{place}/nowhere", out="none"),
        "an ablation needs --weights": CliRunner().invoke(main, ["--config", f"{place}/ablate.toml"]),
    }
    for words, told in cases.items():
        assert told.exit_code == 1
        assert words in told.output.splitlines()[-1]
    assert not (place / "none").exists()
