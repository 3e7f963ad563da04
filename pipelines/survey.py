"""One look at every clip of some layers: where it comes from, what its pictures are known by, who labelled it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from pipelines import duplicates, merge
from pipelines.duplicates import DuplicateConfig, Fingerprint
from sts import files, layers, manifest, run, shards
from sts.errors import DataError
from sts.files import Location
from sts.types import Clip, Origin
from sts.wording import counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A clip as one layer has it."""

    clip_id: str
    layer: str
    """Its directory"""
    origin: Origin
    """Without `spec`"""
    fingerprint: Fingerprint | None
    """None where neither the layer nor its inputs have pictures"""
    best: int
    """Rank of the best source among its instances"""
    kept: int
    """Instances that people left as a model proposed them"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenShard:
    """What one shard holds."""

    path: str
    clips: int
    seen: tuple[Seen, ...]


def survey(inputs: Sequence[str], settings: DuplicateConfig, workers: str) -> list[Seen]:
    """Every clip of every layer, in stored order."""
    listed = [(layer, shard.path) for layer in inputs for shard in manifest.read(layer).shards]
    tasks = {i: partial(_look, layer, name, settings) for i, (layer, name) in enumerate(listed)}
    found = run.map_shards(tasks, workers)
    return [one for i in range(len(tasks)) for one in found[i].seen]


def fingerprints(clips: Sequence[Seen]) -> dict[str, Fingerprint]:
    """One a clip, by id. DataError for a clip without pictures, and for an id that names two."""
    found: dict[str, tuple[Fingerprint, str]] = {}
    for one, print_ in ((one, one.fingerprint) for one in clips):
        if print_ is None:
            continue
        other, layer = found.setdefault(one.clip_id, (print_, one.layer))
        if other.sha256 != print_.sha256:
            raise DataError(
                f"clip {one.clip_id} of {layer} and that of {one.layer} have different pictures: "
                "two clips have one id; make one of the sets with another --seed, or leave it out"
            )
    lost = sorted({one.clip_id for one in clips} - found.keys())
    if lost:
        layer = next(one.layer for one in clips if one.clip_id == lost[0])
        raise DataError(
            f"{counted(len(lost), 'clip')} without pictures, such as {lost[0]} of {layer}: "
            "give the layer with the pictures too"
        )
    return {clip_id: print_ for clip_id, (print_, _) in sorted(found.items())}


def fonts(clips: Iterable[Seen]) -> dict[str, str]:
    """SHA-256 of every font that a clip shows, by id."""
    return {s.id: s.sha256 for one in clips for s in one.origin.sources if s.kind == "font"}


def seen(layer: Location, clip: Clip, print_: Fingerprint | None) -> Seen:
    """What is kept of a clip."""
    return Seen(
        clip_id=clip.clip_id,
        layer=str(layer),
        origin=replace(clip.origin, spec=None),
        fingerprint=print_,
        best=merge.best(clip),
        kept=sum(one.effort == "kept" for frame in clip.frames for one in frame.instances),
    )


def _look(layer: str, name: str, settings: DuplicateConfig) -> SeenShard:
    path = files.join(layer, name)
    found = shards.read(path, pictures=False)
    kept = tuple(seen(layer, clip, _fingerprint(layer, clip.clip_id, settings)) for clip in found)
    return SeenShard(path=path, clips=len(kept), seen=kept)


def _fingerprint(layer: Location, clip_id: str, settings: DuplicateConfig) -> Fingerprint | None:
    try:
        stored = layers.jpegs(layer, clip_id)
    except DataError:
        return None
    return duplicates.fingerprint(clip_id, stored, settings)
