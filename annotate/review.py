"""Reviews annotations: quality, honeypots, agreement of annotators, states of frames, and what they agree on."""

import click

from annotate import page, reviewing
from sts.cli import Options, verb
from sts.errors import ConfigError


@verb(inputs=("data/human",), out="runs/review", n=24)
@click.option("--truth", default="", metavar="DIR", help="Clips with the true labels of honeypots.")
def main(options: Options, truth: str) -> None:
    """Check the labels of a pull, --in, and merge those of several annotators into consensus/ of the pull.

    Prints a table, and writes review.html, review.json and states.jsonl, which only grows, to --out. --n windows, those
    to look at first, are shown with a picture.
    """
    if len(options.inputs) != 1:
        raise ConfigError(f"--in is given {len(options.inputs)} times: give one pull and an --out for each")
    settings = options.settings(reviewing.ReviewConfig)
    found = reviewing.review(options.inputs[0], truth, settings, options.out, options.workers)
    page.show(found)
    click.echo(f"review: {page.write(options.out, found, options.n or 0)}")


if __name__ == "__main__":
    main()
