"""Scores answers that need no model: nothing, everything, thresholds, and the truth a pixel off."""

import logging
import time

import click

from benchmarks import scoring, trivial
from sts import files, run
from sts.cli import Options, verb
from sts.errors import ConfigError

log = logging.getLogger(__name__)

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
    start, ends = time.monotonic(), list[float]()
    for number, name in enumerate(trivial.NAMES, start=1):
        left = run.in_words(run.time_left(ends, len(trivial.NAMES), 1))
        log.info("baseline %d of %d%s: %s", number, len(trivial.NAMES), left, name)
        place = files.join(options.out, name.replace(",", "").replace(" ", "-"))
        trivial.predict(truth, name, place, options.workers)
        found = scoring.evaluate(settings, truth, place, options.workers).scores
        scores = {score: one.value for group in found.values() for score, one in group.items()}
        cells = [f"{100 * scores[column]:.2f}" if column in scores else "" for column in COLUMNS]
        ends.append(time.monotonic() - start)
        table.append(f"| {name} | {' | '.join(cells)} |")
    click.echo("\n".join(table))


if __name__ == "__main__":
    main()
