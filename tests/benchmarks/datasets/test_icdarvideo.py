"""ICDAR Text in Videos, in files written to the published layout."""

from fractions import Fraction
from pathlib import Path

import pytest

from benchmarks.datasets.reader import UnusableError
from sts.errors import DataError
from tests.benchmarks.datasets.conftest import clips, only, photo, read, with_bytes, write

POINTS = '<Point x="{0}" y="3" /><Point x="{1}" y="3" /><Point x="{1}" y="9" /><Point x="{0}" y="9" />'


def shape(number: int, text: str, left: int = 2, more: str = 'Quality="HIGH"') -> str:
    points = POINTS.format(left, left + 8)
    return f'<object Transcription="{text}" ID="{number}" Language="English" {more}>{points}</object>'


def video(root: Path, *frames: str, name: str = "Video_10_1_1") -> None:
    """`frames` stand from number 1 on."""
    inside = "".join(f'<frame ID="{i}">{frame}</frame>' for i, frame in enumerate(frames, 1))
    write(root / f"{name}_GT.xml", f'<?xml version="1.0" encoding="us-ascii"?>\n<Frames>{inside}</Frames>')


def test_words_have_their_ids_transcripts_and_corners(tmp_path: Path) -> None:
    low, plain = 'Quality="low"', 'Category="scene"'
    video(tmp_path, shape(1001, "T &amp; M") + shape(7, "##DONT#CARE##", 20, low), "", shape(1001, "T", 4, plain))
    kept = [photo(tmp_path / "frames" / "Video_10_1_1" / f"{i}.jpg", quality=60 + i) for i in (1, 2, 3, 4)]
    clip, stored = with_bytes(tmp_path, "icdar")
    assert stored == tuple(kept)
    assert (clip.clip_id, clip.fps, clip.frames[2].time_s) == ("Video_10_1_1", Fraction(24), 2 / 24)
    assert [(frame.index, frame.labelled, len(frame.instances)) for frame in clip.frames] == [
        (0, True, 2), (1, True, 0), (2, True, 1), (3, False, 0),
    ]  # fmt: skip
    words = [one for frame in clip.frames for one in frame.instances]
    assert [(one.track_id, one.text, one.legible, one.ignore) for one in words] == [
        (1001, "T & M", True, False), (7, None, False, True), (1001, "T", True, False),
    ]  # fmt: skip
    assert words[0].polygon == ((2.0, 3.0), (10.0, 3.0), (10.0, 9.0), (2.0, 9.0))


def test_pictures_are_found_by_the_name_of_their_folder_and_sorted_by_number(tmp_path: Path) -> None:
    for name in ("b", "a"):
        video(tmp_path / "ch3_training", *[""] * 10, name=name)
        for i in range(1, 11):
            photo(tmp_path / "JPEG" / name / f"{i:03d}.jpg")
            photo(tmp_path / name / "thumbs" / f"{i}.jpg")
    assert [clip.clip_id for clip in clips(tmp_path, "icdar")] == ["a", "b"]
    assert [frame.index for frame in clips(tmp_path, "icdar")[0].frames] == list(range(10))


@pytest.mark.parametrize(
    ("xml", "why"),
    [
        ("<Frames><frame", "unclosed token"),
        ('<Frames><frame ID="x" /></Frames>', "ValueError"),
        ('<Frames><frame ID="0" /></Frames>', "it has a frame 0; they count from 1"),
        ('<Frames><frame ID="1"><object ID="1" /></frame></Frames>', "KeyError 'Transcription'"),
        (
            '<Frames><frame ID="1"><object ID="1" Transcription="a"><Point x="1" y="1"/></object></frame></Frames>',
            "poly",
        ),
    ],
)
def test_an_xml_file_that_cannot_be_read_leaves_its_clip_out(xml: str, why: str, tmp_path: Path) -> None:
    write(tmp_path / "a_GT.xml", xml)
    photo(tmp_path / "frames" / "a" / "1.jpg")
    with pytest.raises(UnusableError, match=why) as caught:
        read(tmp_path, "icdar")
    assert caught.value.reason == "labels cannot be read"


def test_a_frame_without_picture_and_pictures_of_two_sizes_leave_their_clip_out(tmp_path: Path) -> None:
    video(tmp_path, "", "", name="a")
    with pytest.raises(UnusableError, match=r"clip a has no picture 1.jpg in a folder a below"):
        only(tmp_path, "icdar")
    photo(tmp_path / "frames" / "a" / "1.jpg")
    with pytest.raises(UnusableError, match=r"clip a has no picture 2.jpg"):
        only(tmp_path, "icdar")
    photo(tmp_path / "frames" / "a" / "2.jpg", 10, 12)
    with pytest.raises(UnusableError, match="has pictures and masks of") as caught:
        only(tmp_path, "icdar")
    assert caught.value.reason == "sizes differ"


def test_two_files_of_one_clip_or_frame_are_an_error(tmp_path: Path) -> None:
    video(tmp_path, "", name="a")
    photo(tmp_path / "a" / "1.jpg")
    photo(tmp_path / "a" / "001.jpg")
    with pytest.raises(DataError, match=r"two files for frame 1 of a: a/001.jpg and a/1.jpg; remove one"):
        read(tmp_path, "icdar")
    video(tmp_path / "again", "", name="a")
    with pytest.raises(DataError, match=r"two files for a: a_GT.xml and again/a_GT.xml; remove one"):
        read(tmp_path, "icdar")
