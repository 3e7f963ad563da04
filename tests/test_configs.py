"""Every settings file that ships can be used."""

from pathlib import Path

import pytest

from sts import config
from synth.stage import RenderConfig

FOLDER = Path(__file__).parents[1] / "configs"
KINDS = {"synth": RenderConfig}


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.toml")), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_settings_file_loads_and_changes_something(path: Path) -> None:
    kind = KINDS[path.parent.name]
    assert config.load(kind, path) != kind()
