"""Every rule finds the clip that breaks it."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from sts import checks, masks
from sts.types import Clip, Frame, Mask, Origin, TextInstance

HEIGHT, WIDTH = 48, 64


def box(left: float, top: float, right: float, bottom: float) -> tuple[tuple[float, float], ...]:
    return tuple((float(x), float(y)) for x, y in ((left, top), (right, top), (right, bottom), (left, bottom)))


def strokes(left: int, right: int) -> Mask:
    pixels = np.zeros((HEIGHT, WIDTH), np.bool_)
    pixels[12:18, left:right] = True
    return masks.encode(pixels)


def good(frames: int = 3) -> Clip:
    """A line with two words, and a text that is not cut into words."""

    def one(track: int, level: Any, polygon: Any, **more: Any) -> TextInstance:
        fields = {"source": "human", "text": f"text {track}"}
        return TextInstance(track_id=track, level=level, polygon=polygon, **{**fields, **more})

    instances = (
        one(7, "line", box(4, 8, 60, 22)),
        one(8, "word", box(5, 10, 25, 20), parent_id=7, mask=strokes(6, 10), amodal_mask=strokes(6, 12)),
        one(9, "word", box(30, 10, 58, 20), parent_id=7, mask=strokes(31, 40), effect_mask=strokes(41, 43)),
        one(3, "text", box(0, 30, 64, 48), text=None),
    )
    return Clip(
        clip_id="clip",
        fps=Fraction(25),
        height=HEIGHT,
        width=WIDTH,
        frames=tuple(Frame(index=i, time_s=i / 25, instances=instances) for i in range(frames)),
        origin=Origin(kind="real", uri="a.mp4", license="CC0-1.0"),
    )


def changed(clip: Clip, track: int, frame: int = 1, **changes: Any) -> Clip:
    """The clip with one instance changed on one frame."""
    old = clip.frames[frame]
    instances = tuple(replace(one, **changes) if one.track_id == track else one for one in old.instances)
    frames = [*clip.frames]
    frames[frame] = replace(old, instances=instances)
    return replace(clip, frames=tuple(frames))


def rules(clip: Clip) -> set[str]:
    return {finding.rule for finding in checks.findings(clip)}


def test_a_good_clip_breaks_nothing() -> None:
    assert list(checks.findings(good())) == []


BREAKS: list[tuple[str, int, dict[str, Any]]] = [
    ("track-twice", 9, {"track_id": 8}),
    ("track-changes", 8, {"text": "other"}),
    ("track-changes", 8, {"level": "char"}),
    ("track-switch", 8, {"track_id": 99}),
    ("parent-missing", 7, {"track_id": 99}),
    ("parent-level", 8, {"parent_id": 9}),
    ("parent-level", 8, {"parent_id": 3}),
    ("parent-level", 7, {"parent_id": 7}),
    ("parent-encloses", 8, {"polygon": box(5, 14, 25, 24)}),
    ("polygon-clockwise", 8, {"polygon": box(5, 10, 25, 20)[::-1]}),
    ("polygon-clockwise", 8, {"polygon": box(5, 10, 25, 10)}),
    ("polygon-points", 3, {"polygon": ()}),
    ("polygon-points", 8, {"polygon": ((0.0, 0.0), (float("inf"), 0.0), (1.0, 1.0))}),
    ("polygon-points", 3, {"polygon": ((0.0, 0.0), (float("nan"), 0.0), (1.0, 1.0))}),
    ("mask-level", 7, {"mask": strokes(50, 51)}),
    ("mask-amodal", 8, {"mask": strokes(6, 13)}),
    ("mask-effect", 9, {"effect_mask": strokes(8, 9)}),
    ("text-nfc", 8, {"text": "e\u0301"}),
    ("text-nfc", 8, {"text": ""}),
    ("text-control", 8, {"text": "a\x07"}),
    ("illegible-scored", 8, {"legible": False}),
    ("score-range", 8, {"score": 1.5}),
]


@pytest.mark.parametrize(
    ("rule", "track", "changes"), BREAKS, ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_broken_label_is_named(rule: str, track: int, changes: dict[str, Any]) -> None:
    assert rule in rules(changed(good(), track, **changes))


@pytest.mark.parametrize("field", ["level", "source", "effort"])
def test_a_word_of_somebody_elses_vocabulary_is_named(field: str) -> None:
    """Such a value comes from a shard that others wrote; types keep it out of our own."""
    clip = good()
    object.__setattr__(clip.frames[1].instances[1], field, "glyph")
    assert "vocabulary" in rules(clip)


def test_frames_out_of_order_and_times_that_stand_are_named() -> None:
    clip = good()
    assert "frame-order" in rules(replace(clip, frames=clip.frames[::-1]))
    still = tuple(replace(frame, time_s=0.0) for frame in clip.frames)
    assert "frame-time" in rules(replace(clip, frames=still))
    unsaid = tuple(replace(frame, time_s=float("nan")) for frame in clip.frames)
    assert "frame-time" in rules(replace(clip, frames=unsaid))


def test_a_time_that_does_not_grow_is_named_with_its_frame() -> None:
    clip = good()
    for time_s in (0.0, 0.04, -1.0, float("nan"), float("inf")):
        frames = (*clip.frames[:2], replace(clip.frames[2], time_s=time_s))
        assert ("frame-time", 2) in [(one.rule, one.frame) for one in checks.findings(replace(clip, frames=frames))]


def test_a_rate_of_no_frames_is_named() -> None:
    assert rules(replace(good(), fps=Fraction(0))) == {"frame-rate"}


def test_text_on_a_frame_that_counts_as_not_labelled_is_named() -> None:
    clip = good()
    assert "frame-labelled" in rules(replace(clip, frames=(replace(clip.frames[0], labelled=False),)))


def test_a_text_that_is_not_told_on_some_frames_is_no_change() -> None:
    assert rules(changed(good(), 8, text=None, script=None)) == set()


def test_a_character_of_a_word_that_moves_fast_keeps_its_id() -> None:
    clip = good(2)
    char = replace(clip.frames[0].instances[1], level="char", track_id=20, parent_id=8, mask=None, amodal_mask=None)
    moved = replace(char, track_id=21, polygon=box(20, 10, 24, 20))
    frames = [replace(f, instances=(*f.instances, one)) for f, one in zip(clip.frames, (char, moved), strict=True)]
    assert rules(replace(clip, frames=tuple(frames))) == {"track-switch"}


def test_a_text_that_ends_and_another_that_starts_elsewhere_are_no_switch() -> None:
    clip = good(2)
    moved = changed(clip, 9, 1, track_id=10, polygon=box(4, 8, 24, 22), text="text 9", parent_id=7)
    assert "track-switch" not in rules(moved)
    assert "track-switch" not in rules(changed(clip, 9, 1, track_id=10, text="new"))


def test_a_finding_says_frame_and_track() -> None:
    (finding, *_) = [one for one in checks.findings(changed(good(), 8, text="other")) if one.rule == "track-changes"]
    assert str(finding) == "track 8: changes its text: 'other' and 'text 8'"
    (finding,) = checks.findings(changed(good(), 8, legible=False))
    assert str(finding) == "frame 1: track 8: word is not legible, yet scored: ignore is false"


def test_iou_of_polygons_also_of_crossed_and_flat_ones() -> None:
    assert checks.polygon_iou(box(0, 0, 2, 2), box(1, 0, 3, 2)) == pytest.approx(1 / 3)
    crossed = ((0.0, 0.0), (2.0, 2.0), (2.0, 0.0), (0.0, 2.0))
    assert checks.polygon_iou(crossed, box(0, 0, 2, 2)) == pytest.approx(0.5)
    assert checks.polygon_iou(box(0, 0, 2, 0), box(0, 0, 2, 0)) == 0.0
