"""Places on this machine and behind URLs."""

from pathlib import Path

from sts import files


def test_only_what_lies_on_this_machine_has_a_path(tmp_path: Path) -> None:
    assert files.local(tmp_path / "a") == files.local(f"file://{tmp_path}/a") == str(tmp_path / "a")
    assert files.local("memory://a") is None
