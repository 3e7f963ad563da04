from pathlib import Path

import pytest

from sts import ledger
from sts.errors import ConfigError, DataError


def write(folder: Path, text: str) -> None:
    (folder / ledger.NAME).write_text(text, encoding="utf-8")


def test_a_file_has_the_terms_of_its_table_or_of_the_folder(tmp_path: Path) -> None:
    write(tmp_path, '["*"]\nlicense = "CC0-1.0"\n["a.mp4"]\nlicense = "CC-BY-4.0"\ncredit = "A. Person"\n')
    assert ledger.entry(tmp_path / "a.mp4") == ledger.Entry(license="CC-BY-4.0", credit="A. Person")
    assert ledger.entry(tmp_path / "b.mp4") == ledger.Entry(license="CC0-1.0")


def test_nothing_said_is_unstated(tmp_path: Path) -> None:
    assert ledger.entry(tmp_path / "a.mp4").license == "LicenseRef-unstated"
    write(tmp_path, '["b.mp4"]\nrefuse = "a face"\n')
    assert ledger.entry(tmp_path / "a.mp4") == ledger.Entry()


def test_a_ledger_that_is_mended_is_read_again(tmp_path: Path) -> None:
    write(tmp_path, '["*"]\nlicense = "MIT"\n')
    assert ledger.entry(tmp_path / "a.mp4").license == "MIT"
    write(tmp_path, '["*"]\nlicense = "CC0-1.0"\n')
    assert ledger.entry(tmp_path / "a.mp4").license == "CC0-1.0"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('["a.mp4"]\nlicence = "MIT"\n', r"sources.toml \['a.mp4'\]: unknown key licence; did you mean license"),
        ('["a.mp4"\n', "sources.toml cannot be read"),
        ('license = "MIT"\n', "has 'license' outside a table"),
    ],
)
def test_a_ledger_that_cannot_be_read_is_one_line(tmp_path: Path, text: str, said: str) -> None:
    write(tmp_path, text)
    (tmp_path / "a.mp4").touch()
    with pytest.raises(DataError, match=said) as caught:
        ledger.entry(tmp_path / "a.mp4")
    assert "\n" not in str(caught.value).strip()
    with pytest.raises(ConfigError, match=said):
        ledger.check(tmp_path)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("shopp.mp4", r"sources.toml names 'shopp.mp4', and no such file lies beside it: did you mean 'shop.mp4'\?"),
        ("shop/a.mp4", "names 'shop/a.mp4', and no such file lies beside it"),
        ("[st]*", "write its name as it is in that folder, or delete the table"),
    ],
)
def test_a_ledger_names_only_what_lies_beside_it(tmp_path: Path, name: str, said: str) -> None:
    """There are no patterns, and the files of another folder have a ledger there."""
    (tmp_path / "shop.mp4").touch()
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "a.mp4").touch()
    write(tmp_path, '["*"]\nlicense = "MIT"\n["shop.mp4"]\nlicense = "MIT"\n')
    ledger.check(tmp_path)
    write(tmp_path, f'["{name}"]\nrefuse = "x"\n')
    with pytest.raises(ConfigError, match=said):
        ledger.check(tmp_path)
