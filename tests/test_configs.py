"""Every settings file that ships can be used."""

from pathlib import Path

import pytest

from model.predicting import PredictConfig
from model.trainer import TrainConfig
from pipelines.recipes import RecipeConfig
from pipelines.round_plan import RoundsConfig
from realv.prelabelling import PrelabelConfig
from sts import config
from synth.stage import RenderConfig

FOLDER = Path(__file__).parents[1] / "configs"
KINDS = {
    "model": TrainConfig,
    "predict": PredictConfig,
    "realv": PrelabelConfig,
    "recipes": RecipeConfig,
    "rounds": RoundsConfig,
    "synth": RenderConfig,
}


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.toml")), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_settings_file_loads_and_changes_something(path: Path) -> None:
    kind = KINDS[path.parent.name]
    assert config.load(kind, path) != kind()


def test_the_settings_in_the_documents_load(tmp_path: Path) -> None:
    text = (FOLDER.parent / "docs" / "rendering.md").read_text(encoding="utf-8")
    (tmp_path / "example.toml").write_text(text.split("```toml\n")[1].split("```")[0], encoding="utf-8")
    assert config.load(RenderConfig, tmp_path / "example.toml").frames == 48
    networks = text.split("## Networks by path")[1].split("```toml\n")[1].split("```")[0]
    (tmp_path / "networks.toml").write_text(networks, encoding="utf-8")
    assert config.load(RenderConfig, tmp_path / "networks.toml").surfaces.flow == "models/raft.onnx"
