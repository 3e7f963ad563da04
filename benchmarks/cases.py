"""Seeded truths and predictions with planted errors, for running reference evaluators beside our metrics."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np

from benchmarks.metrics import frames
from benchmarks.metrics.frames import Pixels
from sts import masks
from sts.geometry import Polygon
from sts.types import Clip, Frame, Level, Origin, TextInstance

PAGE = (240, 320)
"""Height and width, px"""
VIDEO = (72, 96)
N_FRAMES = 24

Case = tuple[Clip, Clip]
"""Truth and prediction"""
Track = dict[int, TextInstance]
"""One text by frame"""


def pages(seed: int, n: int) -> list[Case]:
    """Pages of paragraphs, lines and words with integer corners; one page has no text, one no prediction."""
    rng = np.random.default_rng(seed)
    made = []
    for i in range(n):
        truth = _page(rng) if i % 8 != 6 else ()
        guess = _guess(truth, rng) if i % 8 != 7 else ()
        made.append((clip(f"page-{i:03d}", [truth], PAGE), clip(f"page-{i:03d}", [guess], PAGE)))
    return made


def videos(seed: int, n: int) -> list[Case]:
    """Words that drift, hide and come back; predictions that shift, miss, invent and change identity.

    One video has no text, one no prediction, and one word in five is to be ignored.
    """
    rng = np.random.default_rng(seed)
    made = []
    for i in range(n):
        truth = [_track(number, rng) for number in range(6)] if i % 8 != 6 else []
        guess = [*(_followed(track, rng) for track in truth), _track(90, rng)] if i % 8 != 7 else []
        name = f"video-{i:03d}"
        made.append((clip(name, _frames(truth), VIDEO), clip(name, _frames(guess), VIDEO)))
    return made


def clear_videos(seed: int, n: int) -> list[Case]:
    """The same without anything to ignore, for evaluators that know no such thing."""
    return [(_clear(truth), prediction) for truth, prediction in videos(seed, n)]


def clip(name: str, shots: Sequence[tuple[TextInstance, ...]], size: tuple[int, int]) -> Clip:
    """A clip of frames with these instances, height and width in px, without pictures."""
    return Clip(
        clip_id=name,
        fps=Fraction(15),
        height=size[0],
        width=size[1],
        frames=tuple(Frame(index=i, time_s=i / 15, instances=ones) for i, ones in enumerate(shots)),
        origin=Origin(kind="synth", uri="benchmarks.cases", license="CC0-1.0"),
    )


def box(left: int, top: int, width: int, height: int) -> Polygon:
    """Four corners, px."""
    return _points([(left, top), (left + width, top), (left + width, top + height), (left, top + height)])


def _page(rng: np.random.Generator) -> tuple[TextInstance, ...]:
    """Up to six paragraphs in a grid."""
    found: list[TextInstance] = []
    for cell in range(6):
        left, top = 5 + 105 * (cell % 3), 5 + 118 * (cell // 3)
        paragraph = 1000 + cell
        for row in range(int(rng.integers(0, 5))):
            line = 100 + 10 * cell + row
            words = _words(rng, line, left, top + 24 * row)
            own = box(left, top + 24 * row, 95, 14)
            found += [*words, _one("line", line, own, rng, parent=paragraph)]
        found.append(_one("paragraph", paragraph, box(left, top, 95, 110), rng))
    return tuple(found)


def _words(rng: np.random.Generator, line: int, left: int, top: int) -> list[TextInstance]:
    """None to four words of a line, each slightly turned."""
    made, x = [], left
    for i in range(int(rng.choice([0, 1, 2, 3, 4], p=[0.1, 0.2, 0.3, 0.2, 0.2]))):
        width, tilt = int(rng.integers(8, 28)), int(rng.integers(-3, 4))
        corners = ((x, top), (x + width, top + tilt), (x + width, top + 14 + tilt), (x, top + 14))
        made.append(_one("word", 10 * line + i, _points(corners), rng, parent=line))
        x += width + int(rng.integers(0, 6))
    return made


def _guess(truth: Sequence[TextInstance], rng: np.random.Generator) -> tuple[TextInstance, ...]:
    """Words moved, misread, missed, doubled, swapped to another line; lines and paragraphs without words dropped."""
    lines = [one.track_id for one in truth if one.level == "line"]
    words: list[TextInstance] = []
    for one in truth:
        if one.level == "word" and rng.random() > 0.12:
            for copy in range(1 + (rng.random() < 0.08)):
                parent = int(rng.choice(lines)) if rng.random() < 0.05 else one.parent_id
                words.append(_changed(replace(one, track_id=one.track_id + 100000 * copy, parent_id=parent), rng))
    kept = {one.parent_id for one in words}
    found = [_changed(one, rng) for one in truth if one.level == "line" and one.track_id in kept]
    blocks = {one.parent_id for one in found}
    found += [_changed(one, rng) for one in truth if one.level == "paragraph" and one.track_id in blocks]
    return (*words, *found)


def _changed(one: TextInstance, rng: np.random.Generator) -> TextInstance:
    """Corners moved by up to 5 px, sometimes a wrong letter; scores are coarse, so that some are equal."""
    reach = int(rng.integers(0, 6))
    steps = rng.integers(-reach, reach + 1, (len(one.polygon), 2)).tolist()
    return replace(
        one,
        polygon=tuple((x + dx, y + dy) for (x, y), (dx, dy) in zip(one.polygon, steps, strict=True)),
        text=one.text if rng.random() < 0.7 else _text(rng),
        score=float(rng.integers(1, 21)) / 20,
        legible=True,
        source="predicted",
    )


def _one(
    level: Level, number: int, corners: Polygon, rng: np.random.Generator, parent: int | None = None
) -> TextInstance:
    return TextInstance(
        track_id=number,
        level=level,
        polygon=corners,
        source="human",
        parent_id=parent,
        text=_text(rng),
        legible=bool(rng.random() > 0.15),
    )


def _text(rng: np.random.Generator) -> str:
    return "".join(rng.choice(list("abcd"), int(rng.integers(1, 9))).tolist())


def _points(corners: Sequence[tuple[int, int]]) -> Polygon:
    return tuple((float(x), float(y)) for x, y in corners)


def _track(number: int, rng: np.random.Generator) -> Track:
    """A few bars that drift, with a gap of some frames."""
    height, width = VIDEO
    glyph = rng.random((12, int(rng.integers(10, 24)))) < 0.2
    glyph[:, ::3] = True
    place, speed = rng.uniform((0, 0), (width - 20, height - 12)), rng.uniform(-1.5, 1.5, 2)
    gap = int(rng.integers(-2, N_FRAMES))
    track: Track = {}
    for i in range(N_FRAMES):
        if not gap <= i < gap + 3:
            left, top = np.rint(place + i * speed).astype(int).tolist()
            track[i] = _word(number, glyph, left, top, ignore=number % 5 == 4)
    return track


def _word(number: int, glyph: Pixels, left: int, top: int, *, ignore: bool = False) -> TextInstance:
    size = (glyph.shape[1], glyph.shape[0])
    return TextInstance(
        track_id=number,
        level="word",
        polygon=box(left, top, *size),
        source="human",
        mask=masks.encode_patch(glyph, left, top, *VIDEO),
        ignore=ignore,
    )


def _clear(given: Clip) -> Clip:
    shots = [
        replace(shot, instances=tuple(replace(one, ignore=False) for one in shot.instances)) for shot in given.frames
    ]
    return replace(given, frames=tuple(shots))


def _followed(track: Track, rng: np.random.Generator) -> Track:
    """The track, shifted and grown here and there, with frames missed and from some frame on another identity."""
    switch = int(rng.integers(6, 2 * N_FRAMES))
    found: Track = {}
    for i, word in track.items():
        if word.mask is not None and rng.random() > 0.1:
            pixels = masks.decode(word.mask)
            shift = rng.integers(-1, 2, 2) * (rng.random() < 0.4)
            pixels = np.roll(pixels, shift.tolist(), (0, 1))
            pixels = frames.grown(pixels, 1) if rng.random() < 0.3 else pixels
            number = word.track_id + (50 if i >= switch else 0)
            found[i] = replace(word, track_id=number, mask=masks.encode(pixels), ignore=False, source="predicted")
    return found


def _frames(tracks: Sequence[Track]) -> list[tuple[TextInstance, ...]]:
    return [tuple(track[i] for track in tracks if i in track) for i in range(N_FRAMES)]
