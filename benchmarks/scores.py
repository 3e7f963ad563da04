"""The scores of an evaluation in the terminal and as JSON."""

import json
import math
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table

from benchmarks.report.page import BY_RULE, printed
from benchmarks.scoring import EvaluateConfig, Result, clip_scores
from benchmarks.table import WIDTH
from sts import config, files, manifest
from sts.files import Location
from sts.statistics import Interval


def show(results: Sequence[Result], difference: Mapping[str, Interval]) -> None:
    """Print one table: a column a directory, and their difference if there are two. Stroke widths are in the report."""
    table = Table(
        title="scores in percent, distances in px", caption=BY_RULE if any(r.by_rule for r in results) else None
    )
    table.add_column("score", no_wrap=True)
    for result in results:
        table.add_column(result.prediction, justify="right")
    if difference:
        table.add_column("difference", justify="right")
    shown = [result.shown for result in results]
    for metric in shown[0]:
        table.add_section()
        for name in dict.fromkeys(name for one in shown for name in one[metric] if "/" not in name):
            cells = [_cell(name, one[metric].get(name)) for one in shown]
            table.add_row(name, *cells, *([_cell(name, difference.get(name))] if difference else []))
    console = Console()
    console.width = max(console.width, WIDTH)
    console.print(table)


def save(
    out: Location,
    settings: EvaluateConfig,
    truth: Location,
    results: Sequence[Result],
    difference: Mapping[str, Interval],
) -> None:
    """Write `scores.json` below `out`: fractions and px, with the SHA-256 of every manifest that was read."""
    page = {
        "truth": {"path": str(truth), "sha256": _sha256(truth)},
        "settings": config.to_dict(settings),
        "predictions": [
            {
                "path": result.prediction,
                "sha256": _sha256(result.prediction),
                "clips": result.scored.clips,
                "clips without truth": result.extra,
                "by rule": sorted(result.by_rule & {name for found in result.scores.values() for name in found}),
                "scores": {name: _plain(one) for found in result.scores.values() for name, one in found.items()},
                "by clip": clip_scores(result.scored),
            }
            for result in results
        ],
        "difference": {name: _plain(one) for name, one in difference.items()},
    }
    with files.replacing(files.join(out, "scores.json")) as file:
        file.write((json.dumps(page, indent=1, sort_keys=True, allow_nan=False) + "\n").encode())


def _cell(name: str, one: Interval | None) -> str:
    return "" if one is None else " ".join(printed(name, one)).strip()


def _plain(one: Interval) -> dict[str, float | None]:
    """JSON has no NaN: an interval that is not known is null."""
    low, high = (None if math.isnan(end) else end for end in (one.low, one.high))
    return {"value": one.value, "low": low, "high": high}


def _sha256(directory: Location) -> str:
    return files.sha256(files.join(directory, manifest.NAME))
