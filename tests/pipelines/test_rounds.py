"""Rounds train on what annotators left, measure on clips that nobody trains on, and go on where they were stopped."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result

from model.train import main as train
from pipelines import steps
from pipelines.rounds import main
from sts import layers
from tests.annotate.editor import Editor
from tests.annotate.looping import digest
from tests.annotate.studio import RunningStudio
from tests.model import small_set
from tests.pipelines.test_round_plan import noisy

MICRO = """
steps = 2
window = 2
pictures_every = 0
board = false

[{table}net]
class = "model.sam2text.net:SAM2Text"
size = "micro"
lora = {{rank = 0}}
train = {{trunk = true, neck = true, prompt_encoder = true}}
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four clips to annotate and two frozen ones, from other videos, and a net that has seen two steps."""
    folder = tmp_path_factory.mktemp("rounds")
    small_set.write(folder / "pool", [noisy(i, "aaaaaaaa") for i in range(4)])
    small_set.write(folder / "frozen", [noisy(i, "bbbbbbbb") for i in (4, 5)])
    (folder / "micro.toml").write_text(MICRO.format(table=""))
    options = ["--in", folder / "pool", "--out", folder / "weights", "--config", folder / "micro.toml"]
    assert CliRunner().invoke(train, [*map(str, options)]).exit_code == 0
    return folder


def configured(place: Path, **settings: Any) -> Path:
    """A settings file of its own; the net finds next to nothing yet, so that pre-labels are empty."""
    file = place / f"{uuid4().hex}.toml"
    own = {"frozen": str(place / "frozen"), "shares": [0.5, 1.0], "draws": 20, **settings}
    first, _, rest = MICRO.format(table="train.").partition("\n[")
    file.write_text(f"{steps.toml(own)}[train]\n{first}\n[{rest}")
    return file


def rounds(place: Path, out: Path, *more: str, config: Path | None = None) -> Result:
    given = ["--in", place / "pool", "--out", out, "--weights", place / "weights"]
    given += ["--config", config] if config else []
    return CliRunner().invoke(main, [*map(str, given), *more])


def fails(result: Result) -> str:
    """The one line of an error."""
    assert result.exit_code == 1, result.output
    (line,) = [line for line in result.output.splitlines() if line.startswith("error: ")]
    return line


@pytest.mark.slow
def test_rounds_of_a_simulated_annotator(place: Path, tmp_path: Path) -> None:
    config, out, truth = (
        configured(place, strategy="prelabel", steps=[2, 3]),
        tmp_path / "out",
        ("--truth", str(place / "pool")),
    )
    first = rounds(place, out, *truth, "--n", "1", config=config)
    assert first.exit_code == 0, first.output
    assert [path.name for path in sorted(out.glob("round-*"))] == ["round-0"]
    before = digest(out / "round-0")

    whole = rounds(place, out, *truth, config=config)
    assert whole.exit_code == 0, whole.output
    assert digest(out / "round-0") == before
    made = [json.loads((out / name / "round.json").read_text()) for name in ("start", "round-0", "round-1")]
    assert [len(one["clips"]) for one in made] == [0, 2, 2]
    assert set(made[1]["clips"]) | set(made[2]["clips"]) == {f"clip-{i}" for i in range(4)}
    for name, n, last in (("round-0", 2, 2), ("round-1", 4, 3)):
        assert (out / name / "train" / f"step-{last:07d}.safetensors").exists()
        trained = list(layers.read(out / name / "dataset" / "train", pictures=False))
        assert len(trained) == n
        assert {one.source for clip in trained for frame in clip.frames for one in frame.instances} == {"human"}
    assert not made[0]["better"]
    for one in made[1:]:
        assert one["work"]["frames"] == 4
        assert one["work"]["seconds"] > 0
        assert set(one["scores"]) == set(one["better"]) == {"fgiou", "fgiou_tolerant_1px", "seconds", "touched"}
    for name in ("start", "round-0", "round-1"):
        assert name in whole.output
    assert "draws was 20 and is now 30" in fails(rounds(place, out, *truth, config=configured(place, draws=30)))


def test_clips_that_the_frozen_set_knows_stop_the_rounds_before_anything_is_made(place: Path, tmp_path: Path) -> None:
    config = configured(place, frozen=str(place / "pool"))
    assert "is not apart from the frozen" in fails(rounds(place, tmp_path, config=config))
    assert not any(tmp_path.iterdir())


def test_a_round_without_a_recipe_of_its_training_is_one_line(place: Path, tmp_path: Path) -> None:
    assert "[train] is missing" in fails(rounds(place, tmp_path))


def test_a_frozen_set_that_is_not_there_is_one_line(place: Path, tmp_path: Path) -> None:
    assert "nowhere does not exist" in fails(rounds(place, tmp_path, config=configured(place, frozen="nowhere")))


def test_two_sets_of_clips_are_refused(place: Path, tmp_path: Path) -> None:
    assert "give one --in" in fails(rounds(place, tmp_path, "--in", str(place / "frozen"), config=configured(place)))


@pytest.fixture
def studio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningStudio]:
    server = RunningStudio(out=tmp_path / "labelstudio")
    server.start()
    monkeypatch.setenv("LABEL_STUDIO_URL", server.url)
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", server.token)
    yield server
    server.stop()


@pytest.mark.server
def test_a_round_waits_for_people_and_goes_on_when_all_windows_are_done(
    place: Path, tmp_path: Path, studio: RunningStudio
) -> None:
    config, out = configured(place, push={"documents": str(studio.files), "window": 8}), tmp_path / "out"
    waiting = rounds(place, out, "--n", "1", config=config)
    assert waiting.exit_code == 0, waiting.output
    assert "2 of 2 windows of round-0 are to be annotated" in waiting.output
    assert not (out / "round-0" / "dataset").exists()
    project = json.loads((out / "round-0" / "push" / "push.json").read_text())["project"]
    editor = Editor(url=studio.url, token=studio.token, project_id=project)
    one, other = sorted(editor.tasks())
    editor.submit(one)
    assert "1 of 2 windows of round-0" in rounds(place, out, "--n", "1", config=config).output
    editor.submit(other)
    done = rounds(place, out, "--n", "1", config=config)
    assert done.exit_code == 0, done.output
    made = json.loads((out / "round-0" / "round.json").read_text())
    assert made["work"] == {"frames": 4, "seconds": 25.0, "touched": 0}
    assert made["layers"] == ["round-0/human/by/admin@localhost"]
    assert len(list(layers.read(out / "round-0" / "dataset" / "train", pictures=False))) == 2
