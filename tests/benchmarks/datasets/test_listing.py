"""Which file plays which part, and folders that cannot be what they should be."""

import shutil
from pathlib import Path

import pytest

from benchmarks.datasets import formats, listing
from benchmarks.datasets.reader import Dataset
from sts.errors import ConfigError, DataError
from tests.benchmarks.datasets.conftest import photo, write

names = pytest.mark.parametrize("name", sorted(formats.FORMATS))


@names
def test_every_format_is_a_reader(name: str) -> None:
    assert isinstance(formats.find(name), Dataset)


@names
def test_an_empty_folder_an_archive_and_a_missing_one_are_one_line_errors(name: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    write(tmp_path / "full" / "a.unknown", "a")
    shutil.make_archive(str(tmp_path / "set"), "zip", tmp_path / "full")
    for folder, said in (
        ("empty", "is empty"),
        ("set.zip", "unpack it"),
        ("none", "none does not exist: name"),
        ("full", "docs/datasets"),
    ):
        with pytest.raises(DataError, match=said) as error:
            list(formats.find(name).items(tmp_path / folder))
        assert "\n" not in str(error.value)


def test_an_unknown_format_suggests_the_nearest() -> None:
    with pytest.raises(ConfigError, match="did you mean totaltext"):
        formats.find("Total-Text")
    with pytest.raises(ConfigError, match="give one of totaltext, textseg"):
        formats.find("zzz")


def test_a_reader_of_ones_own_is_named_by_its_import_path() -> None:
    assert formats.find("benchmarks.datasets.folder:Folder") == formats.find("folder")


def test_partners_share_the_split_and_the_path_below_their_folders(tmp_path: Path) -> None:
    for name in (
        "Images/Train/b/1.jpg",
        "val/images/1.jpg",
        "test_images/1.jpg",
        ".images/2.jpg",
        "__MACOSX/images/3.jpg",
    ):
        write(tmp_path / name, "")
    found = listing.keyed(tmp_path, "images|(test)_images", r"(?P<key>.+)\.jpg")
    assert found == {
        "train/b/1": "Images/Train/b/1.jpg",
        "val/1": "val/images/1.jpg",
        "test/1": "test_images/1.jpg",
    }


def test_two_files_of_one_name_are_an_error(tmp_path: Path) -> None:
    photo(tmp_path / "images" / "1.jpg")
    photo(tmp_path / "images" / "1.png")
    with pytest.raises(DataError, match=r"two files for 1: images/1\.jpg and images/1\.png"):
        listing.keyed(tmp_path, "images", r"(?P<key>.+)\.(jpg|png)")


def test_linked_folders_are_followed_and_a_circle_ends(tmp_path: Path) -> None:
    write(tmp_path / "far" / "1.txt", "")
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "images").symlink_to(tmp_path / "far", target_is_directory=True)
    (tmp_path / "far" / "again").symlink_to(tmp_path / "far", target_is_directory=True)
    assert [str(path) for path in listing.listing(tmp_path / "set")] == ["images/1.txt"]


@pytest.mark.parametrize("name", ["../a.jpg", "/etc/passwd", "a/../../b", "..\\a", "", None, 7])
def test_a_path_that_leads_out_of_the_folder_is_refused(name: object, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="not a path below"):
        listing.inside(tmp_path, name, "a.json")


def test_clips_come_in_the_order_of_their_numbers() -> None:
    assert sorted(["img10", "img9", "a1"], key=listing.natural) == ["a1", "img9", "img10"]
