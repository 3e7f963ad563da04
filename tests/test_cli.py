"""Freezes the command line: which options a verb may have, and that both ways to call it reach the same function."""

import ast
import importlib
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from pipelines import cli

ROOT = Path(__file__).resolve().parent.parent
SHARED = {"--in", "--out", "--config", "--seed", "--n", "--workers"}
OWN = {
    "ablate": {"--truth", "--weights"},
    "evaluate": {"--truth"},
    "export": {"--format"},
    "load": {"--format"},
    "predict": {"--weights"},
    "review": {"--truth"},
    "rounds": {"--truth", "--weights"},
    "serve": {"--weights"},
    "simulate": {"--truth"},
    "speed": {"WHAT"},
    "train": {"--weights"},
    "verify": {"--backgrounds"},
}
"""Options and arguments beside the shared ones, at most two a verb; anything else is a setting in TOML"""

verbs = pytest.mark.parametrize("verb", sorted(cli.verbs()))


@verbs
def test_a_verb_has_the_shared_options_and_its_own_few(verb: str) -> None:
    command = cli.load(cli.verbs()[verb])
    asked = {option for parameter in command.params for option in spelled(parameter)}
    assert asked == SHARED | OWN.get(verb, set())


@verbs
def test_a_verb_runs_without_options(verb: str) -> None:
    command = cli.load(cli.verbs()[verb])
    assert [option.name for option in command.params if isinstance(option, click.Option) and option.required] == []


@verbs
def test_help_of_the_module_and_of_the_script_are_the_same(verb: str) -> None:
    module = cli.verbs()[verb]
    run = subprocess.run(
        [sys.executable, "-m", module, "--help"], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    script = CliRunner().invoke(cli.main, [verb, "--help"])
    assert script.exit_code == 0
    assert without_usage(run.stdout).split() == without_usage(script.output).split()


@verbs
def test_the_script_reaches_the_function_of_the_module(verb: str) -> None:
    context = click.Context(cli.main)
    command = cli.main.get_command(context, verb)
    assert command in vars(importlib.import_module(cli.verbs()[verb])).values()


@verbs
def test_the_file_of_a_verb_defines_no_classes_and_one_public_function(verb: str) -> None:
    path = ROOT / (cli.verbs()[verb].replace(".", "/") + ".py")
    body = ast.parse(path.read_text(encoding="utf-8")).body
    assert [node.name for node in body if isinstance(node, ast.ClassDef)] == []
    public = [node.name for node in body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]
    assert len(public) == 1


@verbs
def test_the_first_line_of_the_file_is_the_help_of_the_verb(verb: str) -> None:
    listing = re.sub(r"\s+", " ", CliRunner().invoke(cli.main, ["--help"]).output)
    line = (importlib.import_module(cli.verbs()[verb]).__doc__ or "").partition("\n")[0]
    assert f"{verb} {line}"[:60] in listing


def test_a_verb_belongs_to_one_package() -> None:
    found = [path.stem for package in cli.PACKAGES for path in (ROOT / package).glob("*.py") if runs(path)]
    assert sorted(found) == sorted(cli.verbs())


def test_an_unknown_verb_is_one_line_with_a_suggestion() -> None:
    verb = sorted(cli.verbs())[0]
    result = CliRunner().invoke(cli.main, [verb + "x"])
    assert result.exit_code == 1
    assert result.output.startswith(f"Error: there is no verb '{verb}x'; did you mean {verb}")
    assert result.output.count("\n") == 1


def test_help_of_the_script_imports_no_verb() -> None:
    code = "import sys; from pipelines import cli; cli.main(['--help'], standalone_mode=False);"
    code += "print('LOADED', [module for module in cli.verbs().values() if module in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    assert run.stdout.splitlines()[-1] == "LOADED []"


def spelled(parameter: click.Parameter) -> list[str]:
    """Long names of an option, or an argument's name in capitals."""
    return [name for name in parameter.opts if name.startswith("--")] or [str(parameter.name).upper()]


def without_usage(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.startswith("Usage:"))


def runs(path: Path) -> bool:
    return not path.stem.startswith("_") and cli.RUN_AS_SCRIPT in path.read_text(encoding="utf-8").splitlines()
