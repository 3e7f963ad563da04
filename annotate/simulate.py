"""Lets simulated annotators correct pre-labels of clips whose truth is known: quality against seconds of work."""

import click
from rich.console import Console

from annotate import simulating
from annotate.robot import page, telling
from sts import files
from sts.cli import Options, verb
from sts.errors import ConfigError

WIDTH = 200
"""Columns of the table at least"""


@verb(inputs=("data/predict",), out="data/simulate")
@click.option("--truth", default="data/dataset/test", metavar="DIR", help="Clips with the true labels of --in.")
def main(options: Options, truth: str) -> None:
    """Correct the pre-labels of --in by several strategies, as people would, and say what each costs.

    Writes simulation.json and simulation.html to --out, and what one annotator left to --out/labels where the settings
    name a `layer`. --n is how many clips are worked on. Five annotators work by every strategy: a short run has --n 2,
    and `seeds = 1` and `strategies = ["scratch", "keys"]` in the settings.
    """
    if len(options.inputs) != 1:
        raise ConfigError("give one --in DIR with pre-labels")
    settings = options.settings(simulating.SimulateConfig)
    found = simulating.simulate(settings, (options.inputs[0], truth), options.out, options.workers, options.n)
    for name, text in (("simulation.json", telling.plain(found)), ("simulation.html", page.html(found))):
        with files.replacing(files.join(options.out, name)) as file:
            file.write(text.encode())
    console = Console()
    console.width = max(console.width, WIDTH)
    console.print(telling.table(found))
    click.echo(f"curves: {files.join(options.out, 'simulation.html')}")


if __name__ == "__main__":
    main()
