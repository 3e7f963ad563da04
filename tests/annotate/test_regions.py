"""Instances as regions: ids, nesting, labels, coordinates."""

import json

import numpy as np
import pytest

from annotate import bitmask, brush, outlines, regions
from annotate.interface import Masks
from sts import geometry, masks
from tests.annotate import signs


def by_id(kind: Masks = "bitmasklabels") -> dict[tuple[str, str], regions.Region]:
    return {(one["id"], one["from_name"]): one for one in regions.write(signs.sign(), signs.page(2, 40), kind)}


def test_what_the_editor_shows_has_a_region_each() -> None:
    assert [*by_id()] == [
        ("t1f40p", "unit"),
        ("t2f40p", "unit"),
        ("t2f40p", "transcript"),
        ("t3f40p", "unit"),
        ("t3f40p", "transcript"),
        ("t3f40m", "stroke"),
        ("t5f40p", "unit"),
        ("t5f40m", "stroke"),
        ("t6f40m", "stroke"),
        ("t7f40p", "unit"),
        ("t7f40p", "transcript"),
    ]


def test_words_lie_in_lines_in_paragraphs_and_strokes_in_words() -> None:
    parents = {key: one.get("parentID") for (key, name), one in by_id().items() if name != "transcript"}
    assert parents == {
        "t1f40p": None,
        "t2f40p": "t1f40p",
        "t3f40p": "t2f40p",
        "t3f40m": "t3f40p",
        "t5f40p": "t2f40p",
        "t5f40m": "t5f40p",
        "t6f40m": None,
        "t7f40p": None,
    }


def test_labels_name_the_level_and_what_to_ignore() -> None:
    found = by_id()
    labels = {key: one["value"].get(one["type"]) for key, one in found.items() if key[1] != "transcript"}
    assert labels["t1f40p", "unit"] == ["paragraph"]
    assert labels["t3f40m", "stroke"] == ["text"]
    assert labels["t5f40m", "stroke"] == ["ignore"]
    assert found["t7f40p", "transcript"]["value"]["text"] == ["\u0628\u0627\u0628"]


def test_every_region_says_frame_and_size() -> None:
    keys = ("to_name", "item_index", "original_width", "original_height", "image_rotation")
    assert {tuple(one[key] for key in keys) for one in by_id().values()} == {("img", 2, 108, 192, 0)}


def test_scores_go_with_the_regions() -> None:
    assert {key: one["score"] for (key, _), one in by_id().items() if "score" in one} == {
        "t3f40p": 0.75,
        "t3f40m": 0.75,
        "t5f40p": 0.5,
        "t5f40m": 0.5,
        "t6f40m": 0.25,
    }


@pytest.mark.parametrize("kind", ["bitmasklabels", "brushlabels"])
def test_strokes_are_written_pixel_by_pixel_in_either_codec(kind: Masks) -> None:
    value = by_id(kind)["t3f40m", "stroke"]["value"]
    decode, key = {"bitmasklabels": (bitmask.decode, "imageDataURL"), "brushlabels": (brush.decode, "rle")}[kind]
    assert masks.encode(decode(value[key], signs.HEIGHT, signs.WIDTH)) == signs.sign()[2].mask


def test_regions_are_plain_json() -> None:
    made = [*by_id("brushlabels").values(), *by_id().values()]
    assert json.loads(json.dumps(made)) == made


def test_the_corner_of_a_pixel_is_its_share_of_the_picture() -> None:
    page = signs.page()
    assert regions.percent(((0.0, 0.0), (54.0, 48.0), (108.0, 192.0)), page) == [[0, 0], [50, 25], [100, 100]]
    assert regions.pixels([[50.0, 25.0]], page) == ((54.0, 48.0),)


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (720, 1280), (1919, 1081), (7, 3)])
def test_a_polygon_drifts_less_than_a_millionth_of_a_pixel(width: int, height: int) -> None:
    rng = np.random.default_rng(1)
    points = rng.uniform(-0.1, 1.1, (2000, 2)) * (width, height)
    page = regions.Page(item=0, frame=0, height=height, width=width)
    back = regions.pixels(regions.percent(tuple((x, y) for x, y in points.tolist()), page), page)
    assert np.abs(np.array(back) - points).max() < 1e-6


@pytest.mark.parametrize("turn", [0, 30, 45])
def test_a_polygon_that_is_filled_and_outlined_again_has_not_moved(turn: int) -> None:
    """Half a pixel of another convention would show in the centre, whichever side it is on."""
    page = regions.Page(item=0, frame=0, height=161, width=243)
    way = np.deg2rad(turn)
    spin = np.array([[np.cos(way), np.sin(way)], [-np.sin(way), np.cos(way)]])
    points = np.array([(-40, -12), (40, -12), (40, 12), (-40, 12)]) @ spin + (121, 80)
    polygon = regions.pixels(regions.percent(tuple((x, y) for x, y in points.tolist()), page), page)
    rows, columns = np.indices((page.height, page.width))
    centres = np.stack([columns.ravel(), rows.ravel()], axis=1) + 0.5
    ((outline, mask),) = outlines.parts(geometry.contains(polygon, centres).reshape(page.height, page.width))
    assert np.abs(masks.centres(mask).mean(axis=0) - (121, 80)).max() < 0.25
    assert np.abs(np.array(geometry.box(outline)).reshape(2, 2).mean(axis=0) - (121, 80)).max() < 0.25


def test_strokes_without_a_pixel_are_not_sent() -> None:
    none = signs.instance(9, "word", signs.quad(1, 1, 9, 9), mask=masks.empty(signs.HEIGHT, signs.WIDTH))
    assert [one["from_name"] for one in regions.write([none], signs.page())] == ["unit"]


def test_a_parent_that_is_not_on_the_frame_is_not_named() -> None:
    orphan = signs.instance(9, "word", signs.quad(1, 1, 9, 9), parent_id=77)
    (region,) = regions.write([orphan], signs.page())
    assert "parentID" not in region
