"""Palette PNGs of DAVIS and YouTube-VOS, read by PIL."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from pipelines.exporters import vos
from sts import masks
from sts.scored import ignore_region
from sts.types import Frame, TextInstance

FIRST, SECOND = "synth-0-000001", "real%2F%C3%A9t%C3%A9%2Emp4%20%232"


def labels(path: Path) -> Any:
    with Image.open(path) as image:
        assert image.mode == "P"
        return np.array(image)


def objects(out: Path, name: str) -> dict[str, Any]:
    return json.loads((out / "meta.json").read_text(encoding="utf-8"))["videos"][name]["objects"]


def test_the_palette_is_that_of_davis() -> None:
    known = bytes.fromhex("000000 800000 008000 808000 000080 800080 008080 808080 400000 c00000")
    assert (vos.palette()[:30], len(vos.palette())) == (known, 768)
    assert vos.palette()[-3:] == bytes.fromhex("e0e0c0")


def test_the_png_has_the_palette_and_the_picture_its_size(export_of: Callable[..., Path], pairs: Any) -> None:
    out = export_of("davis", pairs)
    with Image.open(out / "Annotations" / "480p" / FIRST / "00000.png") as image:
        assert bytes(image.getpalette() or ()) == vos.palette()
    with Image.open(out / "JPEGImages" / "480p" / FIRST / "00000.jpg") as image:
        assert image.size == (72, 40)


def test_davis_every_scored_mask_comes_back_under_one_number_a_clip(export_of: Callable[..., Path], pairs: Any) -> None:
    out, clip = export_of("davis", pairs), pairs[0][0]
    numbers = {one["track_id"]: int(number) for number, one in objects(out, FIRST).items()}
    assert numbers == {3: 1, 9: 2, 300: 3, 4: 4, 5: 5}
    for frame in (one for one in clip.frames if one.labelled):
        found = labels(out / "Annotations" / "480p" / FIRST / f"{frame.index:05d}.png")
        there = {
            one.track_id: one.mask for one in frame.instances if one.mask and not one.ignore and masks.area(one.mask)
        }
        for track_id, mask in there.items():
            assert ((found == numbers[track_id]) == masks.decode(mask)).all()
        void = ignore_region(frame, clip.height, clip.width)
        assert ((found == 255) == (np.zeros_like(found, bool) if void is None else void)).all()
        assert set(np.unique(found)) <= {0, 255, *(numbers[track_id] for track_id in there)}
    assert objects(out, FIRST)["1"] == {
        "category": "word", "frames": ["00000", "00002"], "ignored": [], "track_id": 3, "text": "Käse",
    }  # fmt: skip


def test_davis_lists_its_clips_and_has_no_frame_without_labels(export_of: Callable[..., Path], pairs: Any) -> None:
    """The evaluator pairs pictures and PNGs by their order, so neither may be without the other."""
    out = export_of("davis", pairs)
    assert (out / "ImageSets" / "2017" / "train.txt").read_text().split() == [FIRST, SECOND]
    names = [
        sorted(path.stem for path in (out / folder / "480p" / FIRST).iterdir())
        for folder in ("JPEGImages", "Annotations")
    ]
    assert names == [["00000", "00002"]] * 2


def test_youtubevos_keeps_the_masks_of_ignored_text(export_of: Callable[..., Path], pairs: Any) -> None:
    out, clip = export_of("youtubevos", pairs), pairs[0][0]
    said = {one["track_id"]: (int(number), one["ignored"]) for number, one in objects(out, FIRST).items()}
    assert said == {3: (1, []), 5: (2, ["00000"]), 9: (3, []), 300: (4, []), 4: (5, [])}
    for frame in (one for one in clip.frames if one.labelled):
        found = labels(out / "Annotations" / FIRST / f"{frame.index:05d}.png")
        for one in frame.instances:
            if one.mask and masks.area(one.mask):
                assert ((found == said[one.track_id][0]) == masks.decode(one.mask)).all()


@pytest.mark.parametrize("layout", [("davis", "Annotations/480p", 255), ("youtubevos", "Annotations", 0)])
def test_of_too_many_tracks_the_largest_stay(
    layout: tuple[str, str, int],
    export_of: Callable[..., Path],
    pairs: Any,
    piece_of: Callable[..., TextInstance],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """260 tracks of 4 px, of which the first 100 have 2: the least are void in DAVIS, background in YouTube-VOS."""
    form, folder, rest = layout
    clip, data = pairs[1]
    most = 255 - (rest == 255)
    tracks = []
    for i in range(260):
        pixels = np.zeros((clip.height, clip.width), np.bool_)
        pixels[2 * (i // 20) : 2 * (i // 20) + (1 if i < 100 else 2), 3 * (i % 20) : 3 * (i % 20) + 2] = True
        corners = ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0))
        tracks.append(piece_of(1000 + i, "word", corners, mask=masks.encode(pixels)))
    frame = Frame(index=0, time_s=0.0, instances=tuple(tracks))
    out = export_of(form, ((replace(clip, frames=(frame,)), data),))
    found = labels(out / folder / SECOND / "00000.png")
    kept = [one["track_id"] for one in objects(out, SECOND).values()]
    assert kept == [*range(1000, 1000 + most - 160), *range(1100, 1260)]
    dropped = masks.decode(masks.union([one.mask for one in tracks if one.mask and one.track_id not in kept]))
    assert set(np.unique(found[dropped])) == {rest}
    assert f"{260 - most} more than the format holds" in caplog.text


def test_where_words_overlap_the_later_one_has_the_pixel_and_it_is_said(
    export_of: Callable[..., Path], pairs: Any, piece_of: Callable[..., TextInstance], caplog: pytest.LogCaptureFixture
) -> None:
    clip, data = pairs[1]
    above, below = masks.encode(block(clip, 4, 10)), masks.encode(block(clip, 8, 14))
    corners = ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0))
    frame = Frame(
        index=0,
        time_s=0.0,
        instances=(piece_of(2, "word", corners, mask=below), piece_of(1, "word", corners, mask=above)),
    )
    found = labels(
        export_of("davis", ((replace(clip, frames=(frame,)), data),)) / "Annotations" / "480p" / SECOND / "00000.png"
    )
    assert ((found == 1) == masks.decode(above)).all()
    assert ((found == 2) == (masks.decode(below) & ~masks.decode(above))).all()
    assert "20 px lie in two words" in caplog.text


def block(clip: Any, left: int, right: int) -> Any:
    pixels = np.zeros((clip.height, clip.width), np.bool_)
    pixels[5:15, left:right] = True
    return pixels


def test_words_without_mask_lines_and_characters_are_lost(export_of: Callable[..., Path], pairs: Any) -> None:
    assert not {1, 2, 6, 7, 8, 10} & {
        one["track_id"] for one in objects(export_of("youtubevos", pairs), FIRST).values()
    }
