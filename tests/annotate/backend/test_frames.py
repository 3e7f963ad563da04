"""Pictures by URL: nothing outside of the document root is read, and nothing that is no whole picture."""

import io
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from annotate.backend import frames
from annotate.backend.cache import Cache
from annotate.backend.frames import Frames
from sts.errors import DataError
from tests.annotate.backend.pages import data_url, picture, png, window


def reader(root: Path) -> Frames:
    return Frames(root, lambda url: png(picture(len(url))), Cache(1 << 20))


def test_a_file_that_label_studio_serves_is_read_from_the_document_root(tmp_path: Path) -> None:
    first, second = window(tmp_path, 2)
    read = reader(tmp_path)
    assert (read.read(first).picture == picture(0)).all()
    assert (read.read(f"http://localhost:8080{second}").picture == picture(1)).all()


def test_a_file_that_changes_is_read_anew(tmp_path: Path) -> None:
    (url,) = window(tmp_path, 1)
    read = reader(tmp_path)
    before = read.read(url)
    (tmp_path / "clip one" / "000000.png").write_bytes(png(picture(1)))
    after = read.read(url)
    assert (after.picture == picture(1)).all()
    assert before.sha256 != after.sha256


def test_a_data_url_is_a_picture_and_any_other_address_is_fetched(tmp_path: Path) -> None:
    assert (reader(tmp_path).read(data_url(png(picture(2)))).picture == picture(2)).all()
    assert (reader(tmp_path).read("abc").picture == picture(3)).all()


def test_a_directory_is_shown_by_a_link_as_the_server_does(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    window(tmp_path / "elsewhere", 1)
    (tmp_path / "root" / "shown").symlink_to(tmp_path / "elsewhere" / "clip one")
    assert (reader(tmp_path / "root").read("/data/local-files/?d=shown/000000.png").picture == picture()).all()


@pytest.mark.parametrize(
    "path",
    [
        "../secret.png",
        "shown/../../secret.png",
        "shown/../secret.png",
        "shown/link.png",
        "shown/out/secret.png",
        "%2e%2e/secret.png",
        "/secret.png",
        "..",
    ],
)
def test_nothing_outside_of_the_document_root_is_read(tmp_path: Path, path: str) -> None:
    (tmp_path / "secret.png").write_bytes(png(picture()))
    shown = tmp_path / "root" / "shown"
    shown.mkdir(parents=True)
    (shown / "link.png").symlink_to(tmp_path / "secret.png")
    (shown / "out").symlink_to(tmp_path)
    with pytest.raises(DataError, match=r"leads out of .*: nothing else is read"):
        reader(tmp_path / "root").read(f"/data/local-files/?d={path}")


@pytest.mark.parametrize("path", ["", "no.png", "shown", "pipe", "a%00b", "x" * 5000])
def test_what_is_no_file_is_one_line(tmp_path: Path, path: str) -> None:
    (tmp_path / "shown").mkdir()
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(DataError) as raised:
        reader(tmp_path).read(f"/data/local-files/?d={path}")
    assert "\n" not in str(raised.value)
    assert len(str(raised.value)) < 6000


@pytest.mark.parametrize(
    "data", [b"", b"text", png(picture())[:-30], png(picture())[:60], b"\x89PNG\r\n\x1a\n" + bytes(100)]
)
def test_a_damaged_picture_is_one_line(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(DataError, match=r"^a picture of \d+ characters is no picture that can be decoded"):
        reader(tmp_path).read(data_url(data))


def test_no_base64_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is no base64"):
        reader(tmp_path).read("data:image/png;base64,????")


def test_a_picture_that_claims_to_be_huge_is_not_unpacked(tmp_path: Path) -> None:
    Image.new("1", (9000, 8000)).save(tmp_path / "huge.png")
    with pytest.raises(DataError, match=r"'huge.png' has 9000x8000 px: at most 50,000,000 are read"):
        reader(tmp_path).read("/data/local-files/?d=huge.png")


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "large.png").open("wb") as file:
        file.truncate(frames.LARGEST + 1)
    with pytest.raises(DataError, match=r"'large.png' is larger than 64 MiB"):
        reader(tmp_path).read("/data/local-files/?d=large.png")


def test_a_picture_is_upright_as_a_browser_shows_it() -> None:
    made = Image.fromarray(picture())
    exif = made.getexif()
    exif[0x0112] = 6
    file = io.BytesIO()
    made.save(file, "PNG", exif=exif)
    assert (frames.decoded(file.getvalue(), "it") == np.rot90(picture(), -1)).all()


def test_a_log_gets_no_data_and_no_signature() -> None:
    assert frames.name("data:image/png;base64,AAAA") == "a picture of 26 characters"
    assert frames.name("https://host/a.png?token=secret") == "'/a.png'"
    assert frames.name("/data/local-files/?d=a/b.png") == "'a/b.png'"
