"""The layer of human labels that a simulated annotator leaves, above the pre-labels that it was shown."""

from collections.abc import Iterator, Sequence
from functools import partial

from annotate.job import Job
from annotate.robot import leaving, traces
from annotate.robot.actions import Trace
from annotate.strategies import EMPTY
from sts import config, stage
from sts.files import Location
from sts.stage import Notes, Stage
from sts.types import Clip

PER_SHARD = 4
"""Clips: an annotator needs long for each"""


def write(job: Job, name: str, seed: int, ids: Sequence[str], out: Location, workers: str) -> list[Trace]:
    """What the annotator of this seed leaves of clips by this strategy, and how it came to that, in their order."""
    settled = config.to_dict(job) | {"strategy": name, "seed": seed}
    settled = {key: value for key, value in settled.items() if key not in ("prelabels", "truth")}
    run = Stage(command="annotate.simulate", config=settled, out=out, inputs=(job.prelabels, job.truth))
    items = [list(ids[first:last]) for first, last in stage.batches(len(ids), PER_SHARD)]
    stage.make(run, partial(_clips, job, name, seed), items, workers)
    return read(out)


def read(layer: Location) -> list[Trace]:
    """How each clip of a layer was annotated."""
    return [traces.read(fact) for fact in stage.notes(layer).facts]


def _clips(job: Job, name: str, seed: int, item: Sequence[str], notes: Notes) -> Iterator[Clip]:
    for clip_id in item:
        given, truth = job.pair(clip_id)
        desk = job.work(given, truth, name, seed)
        drawn = [desk.drawn(frame) for frame in range(desk.n_frames)]
        notes.facts.append(traces.plain(desk.trace(name, seed)))
        yield leaving.left(given, drawn, truth, typed=job.transcripts, empty=name in EMPTY)
