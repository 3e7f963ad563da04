"""Strokes and pictures of neighbouring frames: damaged tracks are named, sound ones are not."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import cv2
import numpy as np
import pytest

from annotate.rules import motion
from annotate.rules.limits import Limits
from sts import jpeg, masks
from sts.errors import ConfigError, DataError
from sts.shards import Jpegs
from sts.types import Clip, Frame, Mask, Origin, Source, TextInstance

HEIGHT, WIDTH, FRAMES = 120, 200, 5
LIMITS = Limits()


def strokes(x: int) -> Mask:
    pixels = cv2.putText(np.zeros((HEIGHT, WIDTH), np.uint8), "Text", (x, 70), cv2.FONT_HERSHEY_SIMPLEX, 1.5, 1, 4)
    return masks.encode(pixels > 0)


def clip(step: int, source: Source = "human") -> tuple[Clip, Jpegs]:
    """A word on a soft background; both move by `step` px a frame."""
    rng = np.random.default_rng(3)
    wide = cv2.resize(rng.integers(60, 200, (8, 16, 3), np.uint8), (2 * WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    frames, stored = [], []
    for i in range(FRAMES):
        mask, x = strokes(20 + i * step), float(20 + i * step)
        picture = wide[:, WIDTH - i * step :][:, :WIDTH].copy()
        picture[masks.decode(mask)] = 20
        noise = rng.normal(0, 2, picture.shape)
        stored.append(jpeg.encode(np.clip(picture + noise, 0, 255).astype(np.uint8)))
        box = ((x, 30.0), (x + 120, 30.0), (x + 120, 80.0), (x, 80.0))
        word = TextInstance(track_id=4, level="word", polygon=box, source=source, mask=mask, text="Text")
        frames.append(Frame(index=i, time_s=i / 25, instances=(word,)))
    origin = Origin(kind="real", uri="a.mp4", license="CC0-1.0")
    made = Clip(clip_id="c", fps=Fraction(25), height=HEIGHT, width=WIDTH, frames=tuple(frames), origin=origin)
    return made, tuple(stored)


def with_mask(whole: Clip, place: int, mask: Mask, **changes: Any) -> Clip:
    """The clip with another mask on one frame."""
    frame = whole.frames[place]
    word = replace(frame.instances[0], mask=mask, **changes)
    frames = (*whole.frames[:place], replace(frame, instances=(word,)), *whole.frames[place + 1 :])
    return replace(whole, frames=frames)


def told(whole: Clip, stored: Jpegs, limits: Limits = LIMITS) -> list[tuple[str, int | None, int | None, bool]]:
    return [(one.rule, one.frame, one.track, one.severe) for one in motion.findings(whole, stored, limits)]


@pytest.mark.parametrize("step", [0, 1, 3, 10])
def test_sound_strokes_that_stand_or_move_with_the_picture_are_right(step: int) -> None:
    assert told(*clip(step)) == []


@pytest.mark.parametrize("step", [1, 3, 10])
def test_strokes_copied_from_the_frame_before_while_the_text_moves_are_named(step: int) -> None:
    whole, stored = clip(step)
    damaged = with_mask(whole, 2, strokes(20 + step))
    assert told(damaged, stored) == [("mask-copied", 2, 4, True)]
    (finding,) = motion.findings(damaged, stored, LIMITS)
    assert f"moved by ({step}, 0) px" in finding.what


def test_a_copy_is_right_where_only_the_light_changes() -> None:
    whole, stored = clip(0)
    bright = np.clip(jpeg.decode(stored[2], "c") * 1.4 + 20, 0, 255).astype(np.uint8)
    assert told(whole, (*stored[:2], jpeg.encode(bright), *stored[3:])) == []


def faint(stored: bytes, share: float) -> bytes:
    """The picture with so much of what is sharp in it."""
    full = jpeg.decode(stored, "c").astype(np.float32)
    soft = cv2.GaussianBlur(full, (0, 0), 30)
    return jpeg.encode((soft + share * (full - soft)).astype(np.uint8))


def test_a_caption_that_fades_in_has_not_moved() -> None:
    """So small that moving it puts its surroundings in its place."""
    empty = np.zeros((HEIGHT, WIDTH), np.uint8)
    small, edge = (
        cv2.putText(empty.copy(), "me at", (60, 70), cv2.FONT_HERSHEY_SIMPLEX, 0.45, 1, n).astype(bool) for n in (1, 4)
    )
    pictures = np.full((FRAMES, HEIGHT, WIDTH, 3), 100.0)
    for picture, share in zip(pictures, (0.35, 0.35, 1.0, 1.0, 1.0), strict=True):
        picture[edge] += share * (20 - 100)
        picture[small] = 100 + share * (240 - 100)
    whole, _ = clip(0)
    for place in range(FRAMES):
        whole = with_mask(whole, place, masks.encode(small))
    assert told(whole, tuple(jpeg.encode(picture.astype(np.uint8)) for picture in pictures)) == []


def test_pale_strokes_that_shake_with_their_picture_are_right() -> None:
    whole, stored = clip(0)
    pale = [faint(one, 0.12) for one in stored]
    up = jpeg.encode(np.roll(jpeg.decode(pale[2], "c"), -3, axis=0))
    shaken = with_mask(whole, 2, masks.encode(np.roll(masks.decode(strokes(20)), -3, axis=0)))
    assert told(shaken, (*pale[:2], up, *pale[3:])) == []
    assert told(shaken, tuple(pale)) == [("mask-jump", 2, 4, True)]


def test_strokes_that_jump_while_the_picture_stands_are_named() -> None:
    whole, stored = clip(0)
    assert told(with_mask(whole, 2, strokes(26)), stored) == [("mask-jump", 2, 4, True)]
    assert told(with_mask(whole, 2, masks.empty(HEIGHT, WIDTH)), stored) == [("mask-jump", 2, 4, True)]


def test_a_drop_up_to_the_limit_is_right() -> None:
    whole, stored = clip(0)
    jumped = with_mask(whole, 2, strokes(26))
    lack = 1 - masks.iou(strokes(20), strokes(26))
    assert told(jumped, stored, Limits(drop=lack + 0.01)) == []
    assert told(jumped, stored, Limits(drop=lack - 0.01)) != []


def test_strokes_may_jump_where_something_passes_before_them() -> None:
    whole, stored = clip(0)
    picture = jpeg.decode(stored[2], "c").copy()
    picture[20:90, 20:90] = (200, 30, 30)
    pixels = masks.decode(strokes(20))
    pixels[20:90, 20:90] = False
    hidden = (*stored[:2], jpeg.encode(picture), *stored[3:])
    assert told(with_mask(whole, 2, masks.encode(pixels)), hidden) == []
    assert told(with_mask(whole, 2, masks.encode(pixels)), stored) != []


def test_what_a_model_drew_is_only_doubted_and_what_is_ignored_is_left() -> None:
    whole, stored = clip(3, "predicted")
    assert told(with_mask(whole, 2, strokes(23)), stored) == [("mask-copied", 2, 4, False)]
    whole, stored = clip(0)
    assert told(with_mask(whole, 2, strokes(26), ignore=True), stored) == []


def test_frames_that_nobody_labelled_are_no_neighbours() -> None:
    whole, stored = clip(0)
    jumped = with_mask(whole, 2, strokes(26))
    unseen = replace(jumped.frames[3], labelled=False)
    assert told(replace(jumped, frames=(*jumped.frames[:3], unseen, jumped.frames[4])), stored) == []


def test_a_still_image_has_no_neighbours_and_its_picture_is_not_decoded() -> None:
    whole, _ = clip(0)
    assert told(replace(whole, frames=whole.frames[:1]), (b"",)) == []
    assert told(clip(3)[0], (b"",) * FRAMES) == []


def test_pictures_of_another_size_or_none_are_one_line() -> None:
    whole, stored = clip(3)
    copied = with_mask(whole, 2, strokes(23))
    turned = jpeg.encode(np.zeros((WIDTH, HEIGHT, 3), np.uint8))
    with pytest.raises(DataError, match="clip c frame 1: the picture is decoded to 120x200 px, its clip has 200x120"):
        told(copied, (stored[0], turned, *stored[2:]))
    with pytest.raises(DataError, match="clip c frame 1: 3 bytes"):
        told(copied, (stored[0], b"xyz", *stored[2:]))


def test_limits_below_0_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"drop = -1\.0"):
        Limits(drop=-1.0)
