"""Scores predictions against the truth: a table, scores.json and a report to look at."""

import click

from benchmarks import scores, scoring
from benchmarks.report import page
from sts.cli import Options, verb


@verb(inputs=("data/predict",), out="runs/scores")
@click.option("--truth", default="data/dataset/test", metavar="DIR", help="Shards with the true labels.")
def main(options: Options, truth: str) -> None:
    """Score each --in directory of predictions against --truth; two of them are also compared clip by clip.

    Writes scores.json and report.html to --out. Clips are matched by their id.
    """
    settings = options.settings(scoring.EvaluateConfig)
    results = [scoring.evaluate(settings, truth, given, options.workers) for given in options.inputs]
    difference = scoring.differences(settings, *results) if len(results) == 2 else {}
    scores.show(results, difference)
    scores.save(options.out, settings, truth, results, difference)
    click.echo(f"report: {page.write(options.out, settings, truth, results, difference)}")


if __name__ == "__main__":
    main()
