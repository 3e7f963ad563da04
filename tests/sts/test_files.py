"""Places on this machine and behind URLs."""

from pathlib import Path

import pytest

from sts import files
from sts.errors import DataError


def test_only_what_lies_on_this_machine_has_a_path(tmp_path: Path) -> None:
    assert files.local(tmp_path / "a") == files.local(f"file://{tmp_path}/a") == str(tmp_path / "a")
    assert files.local("memory://a") is None


def test_a_place_is_the_same_by_any_of_its_names(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    for name in (f"{tmp_path}/", f"{tmp_path}/a/..", f"file://{tmp_path}", tmp_path / "link"):
        assert files.same(tmp_path, name)
    assert files.same("memory://a", "memory://a/")
    assert not files.same(tmp_path, tmp_path / "a")
    assert not files.same("memory://a", "memory://b")


@pytest.mark.parametrize("below", ["", "/a/b"])
def test_a_file_in_the_place_of_a_directory_is_named(below: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(DataError, match=f"{tmp_path}/file is a file and not a directory; choose another --out$"),
        files.replacing(f"{tmp_path}/file{below}/run.json"),
    ):
        pass
