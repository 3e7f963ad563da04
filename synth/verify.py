"""`python -m synth.verify`: does a finished set keep every rule?"""

import click

from sts.cli import Options, verb
from synth import audit
from synth.render import SHIPPED


@verb(inputs=("data/synth",), out="runs/verify", n=8)
@click.option(
    "--backgrounds",
    default=str(SHIPPED),
    metavar="DIR",
    show_default="the shipped clips",
    help="What --in of render was.",
)
def main(options: Options, backgrounds: str) -> None:
    """Check rendered sets: files, stored labels by rule, and raw pixels by drawing --n clips again.

    Prints each broken rule with its set and clip, and exits with 1 if there is any. Writes the same to report.txt in
    --out; the sets stay as they are.
    """
    audit.verify(options.inputs, backgrounds, options.out, options.n or 0)


if __name__ == "__main__":
    main()
