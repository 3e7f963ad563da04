"""A recipe: an ordered list of verbs of ours with what is said to each, from one TOML file."""

import difflib
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import click

from pipelines import cli
from pipelines.steps import Call
from pipelines.studio import StudioConfig
from sts import config
from sts.errors import ConfigError

ENDLESS = ("annotate.serve", "pipelines.labelstudio")
"""Verbs that run until they are stopped"""
PLACES = ("DIR", "FILE|RUN")
"""What stands for a file or directory in the help of an option"""
SHARED = ("in", "out", "config", "seed", "n", "workers", "help")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One verb. Paths are relative to the directory of the project, the --out of the recipe."""

    verb: str
    """`synth.render`"""
    out: str
    inputs: tuple[str, ...] = ()
    """--in: outputs of earlier steps, or what is there before"""
    n: int | None = None
    options: dict[str, str] = field(default_factory=dict)
    """Options of its own, such as truth"""
    config: str = ""
    """Settings file, relative to the recipe"""
    settings: dict[str, Any] = field(default_factory=dict)
    """Settings that differ from that file, or from the defaults"""
    server: bool = False
    """Whether it talks to Label Studio"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeConfig:
    """Settings of `pipelines.recipe`."""

    steps: tuple[Step, ...] = ()
    """In the order in which they run"""
    server: StudioConfig | None = None
    """A Label Studio that runs while steps need it; without, they find one by LABEL_STUDIO_URL"""


def read(path: Path) -> tuple[Step, ...] | None:
    """The steps of a file; None where it has no list of them. ConfigError names the step that cannot be read."""
    found = _table(path).get("steps")
    return tuple(_read(path, i, one) for i, one in enumerate(found, 1)) if isinstance(found, list) else None


def calls(recipe: RecipeConfig, folder: Path, project: Path) -> list[Call]:
    """What is run, step by step; `folder` holds the recipe.

    ConfigError that names the step for a verb or option that is not there, a settings file that cannot be read, an
    output that is written twice, and an input that no step before makes.
    """
    if not recipe.steps:
        raise ConfigError("the recipe has no steps: give one [[steps]] a verb")
    made: list[Call] = []
    for number, step in enumerate(recipe.steps, 1):
        try:
            own = _own(_command(step.verb))
            made.append(_call(step, own, folder))
            named = tuple(value for name, value in step.options.items() if own[name])
            _check_paths(recipe.steps, number - 1, (*step.inputs, *named), project)
        except ConfigError as error:
            raise ConfigError(f"step {number} ({step.verb}): {error}") from error
    return made


def _read(path: Path, number: int, table: Any) -> Step:
    verb = table.get("verb") if isinstance(table, dict) else None
    return config.from_dict(Step, table, f"{path}: step {number}" + (f" ({verb})" if verb else ""))


def _command(verb: str) -> click.Command:
    known = sorted(set(cli.verbs().values()) - set(ENDLESS))
    if verb in ENDLESS:
        raise ConfigError("it runs until it is stopped, so no step can follow: start it beside the recipe")
    if verb not in known:
        near = difflib.get_close_matches(verb, known, cutoff=0.5) or known
        raise ConfigError(f"there is no such verb; did you mean {' or '.join(near)}?")
    return cli.load(verb)


def _own(command: click.Command) -> dict[str, bool]:
    """Options that only this verb has, and whether each names a file or directory."""
    options = (one for one in command.params if isinstance(one, click.Option))
    places = {name[2:]: one.metavar in PLACES for one in options for name in one.opts if name.startswith("--")}
    return {name: place for name, place in places.items() if name not in SHARED}


def _call(step: Step, own: Iterable[str], folder: Path) -> Call:
    for name in step.options:
        if name not in own:
            raise ConfigError(f"there is no option --{name}; its own are {', '.join(sorted(own)) or 'none'}")
    return Call(
        verb=step.verb,
        inputs=step.inputs,
        out=step.out,
        n=step.n,
        options=step.options,
        settings={**(_table(folder / step.config) if step.config else {}), **step.settings},
    )


def _check_paths(steps: Sequence[Step], index: int, paths: Iterable[str], project: Path) -> None:
    step, before = steps[index], [one.out for one in steps[:index]]
    out = PurePosixPath(step.out)
    if out.is_absolute() or ".." in out.parts or not out.parts:
        raise ConfigError(f"out = {step.out!r}: give a directory below the --out of the recipe")
    if step.out in before:
        raise ConfigError(f"out = {step.out!r} is that of step {before.index(step.out) + 1}: give another")
    for path in paths:
        if any(_within(path, one) for one in before):
            continue
        later = [number for number, one in enumerate(steps[index:], index + 1) if _within(path, one.out)]
        if later:
            raise ConfigError(f"{path} is made by step {later[0]}: put that step before this one")
        if path in step.inputs and PurePosixPath(path).parts and not (project / path).exists():
            raise ConfigError(f"{path} is no output of an earlier step, and not in {project}")


def _within(path: str, out: str) -> bool:
    """Whether a path is that of an output, or below it."""
    return PurePosixPath(path).is_relative_to(out)


def _table(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"cannot use the settings file {path}: {error}") from error
