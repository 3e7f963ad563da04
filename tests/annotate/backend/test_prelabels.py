"""A task that is opened gets the pre-labels of its window."""

from pathlib import Path
from typing import Any

import pytest

from annotate import bitmask
from annotate.backend.prelabels import Prelabels
from annotate.convert import Window
from sts import masks
from sts.errors import DataError
from tests.annotate import scenes
from tests.annotate.backend.conftest import Serve
from tests.annotate.backend.pages import body, task
from tests.annotate.backend.test_app import predicted


def opened(first: int, last: int, clip_id: str = "c") -> dict[str, Any]:
    page = task(["a"] * (last - first + 1))
    page["data"] |= {"clip_id": clip_id, "first": first, "last": last}
    page["data"]["uid"] = f"{clip_id}:{first:06d}-{last:06d}"
    return page


def layer(root: Path, text: str, clip_id: str = "c") -> str:
    """A layer of a clip whose frames 1 and 2 have a word."""
    word = scenes.word(7, text=text, source="predicted", effort=None, score=0.5)
    return str(scenes.layer(root, [scenes.clip([], [word], [word], clip_id=clip_id)]))


def test_a_task_that_is_opened_gets_its_window_of_the_layer(serve: Serve, tmp_path: Path) -> None:
    regions = predicted(serve(layer(tmp_path / "p", "EXIT")), body([opened(1, 2)]))
    assert [(one["id"], one["type"], one["item_index"]) for one in regions] == [
        (f"t{name}", kind, frame - 1)
        for frame in (1, 2)
        for name, kind in (
            (f"7f{frame}p", "polygonlabels"),
            (f"7f{frame}p", "textarea"),
            (f"-1f{frame}m", "bitmasklabels"),
        )
    ]
    strokes = bitmask.decode(regions[2]["value"]["imageDataURL"], scenes.HEIGHT, scenes.WIDTH)
    assert (strokes == masks.decode(scenes.comb())).all()
    assert regions[1]["value"]["text"] == ["EXIT"]


def test_the_first_layer_that_has_the_clip_counts(tmp_path: Path) -> None:
    directories = [layer(tmp_path / name, name, clip) for name, clip in (("x", "d"), ("y", "c"), ("z", "c"))]
    regions = Prelabels(directories).regions(Window(clip_id="c", first=1, last=1))
    assert [one["value"]["text"] for one in regions if one["type"] == "textarea"] == [["y"]]


@pytest.mark.parametrize("page", [opened(0, 1, "other"), opened(9, 12), task(["a"])], ids=["clip", "frames", "foreign"])
def test_a_window_that_no_layer_has_gets_nothing(serve: Serve, tmp_path: Path, page: dict[str, Any]) -> None:
    assert predicted(serve(layer(tmp_path / "p", "EXIT")), body([page])) == []


def test_without_layers_an_opened_task_gets_nothing(serve: Serve) -> None:
    assert predicted(serve(), body([opened(0, 1)])) == []


def test_a_layer_that_is_not_finished_is_refused_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="does not exist"):
        Prelabels([tmp_path / "none"])
