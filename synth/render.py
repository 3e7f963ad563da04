"""`python -m synth.render`: synthetic clips with exact masks on real video."""

from pathlib import Path

import click

from sts.cli import Options, verb
from sts.wording import counted
from synth import stage

SHIPPED = Path(__file__).parent / "assets" / "backgrounds"


@verb(inputs=(str(SHIPPED),), out="data/synth", n=1410)
def main(options: Options) -> None:
    """Render clips of real video with text in the scene, and exact masks of every stroke.

    --in is a folder of videos or a directory of shards, by default three short clips that come with the project.
    """
    settings = options.settings(stage.RenderConfig)
    done = stage.run(stage.job(settings, options.inputs), options.out, options.n or 0, options.workers)
    n_clips = sum(shard.clips for shard in done.shards)
    click.echo(
        f"{counted(n_clips, 'clip')} in {options.out}: "
        "look at the pictures and films in its preview, and at its CARD.md"
    )


if __name__ == "__main__":
    main()
