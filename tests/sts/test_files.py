"""Places on this machine and behind URLs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sts import files
from sts.errors import ConfigError, DataError


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


def test_a_file_in_the_place_of_a_claimed_directory_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(DataError, match=f"{tmp_path}/file is a file and not a directory; choose another --out$"),
        files.claimed(tmp_path / "file"),
    ):
        pass


def test_what_a_dead_process_left_is_removed_and_what_a_living_one_writes_stays(tmp_path: Path) -> None:
    names = {".a.4194305.tmp", f".a.{os.getppid()}.tmp", ".a.b.4194305.tmp"}  # Linux counts processes to 4194304
    for name in names:
        (tmp_path / name).touch()
    with files.replacing(tmp_path / "a") as file:
        file.write(b"whole")
    assert set(files.names(tmp_path)) == {"a", *names} - {".a.4194305.tmp"}


WRITER = """
import sys
from sts import files
with files.claimed(sys.argv[1]):
    print("claimed", flush=True)
    sys.stdin.read()
"""


def test_a_directory_is_written_by_one_process_at_a_time(tmp_path: Path) -> None:
    out = tmp_path / "out"
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(out)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"claimed\n"
        with (
            pytest.raises(ConfigError, match=r"out is being written by another run.*: wait for it, or give another"),
            files.claimed(out),
        ):
            pass
        with files.claimed(tmp_path), files.claimed(out / "below"):
            pass
        writer.kill()
    with files.claimed(out):
        assert files.names(out) == ("below",)
