"""Trains nets that each add one part of SAM2Text, and prints what each part is worth."""

import click

from model import ablating, comparison
from model.ladder import AblateConfig
from sts.cli import Options, verb
from sts.errors import ConfigError


@verb(inputs=("data/dataset/train",), out="runs/ablate")
@click.option("--truth", default="data/dataset/test", metavar="DIR", help="Clips to be judged on, with true labels.")
@click.option("--weights", default="", metavar="FILE|RUN", help="Plain SAM2.1, the beginning of every training.")
def main(options: Options, truth: str, weights: str) -> None:
    """Train the ladder on the clips of all --in directories, each rung with equal steps and several seeds.

    Writes ablation.md and ablation.json to --out. The same command goes on where a run was stopped.
    """
    if options.n is not None:
        raise ConfigError(f"--n {options.n}: every rung takes the steps of the settings; leave --n out")
    settings = options.settings(AblateConfig)
    study = ablating.Study(config=settings, inputs=options.inputs, truth=truth, weights=weights)
    rows = comparison.compare(ablating.ablate(study, options.out, options.workers))
    comparison.save(options.out, rows)
    click.echo(comparison.markdown(rows))


if __name__ == "__main__":
    main()
