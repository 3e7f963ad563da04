"""Finds the text of every clip with a network: shards of labels that benchmarks.evaluate scores."""

import click

from model import predicting
from sts.cli import Options, verb
from sts.errors import ConfigError


@verb(inputs=("data/dataset/test",), out="data/predict")
@click.option("--weights", default="", metavar="FILE|RUN", help="Weights, or a training.  [default: nano, which ships]")
def main(options: Options, weights: str) -> None:
    """Predict the one --in directory of clips into --out, which names it as the place of its pictures.

    The segmenter is a setting, by default SAM2Text with --weights. All clips are predicted: --n is refused.
    """
    if len(options.inputs) != 1:
        raise ConfigError("give one --in DIR with the clips")
    if options.n is not None:
        raise ConfigError(f"--n {options.n}: all clips of --in are predicted; leave --n out")
    settings = options.settings(predicting.PredictConfig)
    predicting.predict(settings, options.inputs[0], options.out, weights, options.workers)


if __name__ == "__main__":
    main()
