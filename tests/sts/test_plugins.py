from pathlib import Path

import pytest

from sts import plugins
from sts.errors import PluginError
from sts.protocols import Labeler

SOURCE = """
from dataclasses import dataclass

@dataclass(frozen=True)
class Sleeper:
    depth: int = 1
    names: tuple[str, ...] = ()

    def label(self, clip):
        return clip

class Plain:
    def __init__(self, depth):
        self.depth = depth

    def label(self, clip):
        return clip
"""


@pytest.fixture(autouse=True)
def a_plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a_plugin.py").write_text(SOURCE)
    (tmp_path / "hungry_plugin.py").write_text("import flour")
    monkeypatch.syspath_prepend(tmp_path)


def test_a_class_is_named_by_its_import_path() -> None:
    assert repr(plugins.load("a_plugin:Sleeper", Labeler, depth=3)) == "Sleeper(depth=3, names=())"
    assert type(plugins.load("a_plugin:Plain", Labeler, depth=3)).__name__ == "Plain"


def test_a_toml_table_is_a_class_and_its_options() -> None:
    table = {"class": "a_plugin:Sleeper", "names": ["a", "b"]}
    assert repr(plugins.from_table(table, Labeler)) == "Sleeper(depth=1, names=('a', 'b'))"


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("nowhere.at_all:Flow", {}, "cannot load nowhere.at_all:Flow: no such module"),
        ("sts.nothing:Flow", {}, "no such module"),
        ("hungry_plugin:Bread", {}, "it needs the package flour, which is not installed"),
        ("Flow", {}, "write package.module:Class"),
        ("a_plugin:Flow", {}, "has no class Flow, only Plain, Sleeper"),
        ("sts.types:Mask", {"height": 1, "width": 1, "counts": [1]}, "is no Labeler: it lacks label"),
        ("a_plugin:Sleeper", {"dept": 1}, "unknown key dept; did you mean depth"),
        ("a_plugin:Sleeper", {"depth": "two"}, "depth must be a whole number"),
        ("a_plugin:Plain", {"width": 1}, "its options are depth"),
    ],
)
def test_what_cannot_be_loaded_is_explained_in_one_line(name: str, options: dict[str, object], said: str) -> None:
    with pytest.raises(PluginError, match=said) as caught:
        plugins.load(name, Labeler, **options)
    assert "\n" not in str(caught.value)


def test_a_table_without_a_class_is_refused() -> None:
    with pytest.raises(PluginError, match="needs class ="):
        plugins.from_table({"weights": "x"}, Labeler)
