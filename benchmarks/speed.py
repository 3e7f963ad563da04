"""Measures speed and exactness beside peers and floors of the same run."""

from pathlib import Path

import click

from benchmarks import stage, table
from sts import config, files
from sts.cli import Options, verb


@verb(out="runs/speed")
@click.argument("what", default="synth", metavar="WHAT")
def main(options: Options, what: str) -> None:
    """Print the figures called WHAT beside their peers and bars, and write them to --out.

    synth: the renderer. metrics: the pixel scores. endurance: the renderer killed, starved of disk and run for long.
    full: 1,410 clips in one go. model: work, time and memory of SAM2Text, on CUDA where there is one.
    loader: training samples from shards. prelabel: labelers, and the share of each step.
    codec: masks for Label Studio and back. push: windows to a Label Studio server and back. kills: push, pull and
    the server killed at random moments.
    --in is a folder of background videos (default: those that ship), --n the repeats of each timed clip.
    """
    settings = options.settings(stage.SpeedConfig, repeats=options.n)
    folder = Path(options.inputs[0]) if options.inputs else None
    lines = stage.speed(what, settings, folder)
    table.show(lines, f"benchmarks.speed {what}")
    table.save(files.join(options.out, f"{what}.json"), lines, stage.machine() | {"settings": config.to_json(settings)})


if __name__ == "__main__":
    main()
