"""Cuts a folder of videos and pictures into clips."""

from pathlib import Path

import click

from realv import ingesting
from sts.cli import Options, verb
from sts.errors import ConfigError
from sts.wording import counted


@verb(inputs=("data/videos",), out="data/real")
def main(options: Options) -> None:
    """Cut the videos and pictures in the folder --in into clips without labels.

    A sources.toml beside the files says on which terms each may be used. --n takes the first files only. The most
    useful clips stand first in clips.parquet and in preview/sheet.jpg.
    """
    if len(options.inputs) != 1:
        raise ConfigError(f"--in is given {len(options.inputs)} times: give one folder; it may hold others")
    settings = options.settings(ingesting.IngestConfig)
    done = ingesting.run(settings, Path(options.inputs[0]), options.out, options.n, options.workers)
    n_clips = sum(shard.clips for shard in done.shards)
    click.echo(f"{counted(n_clips, 'clip')} in {options.out}: look at preview/sheet.jpg, and at CARD.md")


if __name__ == "__main__":
    main()
