"""`sts VERB` for every `python -m PACKAGE.VERB`; a verb is imported when it is asked for."""

import ast
import difflib
import importlib
import importlib.util
from pathlib import Path

import click

PACKAGES = ("sts", "synth", "realv", "annotate", "model", "benchmarks", "pipelines")
RUN_AS_SCRIPT = 'if __name__ == "__main__":'
"""The line that makes a module a verb"""


class Verbs(click.Group):
    """Looks its commands up among the files of the packages."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in alphabetical order."""
        return sorted(verbs())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The verb's own command, imported now."""
        module = verbs().get(cmd_name)
        return None if module is None else load(module)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command of the first argument, or one line that names the nearest verbs."""
        if args[0] not in verbs():
            near = difflib.get_close_matches(args[0], verbs(), cutoff=0.5) or sorted(verbs())
            raise click.ClickException(f"there is no verb {args[0]!r}; did you mean {' or '.join(near)}?")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Each verb with the first line of its file, so that help imports no verb."""
        with formatter.section("Verbs"):
            formatter.write_dl([(name, _summary(module)) for name, module in sorted(verbs().items())])


@click.command(cls=Verbs, name="sts")
def main() -> None:
    """Build, annotate, train on and benchmark video scene text segmentation data."""


def verbs() -> dict[str, str]:
    """Verb to module, such as render to synth.render, for every file that can be run as a script."""
    return {
        path.stem: f"{package}.{path.stem}"
        for package in PACKAGES
        for path in sorted(_folder(package).glob("*.py"))
        if not path.stem.startswith("_") and RUN_AS_SCRIPT in path.read_text(encoding="utf-8").splitlines()
    }


def load(module: str) -> click.Command:
    """The one click command that a verb's file defines."""
    found = [value for value in vars(importlib.import_module(module)).values() if isinstance(value, click.Command)]
    if len(found) != 1:
        raise click.ClickException(f"{module} defines {len(found)} commands; a verb's file defines one")
    return found[0]


def _summary(module: str) -> str:
    package, _, verb = module.rpartition(".")
    source = (_folder(package) / f"{verb}.py").read_text(encoding="utf-8")
    return (ast.get_docstring(ast.parse(source)) or "").partition("\n")[0]


def _folder(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise click.ClickException(f"package {package} is not installed: run `make setup`")
    return Path(spec.origin).parent
