"""Labels clips in rounds: pre-labels, annotators, training on all labels so far, better pre-labels for the next."""

import click
from rich.console import Console

from pipelines import round_run, round_scores
from pipelines.round_plan import RoundsConfig
from sts.cli import Options, verb
from sts.errors import ConfigError

WIDTH = 160
"""Columns of the table at least"""


@verb(inputs=("data/real",), out="data/rounds")
@click.option("--truth", default="", metavar="DIR", help="True labels, for simulated annotators.  [default: people]")
@click.option("--weights", default="nano", metavar="FILE|RUN", help="Weights to begin with.")
def main(options: Options, truth: str, weights: str) -> None:
    """Annotate the clips of --in in rounds, --n of them at most, each measured on the frozen clips of the settings.

    Simulated annotators work at once. People work in Label Studio, in one project a round: the command says what it
    waits for, and the same command goes on when they are done.
    """
    if len(options.inputs) != 1:
        raise ConfigError("give one --in DIR with the clips to annotate")
    settings = options.settings(RoundsConfig)
    rounds = round_run.rounds(settings, (options.inputs[0], truth, weights), options.out, options.workers)
    done, waiting = rounds.run(options.n)
    console = Console()
    console.width = max(console.width, WIDTH)
    console.print(round_scores.table(done))
    if waiting is not None:
        click.echo(f"waiting for people: {waiting}; then run the same command again")


if __name__ == "__main__":
    main()
