"""A wall with words that a camera passes, with exact strokes, and a labeler that finds them by their brightness."""

from dataclasses import dataclass, replace
from fractions import Fraction

import cv2
import numpy as np

from sts import masks
from sts.types import Clip, Frame, Origin, TextInstance

HEIGHT, WIDTH = 120, 200
MARGIN = 40
"""px of wall round the first picture"""
PLACES = {"STOP": (14.0, 40.0), "EXIT": (110.0, 100.0)}
"""Left end of the base line on the first picture, px"""
STEP = (0.37, 0.21)
"""px a frame"""


def scene(frames: int = 9, step: tuple[float, float] = STEP, seed: int = 0, clip_id: str = "wall-0") -> Clip:
    """White words on a dark wall that moves by `step` px a frame."""
    wall, strokes = _wall(seed), {text: _strokes(text) for text in PLACES}
    video, made = [], []
    for i in range(frames):
        shift = np.array([[1.0, 0.0, i * step[0] - MARGIN], [0.0, 1.0, i * step[1] - MARGIN]])
        cover = {text: _moved(one, shift) for text, one in strokes.items()}
        together = np.maximum.reduce([*cover.values()])[..., None]
        picture = _moved(wall, shift)
        video.append(np.round(picture * (1 - together) + 240 * together).astype(np.uint8))
        words = tuple(word(n, text, cover[text] >= 0.5, (i * step[0], i * step[1])) for n, text in enumerate(PLACES, 1))
        made.append(Frame(index=i, time_s=i / 25, instances=words))
    return Clip(
        clip_id=clip_id,
        fps=Fraction(25),
        height=HEIGHT,
        width=WIDTH,
        frames=tuple(made),
        origin=Origin(kind="real", uri="wall", license="CC0-1.0"),
        video=np.stack(video),
    )


def word(track_id: int, text: str, strokes: np.ndarray, shift: tuple[float, float]) -> TextInstance:
    """A word of the wall."""
    x, y = PLACES[text]
    left, top, right, bottom = x + shift[0], y - 24 + shift[1], x + 78 + shift[0], y + 3 + shift[1]
    return TextInstance(
        track_id=track_id,
        level="word",
        polygon=((left, top), (right, top), (right, bottom), (left, bottom)),
        source="predicted",
        mask=masks.encode(strokes),
        text=text,
        score=0.9,
    )


def hidden(clip: Clip, frames: range, box: tuple[int, int, int, int]) -> Clip:
    """The clip with a grey board in front of a box (xyxy, px) on some frames, and strokes without what it hides."""
    assert clip.video is not None
    left, top, right, bottom = box
    video = clip.video.copy()
    video[frames.start : frames.stop, top:bottom, left:right] = 120
    made = [_without(one, box) if one.index in frames else one for one in clip.frames]
    return replace(clip, video=video, frames=tuple(made))


def keep(clip: Clip, keys: set[int]) -> Clip:
    """Labels on the key frames only."""
    bare = (replace(frame, labelled=False, instances=()) for frame in clip.frames)
    return replace(clip, frames=tuple(clip.frames[one.index] if one.index in keys else one for one in bare))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bright:
    """Labeler: each blob of white strokes is a word."""

    white: int = 200
    grow: int = 1
    """px, side of the square that widens the strokes"""

    def label(self, clip: Clip) -> Clip:
        """Numbers start anew on each frame."""
        assert clip.video is not None
        found = [self._frame(frame, picture) for frame, picture in zip(clip.frames, clip.video, strict=True)]
        return replace(clip, frames=tuple(found))

    def _frame(self, frame: Frame, picture: np.ndarray) -> Frame:
        strokes = picture.min(axis=2) >= self.white
        n, labels = cv2.connectedComponents(cv2.dilate(strokes.view(np.uint8), np.ones((9, 9), np.uint8)))
        words = []
        for i in range(1, n):
            own = cv2.dilate((strokes & (labels == i)).view(np.uint8), np.ones((self.grow, self.grow), np.uint8)) > 0
            box = masks.box(masks.encode(own))
            assert box is not None
            left, top, right, bottom = box
            polygon = ((left, top), (right, top), (right, bottom), (left, bottom))
            mask = masks.encode(own)
            words.append(TextInstance(track_id=n - i, level="word", polygon=polygon, source="predicted", mask=mask))
        return replace(frame, labelled=True, instances=tuple(words))


def _without(frame: Frame, box: tuple[int, int, int, int]) -> Frame:
    left, top, right, bottom = box
    seen = []
    for item in frame.instances:
        assert item.mask is not None
        pixels = masks.decode(item.mask)
        pixels[top:bottom, left:right] = False
        seen.append(replace(item, mask=masks.encode(pixels)))
    return replace(frame, instances=tuple(item for item in seen if item.mask and masks.area(item.mask)))


def _wall(seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    size = WIDTH + 2 * MARGIN, HEIGHT + 2 * MARGIN
    layers = [cv2.resize(rng.uniform(20, 110, (n, n, 3)), size, interpolation=cv2.INTER_CUBIC) for n in (8, 40)]
    return np.asarray(sum(layers) / 2, np.float32)


def _strokes(text: str) -> np.ndarray:
    cover = np.zeros((HEIGHT + 2 * MARGIN, WIDTH + 2 * MARGIN), np.uint8)
    x, y = PLACES[text]
    place = (int(x) + MARGIN, int(y) + MARGIN)
    cv2.putText(cover, text, place, cv2.FONT_HERSHEY_SIMPLEX, 1, (255,), 3, cv2.LINE_AA)
    return cover.astype(np.float32) / 255


def _moved(picture: np.ndarray, shift: np.ndarray) -> np.ndarray:
    return np.asarray(cv2.warpAffine(picture, shift, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR))
