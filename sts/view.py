"""Draws the labels of any set of shards over its pictures: a contact sheet and films."""

import click

from sts import preview
from sts.cli import Options, verb
from sts.errors import ConfigError


@verb(inputs=("data/synth",), out="runs/view", n=8)
def main(options: Options) -> None:
    """Write sheet.jpg and a film of each clip, with strokes, effects and polygons drawn in, to --out.

    --in is any finished directory: rendered, loaded, predicted or built. Pictures that it lacks come from the directory
    it was made from. --n clips are taken evenly from the whole; a still image has no film.
    """
    if len(options.inputs) != 1:
        raise ConfigError(f"--in is given {len(options.inputs)} times: give one directory and an --out for each")
    preview.write(options.inputs[0], options.out, n_films=options.n or 0, n_tiles=options.n or 0)
    click.echo(f"pictures and films: {options.out}")


if __name__ == "__main__":
    main()
