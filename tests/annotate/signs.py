"""A sign with text at every level on a portrait picture, as a pre-label, and as a person may hand it back."""

from fractions import Fraction
from itertools import count
from typing import Any

import cv2
import numpy as np

from annotate import convert, regions
from annotate.convert import Answer, Window
from annotate.regions import Page, Region
from sts import masks
from sts.geometry import Polygon
from sts.types import Clip, Frame, Mask, Origin, TextInstance

HEIGHT, WIDTH = 192, 108
FRESH = 100
"""First track of what is new"""


def lettering(text: str, left: int, base: int) -> Mask:
    """Strokes, holes included."""
    drawn = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.putText(drawn, text, (left, base), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 255, 2)
    return masks.encode(drawn > 0)


def blot(left: int, top: int, width: int, height: int) -> Mask:
    """A filled rectangle."""
    pixels = np.zeros((HEIGHT, WIDTH), np.bool_)
    pixels[top : top + height, left : left + width] = True
    return masks.encode(pixels)


def quad(left: float, top: float, right: float, bottom: float) -> Polygon:
    x0, y0, x1, y1 = float(left), float(top), float(right), float(bottom)
    return ((x0, y0), (x1, y0), (x1, y1), (x0, y1))


def instance(track_id: int, level: str, polygon: Polygon, **fields: Any) -> TextInstance:
    given: dict[str, Any] = {"track_id": track_id, "level": level, "polygon": polygon, "source": "predicted"}
    return TextInstance(**given | fields)


def sign() -> tuple[TextInstance, ...]:
    """A paragraph, a line, a word with all that a word can have, its character, one to ignore, and loose strokes."""
    strokes = lettering("OA", 8, 60)
    word = instance(
        3,
        "word",
        quad(6.25, 30.5, 60.015625, 66),
        parent_id=2,
        mask=strokes,
        amodal_mask=masks.union([strokes, blot(50, 50, 6, 9)]),
        effect_mask=blot(8, 63, 40, 2),
        text="OA",
        script="Latn",
        score=0.75,
        font="Noto",
    )
    return (
        instance(1, "paragraph", quad(2, 20, 100, 120)),
        instance(2, "line", quad(4, 25, 98, 70), parent_id=1, text="OA xx"),
        word,
        instance(4, "char", quad(7, 31, 30, 65), parent_id=3, text="O"),
        instance(
            5,
            "word",
            quad(64, 30, 96, 66),
            parent_id=2,
            mask=blot(66, 40, 20, 9),
            ignore=True,
            legible=False,
            score=0.5,
        ),
        instance(6, "text", quad(8, 140, 90, 170), mask=lettering("BD8", 10, 165), score=0.25),
        instance(7, "word", quad(4, 80, 40, 100), text="\u0628\u0627\u0628", script="Arab", ignore=True),
    )


def clip(n: int = 4) -> Clip:
    """The sign on every frame."""
    frames = tuple(Frame(index=i, time_s=i / 25, instances=sign()) for i in range(n))
    origin = Origin(kind="real", uri="file:sign.mp4", license="CC0-1.0")
    return Clip(clip_id="real:sign", fps=Fraction(25), height=HEIGHT, width=WIDTH, frames=frames, origin=origin)


def page(item: int = 0, frame: int = 0) -> Page:
    return Page(item=item, frame=frame, height=HEIGHT, width=WIDTH)


def window(first: int = 0, last: int = 0) -> Window:
    return Window(clip_id="real:sign", first=first, last=last)


def result(origin: str | None = "prediction") -> list[Region]:
    """The regions of the first frame as the editor hands them back untouched."""
    return [region | ({"origin": origin} if origin else {}) for region in regions.write(sign(), page())]


def answer(given: list[Region]) -> Answer:
    """What is read from regions of the first frame."""
    return convert.answer(given, window(), clip(), count(FRESH))


def left(given: list[Region]) -> dict[int, TextInstance]:
    """The same by track."""
    return {one.track_id: one for one in answer(given).frames[0].instances}


def without(given: list[Region], *keys: str) -> list[Region]:
    return [one for one in given if one["id"] not in keys]


def painted(key: str, mask: Mask, parent: str | None = None, label: str = "text") -> Region:
    """Strokes that a person drew."""
    text = instance(0, "text", quad(0, 0, 1, 1), mask=mask, ignore=label == "ignore")
    (drawn,) = regions.write([text], page())
    return drawn | {"id": key, "origin": "manual"} | ({"parentID": parent} if parent else {})


def outlined(
    key: str, level: str, polygon: Polygon, parent: str | None = None, text: str | None = None
) -> list[Region]:
    """A polygon that a person drew, perhaps with a transcript."""
    made = regions.write([instance(0, level, polygon, text=text)], page())
    return [one | {"id": key, "origin": "manual"} | ({"parentID": parent} if parent else {}) for one in made]
