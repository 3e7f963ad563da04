"""Words in line, lines in paragraphs: columns, slopes, arcs, text that runs down, scripts from right to left."""

import math
from fractions import Fraction

import numpy as np

from realv.labelers.hierarchy import Hierarchy
from sts.geometry import Polygon
from sts.types import Clip, Frame, Origin, TextInstance


def box(left: float, top: float, width: float, height: float = 20.0) -> Polygon:
    right, bottom = float(left + width), float(top + height)
    return ((float(left), float(top)), (right, float(top)), (right, bottom), (float(left), bottom))


def turned(polygon: Polygon, degrees: float) -> Polygon:
    turn = math.radians(degrees)
    return tuple((x * math.cos(turn) - y * math.sin(turn), x * math.sin(turn) + y * math.cos(turn)) for x, y in polygon)


def arc(start: float, end: float) -> Polygon:
    """A piece of a ring of radius 100 to 120 px, in degrees from the left, over the top."""
    angles = np.radians(np.linspace(start, end, 7))
    rings = [np.stack([150 - r * np.cos(angles), 150 - r * np.sin(angles)], axis=1) for r in (120.0, 100.0)]
    return tuple(map(tuple, np.concatenate([rings[0], rings[1][::-1]]).tolist()))


def label(*frames: dict[str, Polygon]) -> Clip:
    """The hierarchy of words by their text, the same track for the same text."""
    tracks = {text: n for n, text in enumerate(sorted({text for frame in frames for text in frame}), 1)}
    made = tuple(
        Frame(
            index=i,
            time_s=float(i),
            instances=tuple(
                TextInstance(track_id=tracks[text], level="word", polygon=polygon, source="predicted", text=text)
                for text, polygon in words.items()
            ),
        )
        for i, words in enumerate(frames)
    )
    origin = Origin(kind="real", uri="made", license="CC0-1.0")
    clip = Clip(clip_id="c", fps=Fraction(1), height=400, width=400, frames=made, origin=origin)
    return Hierarchy().label(clip)


def lines(clip: Clip, frame: int = 0) -> set[str | None]:
    return {item.text for item in clip.frames[frame].instances if item.level == "line"}


def paragraphs(clip: Clip, frame: int = 0) -> set[frozenset[str | None]]:
    items = clip.frames[frame].instances
    return {
        frozenset(line.text for line in items if line.level == "line" and line.parent_id == item.track_id)
        for item in items
        if item.level == "paragraph"
    }


def test_words_in_a_row_are_a_line_in_reading_order() -> None:
    found = label({"DAY": box(110, 11, 40), "OPEN": box(10, 10, 50), "ALL": box(68, 10, 36)})
    assert lines(found) == {"OPEN ALL DAY"}


def test_columns_are_apart_and_lines_below_each_other_together() -> None:
    found = label({"A1": box(0, 0, 80), "A2": box(0, 26, 70), "B1": box(130, 0, 80), "B2": box(130, 26, 90)})
    assert lines(found) == {"A1", "A2", "B1", "B2"}
    assert paragraphs(found) == {frozenset({"A1", "A2"}), frozenset({"B1", "B2"})}


def test_a_title_much_larger_than_the_text_is_a_paragraph_of_its_own() -> None:
    found = label({"BIG": box(0, 0, 200, 60), "small": box(0, 66, 60), "print": box(66, 66, 60)})
    assert paragraphs(found) == {frozenset({"BIG"}), frozenset({"small print"})}


def test_sloping_and_upright_text_is_grouped_along_its_own_direction() -> None:
    for degrees in (-30.0, 20.0, 90.0, -90.0):
        words = {"ONE": box(0, 0, 60), "TWO": box(66, 0, 60), "THREE": box(0, 26, 80)}
        found = label({text: turned(polygon, degrees) for text, polygon in words.items()})
        assert lines(found) == {"ONE TWO", "THREE"}
        assert len(paragraphs(found)) == 1


def test_words_on_an_arc_are_one_line() -> None:
    assert lines(label({"ROUND": arc(30, 80), "ABOUT": arc(86, 150)})) == {"ROUND ABOUT"}


def test_tall_words_are_read_downwards() -> None:
    words = {"営業中": box(0, 0, 20, 60), "本日": box(0, 64, 20, 40), "休": box(200, 0, 20, 20)}
    assert lines(label(words)) == {"営業中 本日", "休"}


def test_text_from_right_to_left_is_read_from_the_right() -> None:
    assert lines(label({"مرحبا": box(70, 0, 60), "بكم": box(10, 0, 54)})) == {"مرحبا بكم"}


def test_lines_keep_their_numbers_while_words_come_and_go() -> None:
    whole = {"OPEN": box(10, 10, 50), "NOW": box(68, 10, 36)}
    found = label(whole, {"NOW": box(70, 10, 36)}, {}, whole)
    ids = [{item.track_id for item in frame.instances if item.level == "line"} for frame in found.frames]
    assert ids[0] == ids[1] == ids[3] != ids[2] == set()
    assert lines(found, 1) == {"OPEN NOW"}


def test_words_that_touch_in_one_frame_only_are_two_lines() -> None:
    apart = {"CAR": box(0, 10, 50), "WALL": box(200, 10, 50)}
    found = label(apart, apart, apart, {"CAR": box(144, 10, 50), "WALL": box(200, 10, 50)})
    assert lines(found, 3) == {"CAR", "WALL"}


def test_polygons_of_any_kind_are_taken() -> None:
    hexagon = ((10.0, 20.0), (20.0, 10.0), (60.0, 10.0), (70.0, 20.0), (60.0, 30.0), (20.0, 30.0))
    found = label({"HEX": hexagon, "THREE": ((80.0, 10.0), (120.0, 10.0), (100.0, 30.0)), "FLAT": ((5.0, 5.0),) * 4})
    assert {"HEX", "THREE"} <= {word for line in lines(found) for word in (line or "").split()}
