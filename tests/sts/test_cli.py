import pickle
from dataclasses import dataclass
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from sts.cli import Options, Verb, verb
from sts.errors import DataError


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    seed: int = 5
    frames: int = 30


def command(fail: BaseException | None = None) -> Verb:
    @verb(inputs=("data/real",), out="data/toy", n=3)
    @click.option("--format", "form", default="coco")
    def main(options: Options, form: str) -> None:
        """Make toys."""
        if fail:
            raise fail
        click.echo(f"{options.inputs} {options.out} {options.n} {options.workers} {form} {options.settings(Settings)}")

    return main


def test_a_command_works_without_options() -> None:
    result = CliRunner().invoke(command(), [])
    assert result.output == "('data/real',) data/toy 3 1 coco Settings(seed=5, frames=30)\n"


def test_an_option_beats_the_file_and_the_file_the_default(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("seed = 1\nframes = 4\n")
    result = CliRunner().invoke(
        command(), ["--config", str(tmp_path / "a.toml"), "--seed", "9", "--in", "a", "--in", "b"]
    )
    assert result.output == "('a', 'b') data/toy 3 1 coco Settings(seed=9, frames=4)\n"


def test_help_shows_the_six_shared_options_and_the_own_one() -> None:
    shown = CliRunner().invoke(command(), ["--help"]).output
    words = [line.split()[0] for line in shown.splitlines() if line.strip().startswith("--")]
    assert words == ["--in", "--out", "--config", "--seed", "--n", "--workers", "--format", "--help"]
    assert "Make toys." in shown


def test_an_error_of_ours_is_one_line_and_exit_1() -> None:
    result = CliRunner().invoke(command(DataError("a.mp4 is damaged")), [])
    assert (result.exit_code, result.stderr, result.stdout) == (1, "error: a.mp4 is damaged\n", "")


def test_an_error_may_keep_its_advice_apart() -> None:
    error = pickle.loads(pickle.dumps(DataError("a.mp4 is damaged", "copy it again")))
    result = CliRunner().invoke(command(error), [])
    assert result.stderr == "error: a.mp4 is damaged: copy it again\n"
    assert error.fault == "a.mp4 is damaged"


def test_a_bug_keeps_its_traceback() -> None:
    with pytest.raises(KeyError):
        CliRunner().invoke(command(KeyError("bug")), [], catch_exceptions=False)


def test_ctrl_c_says_how_to_go_on() -> None:
    result = CliRunner().invoke(command(KeyboardInterrupt()), [])
    assert result.exit_code == 1
    assert "run the same command again" in result.stderr
