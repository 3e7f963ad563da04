"""Tells what the directories of a project hold and what came from what: one page to look at."""

from pathlib import Path

import click

from pipelines import reporting
from sts import files
from sts.cli import Options, verb
from sts.errors import ConfigError


@verb(inputs=("data",), out="runs/report", n=16)
def main(options: Options) -> None:
    """Read the directory --in, such as the --out of a recipe, with all that our commands have made below it.

    Prints a table and writes report.html to --out: clips, lineage as a graph, scores, annotators, seconds of the steps.
    --n is how many directories are shown with a picture.
    """
    place = files.local(options.inputs[0])
    if len(options.inputs) != 1 or place is None:
        raise ConfigError("give one --in DIR of this machine; a report is of one project")
    project = reporting.look(Path(place), options.out)
    reporting.show(project)
    click.echo(f"report: {reporting.write(project, options.out, options.n or 0)}")


if __name__ == "__main__":
    main()
