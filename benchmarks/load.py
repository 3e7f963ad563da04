"""Loads a foreign dataset into shards, byte for byte where it can."""

from pathlib import Path

import click

from benchmarks import loading
from sts.cli import Options, verb
from sts.errors import ConfigError


@verb(inputs=("data/foreign",), out="data/loaded")
@click.option("--format", "layout", metavar="NAME", help="Layout of --in, or package.module:Class.  [default: folder]")
def main(options: Options, layout: str | None) -> None:
    """Read the dataset in the folder --in as shards into --out.

    NAME is totaltext, textseg, bts, hiertext, icdar13seg, icdar15, icdar, scutenstext, cocots, mlts, davis, youtubevos,
    sav, coco, youtubevis, huggingface, webdataset or folder (images/ and masks/ with the same names); docs/datasets.md
    shows them all.
    """
    if len(options.inputs) != 1:
        raise ConfigError(f"--in is given {len(options.inputs)} times; a dataset is one folder")
    settings = options.settings(loading.LoadConfig, format=layout)
    loading.run(settings, Path(options.inputs[0]), options.out, options.n, options.workers)


if __name__ == "__main__":
    main()
