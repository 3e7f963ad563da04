"""The truth that a net learns is what the metrics score."""

from pathlib import Path

import numpy as np
import pytest

from model.truth import COLUMNS, Truth
from sts import masks, scored, shards
from sts.errors import DataError
from sts.types import Clip, Frame, TextInstance
from tests.model import small_set


def opened(tmp_path: Path, clip: Clip) -> Truth:
    shards.write(tmp_path / "shard-00000.parquet", [clip], meta={})
    return Truth(shards.Shard(tmp_path / "shard-00000.parquet").rows(0, COLUMNS))


def clip_of(*instances: TextInstance) -> Clip:
    made = small_set.clip(n_frames=1, text=False)
    return Clip(
        clip_id="one",
        fps=made.fps,
        height=made.height,
        width=made.width,
        frames=(Frame(index=0, time_s=0.0, instances=instances),),
        origin=made.origin,
    )


def test_strokes_and_ignored_pixels_are_those_of_the_metrics(tmp_path: Path) -> None:
    clip = small_set.clip(n_frames=3)
    truth = opened(tmp_path, clip)
    for i, frame in enumerate(clip.frames):
        strokes = masks.decode(scored.strokes(frame, clip.height, clip.width))
        assert np.array_equal(truth.coverage(i), strokes * np.uint8(255))
        ignored, wanted = truth.ignored(i), scored.ignore_region(frame, clip.height, clip.width)
        assert ignored is not None
        assert wanted is not None
        assert np.array_equal(ignored > 0, wanted)


def test_effects_are_background(tmp_path: Path) -> None:
    clip = small_set.clip(n_frames=1)
    coverage = opened(tmp_path, clip).coverage(0)
    effects = [masks.decode(one.effect_mask) for one in clip.frames[0].instances if one.effect_mask is not None]
    assert effects
    assert not any(coverage[effect].any() for effect in effects)


def test_text_counts_only_where_there_are_no_words(tmp_path: Path) -> None:
    size = (small_set.HEIGHT, small_set.WIDTH)
    text = TextInstance(track_id=1, level="text", polygon=(), source="human", mask=small_set.block(0, 0, 9, 9, size))
    word = small_set.word(2, (20, 20, 40, 30), *size)
    (tmp_path / "a").mkdir()
    assert opened(tmp_path / "a", clip_of(text)).coverage(0)[:9, :9].all()
    both = opened(tmp_path, clip_of(text, word)).coverage(0)
    assert not both[:9, :9].any()
    assert both.any()


def test_a_polygon_to_be_ignored_without_strokes_is_ignored_and_a_counted_stroke_in_it_is_not(tmp_path: Path) -> None:
    size = (small_set.HEIGHT, small_set.WIDTH)
    word = small_set.word(2, (20, 20, 40, 30), *size)
    region = TextInstance(
        track_id=3, level="word", polygon=small_set.corners(15, 15, 50, 35), source="human", ignore=True
    )
    truth = opened(tmp_path, clip_of(word, region))
    ignored = truth.ignored(0)
    assert ignored is not None
    assert ignored[16, 16] == 255
    assert ignored[5, 5] == 0
    assert not ignored[truth.coverage(0) > 0].any()


def test_words_are_the_centres_of_text_that_counts(tmp_path: Path) -> None:
    size = (small_set.HEIGHT, small_set.WIDTH)
    kept, skipped = small_set.word(1, (20, 20, 40, 30), *size), small_set.word(2, (2, 2, 20, 10), *size, ignore=True)
    assert opened(tmp_path, clip_of(kept, skipped)).words(0) == [(30.0, 25.0)]


def test_frames_without_text_have_none(tmp_path: Path) -> None:
    truth = opened(tmp_path, small_set.clip(n_frames=1, text=False))
    assert not truth.coverage(0).any()
    assert truth.ignored(0) is None
    assert truth.words(0) == []


def test_runs_of_another_size_are_one_line() -> None:
    with pytest.raises(DataError, match="runs of 20 px in all instead of 12: it is damaged"):
        masks.fill(np.zeros((3, 4), np.bool_), np.array([10, 10], np.uint32))
