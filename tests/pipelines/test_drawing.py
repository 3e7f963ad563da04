"""A graph as SVG: arrows lead down, and through no box."""

import re
import xml.etree.ElementTree as ET
from itertools import combinations

from pipelines import drawing
from pipelines.drawing import Arrow, Box

SPACE = "{http://www.w3.org/2000/svg}"
LONG = [("a", "b", "made"), ("b", "c", "made"), ("c", "d", "made"), ("a", "d", "said"), ("e", "d", "made")]


def drawn(names: str, arrows: list[Arrow]) -> ET.Element:
    svg = str(drawing.draw({name: Box(words="x") for name in names}, arrows))
    return ET.fromstring(svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))


def boxes(svg: ET.Element) -> dict[str, tuple[float, float, float, float]]:
    """Left, top, right and bottom by name."""
    found = {}
    for group in svg.iter(f"{SPACE}g"):
        rect, title = group.find(f"{SPACE}rect"), group.findtext(f"{SPACE}title")
        assert rect is not None
        assert title is not None
        x, y, width, height = (float(rect.attrib[name]) for name in ("x", "y", "width", "height"))
        found[title.partition(":")[0]] = (x, y, x + width, y + height)
    return found


def ends(svg: ET.Element) -> list[list[tuple[float, float]]]:
    """Where each arrow goes through, without the handles of its curves."""
    lines = [path.attrib["d"] for path in svg.iter(f"{SPACE}path") if path.attrib["class"].startswith("arrow")]
    found = []
    for line in lines:
        points = [(0.0, 0.0)]
        for letter, numbers in re.findall(r"([MCV])([-\d. ]+)", line):
            values = [float(number) for number in numbers.split()]
            points.append((points[-1][0], values[0]) if letter == "V" else (values[-2], values[-1]))
        found.append(points[1:])
    return found


def test_what_is_made_stands_below_what_it_is_made_from() -> None:
    places = boxes(drawn("abcde", LONG))
    assert [places[target][1] > places[source][3] for source, target, _ in LONG] == [True] * len(LONG)


def test_a_source_stands_right_above_the_first_that_needs_it() -> None:
    places = boxes(drawn("abcde", LONG))
    assert places["e"][1] == places["c"][1]


def test_boxes_do_not_overlap() -> None:
    arrows = [("a", name, "made") for name in "bcdefg"] + [(name, "h", "made") for name in "bcdefg"]
    for one, other in combinations(boxes(drawn("abcdefgh", arrows)).values(), 2):
        assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]


def test_an_arrow_begins_and_ends_at_its_boxes_and_passes_beside_the_others() -> None:
    svg = drawn("abcde", LONG)
    places = boxes(svg)
    for (source, target, _), points in zip(LONG, ends(svg), strict=True):
        (x, y), (end_x, end_y) = points[0], points[-1]
        assert (x, y) == ((places[source][0] + places[source][2]) / 2, places[source][3])
        assert (end_x, end_y) == ((places[target][0] + places[target][2]) / 2, places[target][1])
        for name, (left, top, right, bottom) in places.items():
            inside = [left < x < right and top < y < bottom for x, y in points]
            beside = [left < x < right and top <= y <= bottom for x, y in points[1:-1]]
            assert not any(inside), name
            assert not any(beside), name


def test_the_picture_holds_all_that_is_drawn() -> None:
    svg = drawn("abcde", LONG)
    right, bottom = float(svg.attrib["width"]), float(svg.attrib["height"])
    for left, top, x, y in boxes(svg).values():
        assert 0 <= left < x <= right
        assert 0 <= top < y <= bottom


def test_a_long_name_keeps_its_end() -> None:
    shown = [group.findtext(f"{SPACE}text") for group in drawn_one("a/very/long/path/of/a/directory").iter(f"{SPACE}g")]
    assert shown == ["…/path/of/a/directory"]


def test_names_are_words_and_no_markup() -> None:
    assert boxes(drawn_one('<b>"&')).keys() == {'<b>"&'}


def drawn_one(name: str) -> ET.Element:
    svg = str(drawing.draw({name: Box(words="x")}, []))
    return ET.fromstring(svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))
