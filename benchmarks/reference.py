"""Runs the reference evaluators of the field beside our metrics and prints the largest differences."""

from pathlib import Path

import click

from benchmarks import side_by_side
from sts import files
from sts.cli import Options, verb


@verb(out="runs/reference", inputs=("references",))
def main(options: Options) -> None:
    """Print a table in Markdown, and write it to --out.

    --in is a folder of fetched repositories: Hi-SAM, Rethinking-Text-Segmentation, davis2017-evaluation, sam2,
    VSPW_baseline, hiertext and TrackEval; what is not there is not run. --n is the number of sets of cases.
    """
    settings = options.settings(side_by_side.ReferenceConfig, sets=options.n)
    text = side_by_side.markdown(list(side_by_side.compare(settings, Path(options.inputs[0]))))
    click.echo(text)
    side_by_side.save(files.join(options.out, "reference.md"), text)


if __name__ == "__main__":
    main()
