"""Starts a Label Studio on this machine, with an environment, a database and an admin of its own."""

import click

from pipelines import studio
from sts.cli import Options, verb
from sts.errors import ConfigError


@verb(out="data/labelstudio")
def main(options: Options) -> None:
    """Install Label Studio on first use, start it on the loopback and run it until Ctrl-C.

    Annotators can be shown what is in --out/files and, linked there by name, in the folders of --in. All else is kept
    in --out too, where the next start finds it. The database is SQLite, or PostgreSQL where DATABASE_URL is set.
    """
    if options.n is not None:
        raise ConfigError(f"--n {options.n}: a server makes no number of things; leave --n out")
    if options.workers != "1":
        raise ConfigError(f"--workers {options.workers}: one process serves all annotators; leave --workers out")
    with studio.running(options.settings(studio.StudioConfig), options.inputs, options.out) as server:
        click.echo(server.greeting)
        server.wait()


if __name__ == "__main__":
    main()
