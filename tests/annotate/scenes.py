"""Hand-made labels of people: bars as words, whole sets on disk."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from annotate import events
from annotate.events import Event
from sts import masks, stage
from sts.geometry import Polygon
from sts.stage import Notes, Stage
from sts.types import Clip, Frame, Mask, Origin, TextInstance

HEIGHT, WIDTH = 64, 96


def bar(left: int, top: int, width: int, height: int) -> Mask:
    """A filled rectangle."""
    pixels = np.zeros((HEIGHT, WIDTH), np.bool_)
    pixels[top : top + height, left : left + width] = True
    return masks.encode(pixels)


def box(left: float, top: float, width: float, height: float) -> Polygon:
    x0, y0, x1, y1 = float(left), float(top), float(left + width), float(top + height)
    return ((x0, y0), (x1, y0), (x1, y1), (x0, y1))


def comb(left: int = 22, shift: int = 0) -> Mask:
    """Vertical strokes 4 px wide, 5 of them, 12 px high: the strokes of `word`."""
    pixels = np.zeros((HEIGHT, WIDTH), np.bool_)
    for x in range(left + shift, left + shift + 40, 8):
        pixels[24:36, x : x + 4] = True
    return masks.encode(pixels)


def word(track_id: int = 1, **changes: Any) -> TextInstance:
    """A word with its strokes; `changes` are of its fields."""
    fields: dict[str, Any] = {
        "track_id": track_id,
        "level": "word",
        "polygon": box(20, 20, 40, 20),
        "source": "human",
        "mask": comb(),
        "text": "Käse",
        "effort": "kept",
    }
    return TextInstance(**{**fields, **changes})


def clip(*frames: Sequence[TextInstance], clip_id: str = "c") -> Clip:
    """A clip of labelled frames with these instances."""
    return Clip(
        clip_id=clip_id,
        fps=Fraction(25),
        height=HEIGHT,
        width=WIDTH,
        frames=tuple(Frame(index=i, time_s=i / 25, instances=tuple(ones)) for i, ones in enumerate(frames)),
        origin=Origin(kind="real", uri="a.mp4", license="CC0-1.0"),
    )


def pictures(of: Clip) -> Clip:
    """The clip with a video in which strokes are dark, without labels."""
    video = np.full((len(of.frames), HEIGHT, WIDTH, 3), 200, np.uint8)
    for page, frame in zip(video, of.frames, strict=True):
        for one in frame.instances:
            if one.mask is not None:
                page[masks.decode(one.mask)] = 30
    frames = tuple(replace(frame, labelled=False, instances=()) for frame in of.frames)
    return replace(of, frames=frames, video=video)


def layer(out: Path, clips: Sequence[Clip], *inputs: Path) -> Path:
    """A finished directory of one shard."""

    def one(_item: int, _notes: Notes) -> Iterator[Clip]:
        yield from clips

    stage.make(Stage(command="toy", config={"name": out.name}, out=out, inputs=inputs), one, [0])
    return out


def event(annotator: str, number: int, **changes: Any) -> Event:
    """An accepted annotation of frames 0 to 1 of clip c."""
    fields: dict[str, Any] = {
        "uid": "c:000000-000001",
        "clip_id": "c",
        "first": 0,
        "last": 1,
        "annotator": annotator,
        "annotation_id": number,
        "updated_at": datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=number),
        "lead_time_s": 20.0,
        "quality": "accept",
    }
    return Event(**{**fields, **changes})


def pull(root: Path, by: Mapping[str, Sequence[Clip]], rows: Sequence[Event]) -> Path:
    """A pull above a layer of pictures: each annotator's clips, and what is known of the annotations.

    Who has honeypots has the same clips in their layer of honeypots.
    """
    first = next(iter(by.values()))
    pixels = layer(root / "pixels", [pictures(one) for one in first])
    for annotator, clips in by.items():
        layer(root / "pull" / "by" / annotator, clips, pixels)
        if any(row.honeypot for row in rows if row.annotator == annotator):
            layer(root / "pull" / "honeypots" / annotator, clips, pixels)
    events.write(root / "pull", rows)
    return root / "pull"
