"""The windows that `benchmarks.speed push` sends."""

from pathlib import Path

import numpy as np

from benchmarks.figures import windows
from sts import geometry, layers, masks


def test_each_clip_is_a_window_of_words_with_strokes_in_their_polygons(tmp_path: Path) -> None:
    layer = windows.write(tmp_path / "layer", 3, frames=2, words=7, size=(640, 360))
    clips = list(layers.read(layer))
    assert [clip.clip_id for clip in clips] == [windows.name(i) for i in range(3)]
    assert len({clip.frames for clip in clips}) == 1
    for frame in clips[0].frames:
        assert len({one.track_id for one in frame.instances}) == 7
        for one in frame.instances:
            assert one.mask is not None
            rows, columns = np.nonzero(masks.decode(one.mask))
            assert len(rows) > 50
            assert geometry.contains(one.polygon, np.stack([columns, rows], axis=1) + 0.5).mean() > 0.9
