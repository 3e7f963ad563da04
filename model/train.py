"""Trains a network on shards: checkpoints, curves, and in the end its weights."""

import click

from model import training
from model.trainer import TrainConfig
from sts.cli import Options, verb


@verb(inputs=("data/dataset/train",), out="runs/train")
@click.option("--weights", metavar="FILE|RUN", help="Weights to begin with: a file, or the --out of a training.")
def main(options: Options, weights: str | None) -> None:
    """Train the network of the settings on the clips of all --in directories, --n steps at most in this call.

    The same command goes on where a run was stopped. With torchrun, every process takes its share of each step.
    """
    job = training.Job(config=options.settings(TrainConfig), inputs=options.inputs, weights=weights)
    training.train(job, options.out, n=options.n, workers=options.workers)


if __name__ == "__main__":
    main()
