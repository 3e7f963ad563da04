"""Settings that cannot be meant are refused before anything listens."""

from pathlib import Path
from typing import Any

import pytest

from annotate.backend import settings
from annotate.backend.settings import ServeConfig
from sts.errors import ConfigError


def test_other_machines_need_a_login() -> None:
    with pytest.raises(ConfigError, match=r"host = 0.0.0.0 lets everybody in: set BASIC_AUTH_USER and BASIC_AUTH_PASS"):
        settings.login(ServeConfig(host="0.0.0.0"), {})
    assert settings.login(ServeConfig(host="0.0.0.0"), {"BASIC_AUTH_USER": "a", "BASIC_AUTH_PASS": "b"}) is not None
    for host in ("127.0.0.1", "127.0.0.2", "::1", "localhost"):
        assert settings.login(ServeConfig(host=host), {}) is None


@pytest.mark.parametrize(("there", "missing"), [("USER", "PASS"), ("PASS", "USER")])
def test_half_a_login_is_refused(there: str, missing: str) -> None:
    with pytest.raises(ConfigError, match=f"BASIC_AUTH_{there} is set and BASIC_AUTH_{missing} is not"):
        settings.login(ServeConfig(), {f"BASIC_AUTH_{there}": "a"})


def test_a_password_is_not_shown() -> None:
    login = settings.login(ServeConfig(), {"BASIC_AUTH_USER": "studio", "BASIC_AUTH_PASS": "sesame"})
    assert "sesame" not in repr(login)


@pytest.mark.parametrize("wrong", [{"port": 65536}, {"port": -1}, {"cache_mb": -1}], ids=str)
def test_numbers_that_cannot_be_meant_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="give a port from 0 to 65535 and 0 MB or more"):
        ServeConfig(**wrong)


def test_other_weights_or_options_are_another_version(tmp_path: Path) -> None:
    (tmp_path / "net.pt").write_bytes(b"one")
    (tmp_path / "run").mkdir()
    tables: list[dict[str, object]] = [{"class": "a.b:C"}, {"class": "a.b:C", "k": 1}]
    tables += [{"class": "a.b:C", "weights": str(tmp_path / name)} for name in ("net.pt", "run")]
    before = [settings.version(table) for table in tables]
    (tmp_path / "net.pt").write_bytes(b"two")
    (tmp_path / "run" / "step-1.safetensors").touch()
    after = [settings.version(table) for table in tables]
    assert before[:2] == after[:2]
    assert len({*before, *after}) == 6
    assert all(version.startswith("C@") for version in before)


def test_weights_of_the_command_line_come_first() -> None:
    given = ServeConfig(segmenter={"class": "a.b:C", "weights": "old"})
    assert settings.table(given, "new")["weights"] == "new"
    assert settings.table(given, "")["weights"] == "old"
