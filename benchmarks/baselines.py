"""Scores answers that need no model: nothing, everything, thresholds, and the truth a pixel off."""

import click

from benchmarks import scoring, trivial
from sts import files
from sts.cli import Options, verb
from sts.errors import ConfigError

COLUMNS = ("fgiou", "f_hisam", "f_mean", "fgiou_tolerant_1px", "boundary_f", "nsd_1px", "jf", "vc_8_strict", "hota")
"""Scores of the table; all others stand in the reports"""


@verb(inputs=("data/dataset/test",), out="runs/baselines")
def main(options: Options) -> None:
    """Score the baselines on the one --in directory of truth; print a Markdown table in percent.

    Their answers go to --out, one directory each, for benchmarks.evaluate.
    """
    if len(options.inputs) != 1:
        raise ConfigError("give one --in DIR with the truth")
    (truth,) = options.inputs
    settings = options.settings(scoring.EvaluateConfig)
    table = [f"| baseline | {' | '.join(COLUMNS)} |", f"|---|{'---|' * len(COLUMNS)}"]
    for name in trivial.NAMES:
        place = files.join(options.out, name.replace(",", "").replace(" ", "-"))
        trivial.predict(truth, name, place, options.workers)
        found = scoring.evaluate(settings, truth, place, options.workers).scores
        scores = {score: one.value for group in found.values() for score, one in group.items()}
        cells = [f"{100 * scores[column]:.2f}" if column in scores else "" for column in COLUMNS]
        table.append(f"| {name} | {' | '.join(cells)} |")
    click.echo("\n".join(table))


if __name__ == "__main__":
    main()
