"""The pieces that `benchmarks.speed` is made of; nothing here is timed."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

from benchmarks import child, endurance, speed, stage, table
from benchmarks.figures import exactness, reading, scoring, tracking
from benchmarks.metrics import contours
from benchmarks.peers import feathered, pixel_scores_timed, poisson
from benchmarks.table import Bar, Line
from model.data import DataConfig
from sts import masks
from sts.errors import DataError
from synth.compose import FrameCoverage
from synth.raster import blend
from synth.raster.coverage import Roi
from tests.benchmarks.metrics.drawings import drawn, image
from tests.model import small_set


def textured(height: int = 60, width: int = 160) -> np.ndarray:
    rng = np.random.default_rng(3)
    small = rng.integers(40, 200, (height // 4, width // 4, 3), dtype=np.uint8)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR))


def test_a_pixel_changed_where_nothing_was_drawn_is_counted() -> None:
    video = np.zeros((3, 20, 30, 3), np.uint8)

    def frames() -> Iterator[tuple[np.ndarray, FrameCoverage]]:
        for picture in video:
            picture[4, 5:7] = 9
            yield picture, FrameCoverage(words=[], boards=[])

    _, pixels = exactness.changed(SimpleNamespace(scene=SimpleNamespace(video=video), frames=frames))
    assert pixels == 6


def lettered(height: int = 60, width: int = 160) -> np.ndarray:
    alpha = np.zeros((height, width), np.uint8)
    cv2.putText(alpha, "Text", (20, 44), cv2.FONT_HERSHEY_SIMPLEX, 1.5, 255, 3, cv2.LINE_AA)
    return alpha


def test_poisson_changes_pixels_outside_the_text_and_ours_does_not() -> None:
    base, alpha, colour = textured(), lettered(), (150, 130, 120)
    peer = poisson.spill(base, poisson.blend(base, alpha, colour), alpha)
    picture = base.copy()
    blend.blend(picture, Roi(left=0, top=0, width=160, height=60), alpha, blend.Ink(colour))
    ours = poisson.spill(base, picture, alpha, least=0)
    assert peer.changed > 0.02 * peer.outside
    assert ours.changed == 0 < (picture != base).sum()


def test_poisson_returns_the_picture_whose_gradients_it_is_given() -> None:
    picture = textured()[:, :, 0].astype(float)
    across, down = np.zeros_like(picture), np.zeros_like(picture)
    across[:, :-1], down[:-1] = np.diff(picture, axis=1), np.diff(picture, axis=0)
    assert np.abs(poisson.solve(across, down, picture) - picture).max() < 1e-9


def test_the_feathered_mask_is_fatter_than_half_coverage() -> None:
    alpha = lettered()
    fat = feathered.mask(alpha, 44.0, np.eye(3))
    assert (fat >= (alpha >= 128)).all()
    assert fat.sum() > 1.5 * (alpha >= 128).sum()


def test_a_bar_is_reached_at_its_value() -> None:
    assert Bar(value=0.98).reached(0.98, None)
    assert not Bar(value=0.98).reached(0.97, None)
    assert Bar(value=0, best="low").reached(0, None)
    assert Bar(value=0.5, of="ratio").reached(1.0, 0.5)
    assert not Bar(value=0.5, of="ratio").reached(100.0, None)


def test_a_line_without_bar_neither_passes_nor_fails() -> None:
    line = Line(what="time", unit="s", ours=3.0, peer=2.0)
    assert (line.ratio, line.passed) == (1.5, None)
    assert Line(what="time", unit="s", ours=3.0, peer=0.0).ratio is None


def test_the_table_is_printed_and_kept_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [
        Line(what="stray", unit="px", ours=0, peer=21.6, bar=Bar(value=0, best="low")),
        Line(what="pace", unit="1/s", ours=30.0, peer=110.0, bar=Bar(value=0.5, of="ratio")),
    ]
    table.show(lines, "figures")
    printed = capsys.readouterr().out
    assert "pass" in printed and "FAIL" in printed
    table.save(tmp_path / "figures.json", lines, {"cpu": "one"})
    stored = json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))
    assert [row["passed"] for row in stored["lines"]] == [True, False]
    assert stored["machine"] == {"cpu": "one"}


def test_an_unknown_name_of_figures_is_one_line_that_lists_the_known() -> None:
    result = CliRunner().invoke(speed.main, ["wings"])
    assert result.exit_code == 1
    assert "'wings' is no set of figures; there are synth, metrics, endurance, full, model" in result.output


def test_a_child_is_killed_with_its_workers_and_measured(tmp_path: Path) -> None:
    ended = child.run("http.server", ["0", "--bind", "127.0.0.1"], tmp_path / "log", kill_s=0.6)
    assert ended.code == -9
    assert ended.seconds < 5
    assert ended.peak > 1


def test_a_child_that_fails_is_an_error_with_its_last_line(tmp_path: Path) -> None:
    ended = child.run("json.tool", ["no-such-file"], tmp_path / "log")
    with pytest.raises(DataError, match="no-such-file"):
        child.succeeded(ended)


def test_the_digest_of_a_folder_sees_names_and_bytes(tmp_path: Path) -> None:
    trees: list[str] = []
    for name, text in (("a", "1"), ("b", "1"), ("a", "2")):
        folder = tmp_path / str(len(trees))
        folder.mkdir()
        (folder / name).write_text(text, encoding="utf-8")
        trees.append(endurance.digest(folder))
    assert len(set(trees)) == 3


def test_the_machine_is_named() -> None:
    found = stage.machine()
    assert found["python"] == ".".join(map(str, sys.version_info[:3]))


def test_reading_is_set_beside_decoding_of_the_same_pictures(tmp_path: Path) -> None:
    clips = [small_set.clip(i) for i in range(2)]
    folder = reading.written(tmp_path, iter(clips))
    found = reading.read(folder, DataConfig(), repeats=1)
    assert 0 < found.decode < found.loader
    assert reading.access("small", folder, repeats=1).ours > 0


@pytest.mark.slow
def test_our_tracker_is_nearer_than_flowtexts_scheme() -> None:
    found = tracking.measure(5)
    assert len(found.ours) == len(found.peer) == 5
    assert max(row.mean for row in found.ours) < max(row.mean for row in found.peer)


def test_the_timed_evaluators_do_the_work_of_the_reference() -> None:
    mask = np.random.default_rng(0).random((24, 31)) < 0.4
    assert (pixel_scores_timed._boundary(mask) == contours.boundary(mask)).all()
    before = mask.copy()
    pixel_scores_timed.hisam({"truth": mask, "prediction": ~mask})
    assert (mask == before).all()


def test_the_scored_prediction_is_the_truth_one_pixel_to_the_right() -> None:
    pixels = drawn()
    (found,) = scoring.moved(image(pixels)).frames[0].instances
    assert found.mask is not None
    assert (masks.decode(found.mask)[:, 1:] == pixels[:, :-1]).all()
