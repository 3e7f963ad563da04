"""`python -m annotate.serve`: an ML backend that answers clicks in Label Studio with masks of a segmenter."""

import click

from sts.cli import Options, verb
from sts.errors import ConfigError


@verb(out="")
@click.option("--weights", default="", metavar="FILE|RUN", help="Weights, or a training.  [default: nano, which ships]")
def main(options: Options, weights: str) -> None:
    """Serve until Ctrl-C, on this machine alone unless settings say otherwise. Nothing is written.

    --in is a layer of pre-labels, given more than once for several: a task that is opened without any gets those of the
    first that has its frames. The segmenter is a setting. One process holds one segmenter: --n, --out and --workers are
    refused.
    """
    from annotate.backend import serving, settings

    if options.n is not None or options.out or options.workers != "1":
        raise ConfigError("a backend is one process that writes nothing: leave --n, --out and --workers out")
    serving.Server(options.settings(settings.ServeConfig), options.inputs, weights).run()


if __name__ == "__main__":
    main()
