"""Training shards: cut, resized, with a soft truth that the loader takes as it is."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner

from model import augment, preparing
from model.data import DataConfig, Shape, Windows
from model.pieces import PrepareConfig
from model.prepare import main
from model.windows import Pick
from sts import config, jpeg, layers, manifest, masks, shards, stage
from sts.errors import ConfigError, DataError
from sts.tables import Soft
from sts.types import Clip, Frame, Manifest
from tests.model import small_set

SHAPE = Shape(size=32, window=4)
PLAIN = DataConfig(augment=augment.unchanged())


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return small_set.write(tmp_path / "set", [small_set.clip(i) for i in range(3)])


def settings(fit: str, side: int) -> PrepareConfig:
    return config.from_dict(PrepareConfig, {"fit": fit, "side": side})


def prepared(source: Path, given: PrepareConfig, n: int | None = None) -> tuple[Path, list[Clip]]:
    out = source.parent / "out"
    preparing.prepare(given, [str(source)], out, n, "1")
    return out, list(layers.read(out))


@pytest.mark.parametrize(("fit", "size"), [("longest", (24, 40)), ("square", (40, 40))])
def test_frames_have_the_wanted_size(small: Path, fit: str, size: tuple[int, int]) -> None:
    _, clips = prepared(small, settings(fit, 40))
    assert [(clip.clip_id, clip.height, clip.width) for clip in clips] == [(f"clip-{i}", *size) for i in range(3)]
    assert all(clip.video is not None and clip.video.shape == (10, *size, 3) for clip in clips)


def test_a_square_of_the_input_gives_the_very_truth_of_the_frames(small: Path) -> None:
    """The strokes are averaged once, kept as 8 bits, and never made binary again."""
    out, _ = prepared(small, PrepareConfig(fit="square", side=32))
    shape = replace(SHAPE, window=10)
    before, after = (Windows([place], PLAIN, shape)[Pick(0, 0)] for place in (small, out))
    assert torch.equal(before.truth, after.truth)
    assert torch.equal(before.valid, after.valid)
    assert len(after.truth.unique()) > 5
    assert float((before.video.float() - after.video.float()).abs().mean()) < 4


def test_a_plane_of_another_kind_is_one_line(tmp_path: Path) -> None:
    clip = small_set.clip(0)
    stored = tuple(jpeg.encode(frame) for frame in clip.video) if clip.video is not None else ()
    plain = Soft(truth=(bytes(clip.height * clip.width),) * len(stored), ignored=(None,) * len(stored))
    info = shards.write(tmp_path / "shard-00000.parquet", [(clip, stored, plain)], meta={})
    manifest.write(tmp_path, Manifest(command="test", config={}, shards=(info,)))
    with pytest.raises(DataError, match=r"column truth of frame \d is no plane of 80x48 px; make the set anew with"):
        Windows([tmp_path], PLAIN, SHAPE)[Pick(0, 0)]


def test_frames_that_keep_their_size_keep_their_bytes(small: Path) -> None:
    out, _ = prepared(small, PrepareConfig(side=200))
    assert shards.jpegs(out / "shard-00000.parquet", 1) == shards.jpegs(small / "shard-00000.parquet", 1)


def test_tiles_cover_the_frame_without_touching_a_pixel(small: Path) -> None:
    _, clips = prepared(small, PrepareConfig(fit="tile", side=32, overlap=8, empty=0.5), n=1)
    names = {clip.clip_id for clip in clips}
    assert names <= {f"clip-0-f0x{x}y{y}" for x in (0, 24, 48) for y in (0, 16)}
    whole = next(shards.read(small / "shard-00000.parquet"))
    for clip in clips:
        x, y = (int(part) for part in clip.clip_id.partition("x")[2].split("y"))
        for mine, frame in zip(clip.frames, whole.frames, strict=True):
            assert np.array_equal(strokes(clip, mine), strokes(whole, frame)[y : y + 32, x : x + 32])


def strokes(clip: Clip, frame: Frame) -> np.ndarray:
    found = [masks.decode(one.mask) for one in frame.instances if one.mask is not None]
    return np.any([np.zeros((clip.height, clip.width), np.bool_), *found], axis=0)


def test_polygons_and_masks_shrink_with_the_frame(small: Path) -> None:
    _, clips = prepared(small, PrepareConfig(side=40))
    whole = next(shards.read(small / "shard-00000.parquet"))
    before, after = whole.frames[4].instances[0], clips[0].frames[4].instances[0]
    assert after.polygon == tuple((x / 2, y / 2) for x, y in before.polygon)
    assert before.mask is not None
    assert after.mask is not None
    assert masks.area(after.mask) == pytest.approx(masks.area(before.mask) / 4, rel=0.35)
    assert after.effect_mask is None


def test_long_clips_are_cut_in_equal_pieces_with_their_own_time(small: Path) -> None:
    _, clips = prepared(small, PrepareConfig(side=200, frames=4), n=1)
    assert [(clip.clip_id, len(clip.frames)) for clip in clips] == [
        ("clip-0-f0x0y0", 3),
        ("clip-0-f3x0y0", 3),
        ("clip-0-f6x0y0", 4),
    ]
    assert [frame.index for frame in clips[1].frames] == [0, 1, 2]
    assert [frame.time_s for frame in clips[1].frames] == pytest.approx([0, 0.04, 0.08])


def test_pieces_without_text_are_dropped_to_a_share_and_counted(tmp_path: Path) -> None:
    bare = [small_set.clip(i, text=False) for i in range(3, 9)]
    source = small_set.write(tmp_path / "set", [*(small_set.clip(i) for i in range(3)), *bare], per_shard=9)
    out, clips = prepared(source, PrepareConfig(side=200, empty=0.25))
    assert len(clips) == 4
    assert manifest.read(out).dropped == {"no text": 5}
    assert {item for item, _ in stage.notes(out).dropped} < {clip.clip_id for clip in bare}


def test_pieces_that_nobody_looked_at_are_dropped(tmp_path: Path) -> None:
    clips = [small_set.clip(0), small_set.clip(1, labelled=[False] * 10)]
    out, made = prepared(small_set.write(tmp_path / "set", clips), PrepareConfig(side=200))
    assert [clip.clip_id for clip in made] == ["clip-0"]
    assert manifest.read(out).dropped == {"no labelled frame": 1}


def test_a_rerun_makes_the_same_bytes(small: Path, tmp_path: Path) -> None:
    given = PrepareConfig(side=40)
    first, second = (preparing.prepare(given, [str(small)], tmp_path / name, None, "1") for name in ("a", "b"))
    assert first.shards == second.shards


def test_other_readers_do_not_see_the_soft_truth(small: Path) -> None:
    out, clips = prepared(small, PrepareConfig(side=40))
    assert list(shards.read(out / "shard-00000.parquet", pictures=False)) == [
        replace(clip, video=None) for clip in clips[:2]
    ]
    assert manifest.verify(out) == ()


@pytest.mark.parametrize("size", [(1, 1), (200, 8000)])
@pytest.mark.parametrize("fit", ["longest", "square", "tile"])
def test_images_of_any_shape_are_prepared(tmp_path: Path, size: tuple[int, int], fit: str) -> None:
    source = small_set.write(tmp_path / "set", [small_set.clip(0, n_frames=1, size=size)])
    out, clips = prepared(source, settings(fit, 256))
    assert all(max(clip.height, clip.width) <= 256 for clip in clips)
    if size != (1, 1):
        assert Windows([out], PLAIN, SHAPE)[Pick(0, 0)].video.shape == (4, 3, 32, 32)


def test_an_empty_set_is_one_line(tmp_path: Path) -> None:
    small_set.write(tmp_path / "set", [])
    run = CliRunner().invoke(main, ["--in", str(tmp_path / "set"), "--out", str(tmp_path / "out")])
    assert run.exit_code == 1
    assert "no clip to prepare" in run.output


@pytest.mark.parametrize(("name", "value"), [("side", 0), ("frames", 0), ("overlap", 2000), ("empty", 1.0)])
def test_a_number_that_nothing_can_be_cut_with_is_one_line(name: str, value: float) -> None:
    with pytest.raises(ConfigError, match=rf"{name} = {value}: give"):
        config.from_dict(PrepareConfig, {"fit": "tile", name: value})
