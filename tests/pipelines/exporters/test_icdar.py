"""ICDAR Text in Videos: one XML file a clip."""

import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sts.types import Frame, TextInstance

FIRST = "synth-0-000001"


@pytest.fixture
def out(export_of: Callable[..., Path], pairs: Any) -> Path:
    return export_of("icdar", pairs)


def objects(out: Path, number: int, name: str = FIRST) -> dict[int, ET.Element]:
    """By id; read as the scripts for this format do, with whole coordinates."""
    root = ET.parse(out / f"{name}_GT.xml").getroot()
    frame = next(one for one in root if int(one.attrib["ID"]) == number)
    assert all(int(point.attrib[axis]) >= 0 for one in frame for point in one for axis in "xy")
    return {int(one.attrib["ID"]): one for one in frame}


def corners(one: ET.Element) -> list[tuple[int, int]]:
    return [(int(point.attrib["x"]), int(point.attrib["y"])) for point in one]


def test_ids_corners_and_transcripts_come_back_in_every_frame(out: Path) -> None:
    first, later = objects(out, 1), objects(out, 3)
    assert {number: one.attrib["Transcription"] for number, one in first.items()} == {
        3: "Käse", 300: "שלום", 5: "##DONT#CARE##", 7: "box & <only>",
    }  # fmt: skip
    assert {number: one.attrib["Transcription"] for number, one in later.items()} == {3: "Käse", 4: "नमस्ते", 5: "tiny"}
    assert corners(first[300]) == [(30, 3), (57, 3), (57, 15), (30, 15)]
    assert corners(later[4]) == [(40, 25), (66, 25), (66, 37), (40, 37)]


def test_illegible_words_are_of_low_quality(out: Path) -> None:
    assert {number: one.attrib["Quality"] for number, one in objects(out, 3).items()} == {
        3: "LOW",
        4: "HIGH",
        5: "HIGH",
    }


def test_frames_count_from_1_and_those_without_labels_are_lost(out: Path) -> None:
    root = ET.parse(out / f"{FIRST}_GT.xml").getroot()
    assert (root.tag, [one.attrib["ID"] for one in root]) == ("Frames", ["1", "3"])
    assert sorted(path.name for path in (out / "frames" / FIRST).iterdir()) == ["1.jpg", "3.jpg"]


def test_the_list_of_words_has_the_first_transcript_of_every_track(out: Path) -> None:
    assert (out / f"{FIRST}_GT_voc.txt").read_text(encoding="utf-8").splitlines() == [
        '"3","Käse"', '"4","नमस्ते"', '"5","tiny"', '"7","box & <only>"', '"300","שלום"',
    ]  # fmt: skip


def test_lines_characters_strokes_and_hidden_words_are_lost(out: Path) -> None:
    assert not {1, 2, 6, 8, 9, 10} & set(objects(out, 1))


def test_a_character_that_xml_cannot_hold_is_replaced(
    export_of: Callable[..., Path], pairs: Any, piece_of: Callable[..., TextInstance]
) -> None:
    clip, data = pairs[1]
    word = piece_of(1, "word", ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0)), text="a\x00b\u200dc")
    clip = replace(clip, clip_id="one", frames=(Frame(index=0, time_s=0.0, instances=(word,)),))
    found = objects(export_of("icdar", ((clip, data),)), 1, "one")
    assert found[1].attrib["Transcription"] == "a\ufffdb\u200dc"
