from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from annotate import pictures, windows
from annotate.convert import Window
from sts.errors import DataError


def spans(n_frames: int, size: int) -> list[tuple[int, int]]:
    return [(window.first, window.last) for window in windows.cut("c", n_frames, size)]


def test_a_clip_is_cut_into_windows() -> None:
    assert spans(32, 16) == [(0, 15), (16, 31)]
    assert spans(24, 16) == [(0, 15), (16, 23)]
    assert spans(1, 16) == [(0, 0)]


def test_a_short_rest_joins_the_window_before_it_unless_that_gets_too_long() -> None:
    assert spans(39, 16) == [(0, 15), (16, 38)]
    assert spans(23, 16) == [(0, 22)]
    assert spans(40, 32) == [(0, 31), (32, 39)]
    assert spans(39, 32) == [(0, 31), (32, 38)]
    assert spans(32, 25) == [(0, 31)]
    assert spans(33, 26) == [(0, 25), (26, 32)]


@pytest.mark.parametrize("size", range(8, 33))
def test_windows_have_every_frame_once(size: int) -> None:
    for n_frames in range(1, 100):
        frames = [i for first, last in spans(n_frames, size) for i in range(first, last + 1)]
        assert frames == list(range(n_frames))
        assert max(last - first + 1 for first, last in spans(n_frames, size)) <= 32


def test_a_uid_names_its_window() -> None:
    window = Window(clip_id="a:0-1/b", first=3, last=12)
    assert windows.of(window.uid) == window


def test_files_have_names_that_differ_and_lie_where_they_should() -> None:
    names = ["clip-1", "a/b", "a_b", "a b", "..", "", ".x", "a.", "é", "x" * 200, "x" * 201, "../../etc"]
    made = [windows.file_name(name) for name in names]
    assert len({*made}) == len(names)
    assert made[0] == "clip-1"
    assert windows.file_name("ann@example.org") == "ann@example.org"
    assert all("/" not in name and not name.startswith(".") and 0 < len(name) <= 80 for name in made)


def test_pictures_are_written_once_and_again_where_they_differ(tmp_path: Path) -> None:
    window = Window(clip_id="a b/c", first=1, last=2)
    pictures.show(window, [b"0", b"1", b"2"], tmp_path)
    paths = [tmp_path / parse_qs(urlsplit(url).query)["d"][0] for url in pictures.urls(window)]
    assert [path.read_bytes() for path in paths] == [b"1", b"2"]
    assert sorted(path for path in tmp_path.rglob("*") if path.is_file()) == paths
    stamp = paths[0].stat().st_mtime_ns
    paths[1].write_bytes(b"x")
    pictures.show(window, [b"0", b"1", b"2"], tmp_path)
    assert (paths[0].stat().st_mtime_ns, paths[1].read_bytes()) == (stamp, b"2")


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "frames").write_text("")
    with pytest.raises(DataError, match=r"cannot write .*000000.jpg: .*; make room, or set `documents`"):
        pictures.show(Window(clip_id="c", first=0, last=0), [b"0"], tmp_path)
