"""What every command shares: six options, errors as one line, logs."""

import functools
import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.logging import RichHandler

from sts import config
from sts.errors import StsError

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The shared options as a command gets them."""

    inputs: tuple[str, ...]
    """Directories or URLs to read; --in may be given more than once"""
    out: str
    config: Path | None
    """TOML file that says what differs from the defaults"""
    seed: int | None
    n: int | None
    """How many; None for all"""
    workers: str

    def settings(self, kind: type[T], **overrides: object) -> T:
        """Dataclass defaults, then the TOML file, then the seed and other options that were given."""
        return config.load(kind, self.config, seed=self.seed, **overrides)


class Verb(click.Command):
    """Shows an StsError as one line and exits with 1; anything else is a bug and keeps its traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command with logs set up."""
        start_logs()
        try:
            return super().invoke(ctx)
        except StsError as error:
            click.echo(f"error: {error}", err=True)
        except KeyboardInterrupt:
            click.echo("interrupted: run the same command again to make what is missing", err=True)
        return ctx.exit(1)


def verb(*, out: str, inputs: tuple[str, ...] = (), n: int | None = None) -> Callable[[Callable[..., None]], Verb]:
    """Turn `main(options: Options, ...)` into a command with the shared options and these defaults.

    Own options stand below as `@click.option`. The docstring of the function is the help text.
    """

    def decorate(function: Callable[..., None]) -> Verb:
        @functools.wraps(function)
        def main(**given: Any) -> None:
            names = ("inputs", "out", "config", "seed", "n", "workers")
            shared = {name: given.pop(name) for name in names}
            function(Options(**shared), **given)

        for option in reversed(_shared(out, inputs, n)):
            main = option(main)
        return click.command(cls=Verb, context_settings={"show_default": True})(main)

    return decorate


def start_logs() -> None:
    """INFO and above to stderr: coloured in a terminal, plain lines elsewhere."""
    if sys.stderr.isatty():
        handler: logging.Handler = RichHandler(
            console=Console(stderr=True), show_path=False, log_time_format="%H:%M:%S"
        )
        logging.basicConfig(level=logging.INFO, format="%(message)s", handlers=[handler], force=True)
    else:
        logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", force=True)


def _shared(out: str, inputs: tuple[str, ...], n: int | None) -> list[Callable[[Any], Any]]:
    path = click.Path(exists=True, dir_okay=False, path_type=Path)
    return [
        click.option("--in", "inputs", default=inputs, multiple=True, metavar="DIR", help="What to read."),
        click.option("--out", default=out, metavar="DIR", help="Where to write."),
        click.option(
            "--config", type=path, metavar="FILE", help="TOML file of settings that differ from the defaults."
        ),
        click.option(
            "--seed", type=click.IntRange(min=0), help="Seed of every random choice.  [default: in the settings]"
        ),
        click.option(
            "--n", default=n, type=click.IntRange(min=0), help="How many.  [default: all]" if n is None else "How many."
        ),
        click.option(
            "--workers", default="1", metavar="N|URL", help="Processes, or a Dask scheduler as tcp://host:8786."
        ),
    ]
