"""Who annotates the clips of a round: simulated annotators that know the truth, or people in Label Studio."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from annotate import events
from annotate.consensus import BY
from annotate.journal import Journal
from annotate.pushing import PushConfig
from pipelines import round_scores, steps
from pipelines.round_plan import RoundsConfig
from pipelines.round_scores import Work
from pipelines.steps import Call
from sts import config, files, layers
from sts.types import Frame


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """Layers of human labels, relative to the project directory, and what they took."""

    layers: tuple[str, ...]
    work: Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Windows of a round that nobody has worked on yet."""

    missing: int
    windows: int
    place: str
    """Of the round"""

    def __str__(self) -> str:
        return f"{self.missing} of {self.windows} windows of {self.place} are to be annotated"


def simulated(settings: RoundsConfig, project: Path, place: str, truth: str, workers: str) -> Labelled:
    """What one simulated annotator makes of the pre-labels of a round."""
    out = f"{place}/human"
    simulate(settings, project, (f"{place}/prelabels", truth), out, workers)
    layer = f"{out}/labels"
    return Labelled(layers=(layer,), work=round_scores.worked(project / layer, settings.simulated().costs))


def simulate(settings: RoundsConfig, project: Path, sources: tuple[str, str], out: str, workers: str) -> None:
    """`annotate.simulate` of pre-labels and their truth."""
    prelabels, truth = sources
    table = config.to_dict(settings.simulated())
    call = Call(verb="annotate.simulate", inputs=(prelabels,), out=out, options={"truth": truth}, settings=table)
    steps.run(call, project, out.replace("/", "-"), workers=workers)


def people(settings: RoundsConfig, project: Path, place: str, number: int) -> Labelled | Waiting:
    """Push the pre-labels of a round, pull what people did; all of it is done when every window was submitted."""
    documents = str(Path(str(settings.push.get("documents", PushConfig().documents))).resolve())
    table = config.to_dict(settings.pushed(documents, number))
    push = Call(verb="annotate.push", inputs=(f"{place}/prelabels",), out=f"{place}/push", settings=table)
    pull = Call(verb="annotate.pull", inputs=(f"{place}/push",), out=f"{place}/human")
    for call in (push, pull):
        steps.run(call, project, call.out.replace("/", "-"))
    with Journal(project / place / "push") as journal:
        wanted = journal.windows().keys()
    rows = [row for row in events.read(project / place / "human") if not row.is_draft]
    missing = wanted - {row.uid for row in rows}
    if missing:
        return Waiting(missing=len(missing), windows=len(wanted), place=place)
    by = f"{place}/human/{BY}"
    made = tuple(f"{by}/{name}" for name in files.names(project / by))
    seconds = sum(row.lead_time_s or 0.0 for row in events.labels(rows))
    frames, changed = touched(project / place / "prelabels", [project / layer for layer in made])
    return Labelled(layers=made, work=Work(frames=frames, seconds=seconds, touched=changed))


def touched(prelabels: Path, made: Sequence[Path]) -> tuple[int, int]:
    """Frames that people labelled, and those that they changed."""
    frames = changed = 0
    for layer in made:
        for clip in layers.read(layer, pictures=False):
            before = layers.labels(prelabels, clip.clip_id)
            assert before is not None
            pairs = [(a, b) for a, b in zip(before.frames, clip.frames, strict=True) if b.labelled]
            frames += len(pairs)
            changed += sum(_changed(a, b) for a, b in pairs)
    return frames, changed


def _changed(before: Frame, after: Frame) -> bool:
    kept = {one.track_id for one in after.instances if one.effort in ("kept", None)}
    return kept != {one.track_id for one in before.instances} or len(kept) < len(after.instances)
