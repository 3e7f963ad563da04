"""Our metrics beside the reference evaluators of the field, on the same seeded cases."""

import json
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import cases
from benchmarks.cases import Case
from benchmarks.metrics.objects import Objects
from benchmarks.metrics.panoptic import Panoptic
from benchmarks.metrics.precision import AveragePrecision
from benchmarks.metrics.region import Region
from benchmarks.metrics.temporal import Temporal
from benchmarks.metrics.track import Tracking
from benchmarks.metrics.transcription import Transcription
from sts import files
from sts.files import Location
from sts.protocols import Metric

RUNNER = "benchmarks.peers.evaluators.run"
Make = Callable[[int, int], list[Case]]
"""Seed and number of clips to a set of cases"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceConfig:
    """Settings of `benchmarks.reference`."""

    seed: int = 0
    sets: int = 10
    """Of cases; every score is compared on each"""
    clips: int = 12
    """In a set"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Somebody's evaluator."""

    name: str
    code: str
    """What must be below the folder of repositories; empty for an installed library"""
    evaluator: str
    """File in benchmarks/peers/evaluators"""
    make: Make
    ours: tuple[Callable[[], Metric], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One score of one reference."""

    reference: str
    score: str
    compared: int
    ours: float
    """On the first set"""
    theirs: float
    difference: float
    """Largest over the sets"""


REFERENCES = (
    Reference(
        name="Hi-SAM eval_img.py",
        code="Hi-SAM/eval_img.py",
        evaluator="hisam",
        make=cases.videos,
        ours=(Region,),
    ),
    Reference(
        name="TexRNet evaluate_service.py",
        code="Rethinking-Text-Segmentation/lib/evaluate_service.py",
        evaluator="texrnet",
        make=cases.videos,
        ours=(Region,),
    ),
    Reference(
        name="davis2017-evaluation",
        code="davis2017-evaluation/davis2017/evaluation.py",
        evaluator="davis",
        make=cases.videos,
        ours=(Objects,),
    ),
    Reference(
        name="SA-V sav_benchmark.py",
        code="sam2/sav_dataset/utils/sav_benchmark.py",
        evaluator="sav",
        make=cases.videos,
        ours=(Objects,),
    ),
    Reference(
        name="VSPW VC_perclip.py",
        code="VSPW_baseline/VC_perclip.py",
        evaluator="vspw",
        make=cases.clear_videos,
        ours=(lambda: Temporal(band=None),),
    ),
    Reference(
        name="HierText eval.py",
        code="hiertext/eval.py",
        evaluator="hiertext",
        make=cases.pages,
        ours=(Panoptic, Transcription),
    ),
    Reference(
        name="TrackEval",
        code="TrackEval/trackeval/__init__.py",
        evaluator="trackeval",
        make=cases.videos,
        ours=(Tracking,),
    ),
    Reference(name="pycocotools COCOeval", code="", evaluator="coco", make=cases.pages, ours=(AveragePrecision,)),
)


def compare(settings: ReferenceConfig, folder: Path) -> Iterator[Row | str]:
    """Rows of each reference that runs; one line that says why for each that does not."""
    for reference in REFERENCES:
        yield from _compared(reference, settings, folder)


def markdown(found: Sequence[Row | str]) -> str:
    """A table, and below it what was not run."""
    rows = [one for one in found if isinstance(one, Row)]
    lines = [
        "| reference | score | sets | ours, first set | theirs | largest difference |",
        "|---|---|---|---|---|---|",
    ]
    for one in rows:
        figures = f"{one.ours:.6f} | {one.theirs:.6f} | {one.difference:.1g}"
        lines.append(f"| {one.reference} | `{one.score}` | {one.compared} | {figures} |")
    return "\n".join([*lines, "", *(f"- {one}" for one in found if isinstance(one, str))]).strip() + "\n"


def save(path: Location, text: str) -> None:
    """Write the table."""
    with files.replacing(path) as file:
        file.write(text.encode())


def _compared(reference: Reference, settings: ReferenceConfig, folder: Path) -> Iterator[Row | str]:
    code = folder / reference.code
    if not code.exists():
        yield f"not run: {reference.name}, there is no {reference.code}"
        return
    sets = [reference.make(settings.seed + i, settings.clips) for i in range(settings.sets)]
    theirs = _theirs(reference, code, sets)
    if isinstance(theirs, str):
        yield f"not run: {reference.name}, {theirs}"
        return
    ours = [_ours(reference, one) for one in sets]
    for score in theirs[0]:
        pairs = [(mine[score], other[score]) for mine, other in zip(ours, theirs, strict=True)]
        yield Row(
            reference=reference.name,
            score=score,
            compared=len(pairs),
            ours=pairs[0][0],
            theirs=pairs[0][1],
            difference=max(abs(mine - other) for mine, other in pairs),
        )


def _ours(reference: Reference, pairs: Sequence[Case]) -> dict[str, float]:
    found: dict[str, float] = {}
    for make in reference.ours:
        metric = make()
        for truth, prediction in pairs:
            metric.update(truth, prediction)
        found |= metric.compute()
    return found


def _theirs(reference: Reference, code: Path, sets: Sequence[Sequence[Case]]) -> list[dict[str, float]] | str:
    """Their scores of each set, from a process of its own; the last line of its output if it failed."""
    parts = len(Path(reference.code).parts)
    top = code.absolute().parents[parts - 2] if reference.code else code
    with tempfile.TemporaryDirectory() as name:
        given, made = Path(name) / "cases.pickle", Path(name) / "scores.json"
        given.write_bytes(pickle.dumps(sets))
        command = [sys.executable, "-m", RUNNER, reference.evaluator, str(top), str(given), str(made)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            return (done.stderr.strip().splitlines() or ["it failed without a message"])[-1]
        found: list[dict[str, float]] = json.loads(made.read_text(encoding="utf-8"))
        return found
