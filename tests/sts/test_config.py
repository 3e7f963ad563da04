from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Literal

import pytest

from sts import config
from sts.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    kind: Literal["film", "sensor"]
    strength: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    frames: int = 30
    fps: Fraction = Fraction(30000, 1001)
    size: tuple[int, int] = (1280, 720)
    names: tuple[str, ...] = ()
    noise: Noise | None = None
    blur: float | None = None
    cache: Path | None = None
    segmenter: dict[str, object] = field(default_factory=dict)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "render.toml"


def test_the_file_beats_the_defaults_and_an_option_beats_the_file(path: Path) -> None:
    path.write_text("frames = 4\nblur = 2\n[noise]\nkind = 'film'\n")
    settings = config.load(Settings, path, frames=8, blur=None)
    assert settings == Settings(frames=8, blur=2.0, noise=Noise(kind="film"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("frame = 4", "unknown key frame; did you mean frames?"),
        ("[noise]\nkind = 'film'\nstrenght = 2", "unknown key noise.strenght; did you mean noise.strength?"),
        ("bogus = 1", "unknown key bogus; the keys are frames, "),
        ("[noise]\nstrength = 2", "key noise.kind is missing"),
        ("frames = 'ten'", "frames must be a whole number, not 'ten'"),
        ("frames = true", "frames must be a whole number, not True"),
        ("size = [1]", "size must be a list of 2"),
        ("names = [1]", r"names\[0\] must be a string, not 1"),
        ("[noise]\nkind = 'grain'", "noise.kind must be one of 'film', 'sensor', not 'grain'"),
        ("fps = '30/0'", "fps must be a fraction"),
        ("noise = 3", "noise must be a table, not 3"),
        ("frames =", "is not TOML"),
    ],
)
def test_a_wrong_setting_is_one_line_with_file_and_key(path: Path, text: str, said: str) -> None:
    path.write_text(text)
    with pytest.raises(ConfigError, match=said) as caught:
        config.load(Settings, path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_settings_file_that_is_not_there_is_named(path: Path) -> None:
    with pytest.raises(ConfigError, match=r"render\.toml: No such file"):
        config.load(Settings, path)


def test_json_gives_the_same_settings_back() -> None:
    settings = Settings(noise=Noise(kind="sensor"), cache=Path("a/b"), names=("ä",), segmenter={"class": "x:Y"})
    assert config.from_json(Settings, config.to_json(settings)) == settings


def test_json_is_canonical() -> None:
    assert config.to_json(Noise(kind="film")) == '{"kind":"film","strength":1.0}'
    assert config.digest({"b": 1, "a": 2}) == config.digest({"a": 2, "b": 1})
    assert config.digest(Settings()) != config.digest(Settings(frames=31))
