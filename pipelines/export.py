"""Writes shards in the format of other tools: COCO, DAVIS, HierText, Hugging Face and more."""

import click

from pipelines.exporters import formats, release
from sts.cli import Options, verb
from sts.errors import ConfigError


@verb(inputs=("data/synth",), out="data/export")
@click.option("--format", "form", default="coco", metavar="NAME", help=f"One of {', '.join(formats.FORMATS)}.")
def main(options: Options, form: str) -> None:
    """Write the clips of --in (all, or the first --n) into --out as other tools read them.

    Stored pictures are copied byte by byte. --out gets its name when it is whole; CARD.md in it says what it holds, on
    which terms and what the format cannot say. An export is the work of one process: --workers other than 1 is refused.
    """
    if options.workers != "1":
        raise ConfigError(f"--workers {options.workers}: an export is the work of one process; leave --workers out")
    release.export(options.inputs, options.out, form, options.n)


if __name__ == "__main__":
    main()
