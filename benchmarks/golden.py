"""Checks the pixel metrics against values that other people's code gave for the same masks."""

import click

from benchmarks import golden_cases, stage, table
from sts import files
from sts.cli import Options, verb
from sts.errors import ConfigError


@verb(out="runs/golden")
def main(options: Options) -> None:
    """Print the largest difference of each score from golden.json in the folder --in, and write it to --out.

    golden.json holds cases: a name, values by reference, and masks/NAME_gt.png and masks/NAME_pred.png.
    """
    if len(options.inputs) != 1:
        raise ConfigError("give one folder with golden.json: --in FOLDER")
    lines = golden_cases.compare(options.inputs[0])
    table.show(lines, "benchmarks.golden")
    table.save(files.join(options.out, "golden.json"), lines, stage.machine())
    if not all(line.passed for line in lines):
        raise click.exceptions.Exit(1)


if __name__ == "__main__":
    main()
