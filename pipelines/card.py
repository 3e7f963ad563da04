"""The card of a built dataset: what lies in it, and how to learn what a score on it is worth."""

from collections.abc import Mapping, Sequence

from pipelines.split import SPLITS, Group
from sts import files, manifest
from sts.files import Location

NAME = "CARD.md"
TEXT = """
Clips that share a source or look alike are in one split; `splits.lock` says which, and binds the next build.
Where DATASET is this folder, `python -m pipelines.audit --in DATASET` checks every rule and counts licences.

## What a score is worth

Answers that need no model, such as Sauvola's threshold and high-contrast edges, must do badly on the test set.

    python -m benchmarks.baselines --in DATASET/test

prints their scores as a table to quote beside those of a model. A baseline that reaches 90 fgIoU without looking at the
truth says that the set is too easy.
"""


def write(out: Location, groups: Sequence[Group], places: Mapping[str, str]) -> None:
    """CARD.md beside the three finished splits; `places` is the split of each group by name."""
    with files.replacing(files.join(out, NAME)) as file:
        file.write("\n".join(["# Dataset", "", *_splits(out, groups, places), TEXT]).encode())


def _splits(out: Location, groups: Sequence[Group], places: Mapping[str, str]) -> list[str]:
    lines = ["| split | clips | frames | groups | clips left out |", "|---|---|---|---|---|"]
    for name in SPLITS:
        done = manifest.read(files.join(out, name))
        clips, frames = (sum(getattr(shard, what) for shard in done.shards) for what in ("clips", "frames"))
        inside = sum(places[group.name] == name for group in groups)
        lines.append(f"| {name} | {clips} | {frames} | {inside} | {sum(done.dropped.values())} |")
    return lines
