"""Proposes words, strokes, transcripts and tracks for real clips: shards of labels for annotators to correct."""

import click

from realv import prelabelling
from sts.cli import Options, verb
from sts.errors import ConfigError


@verb(inputs=("data/real",), out="data/prelabel")
def main(options: Options) -> None:
    """Label the clips of --in into --out, which names it as the place of its pictures.

    Several --in are layers of labels of the same clips, one of each labeler: they are fused, and no labeler runs. All
    clips are labelled: --n is refused. Which frames to look at first is in review.parquet, what it cost in stats.json.
    """
    if options.n is not None:
        raise ConfigError(f"--n {options.n}: all clips of --in are labelled; leave --n out")
    settings = options.settings(prelabelling.PrelabelConfig)
    done = prelabelling.prelabel(settings, options.inputs, options.out, options.workers)
    click.echo(f"{sum(shard.clips for shard in done.shards)} clips with pre-labels: {options.out}/preview")


if __name__ == "__main__":
    main()
