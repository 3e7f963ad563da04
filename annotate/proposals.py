"""Layers of pre-labels as they were pushed.

An annotation is read together with the pre-label that it was made from. So a layer is kept as it was when it was
pushed, whatever becomes of its directory: as links to its shards, which are replaced and never changed.
"""

import os
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zlib import crc32

from annotate.convert import Prelabel
from sts import files, layers, manifest, stage
from sts.errors import ConfigError, DataError
from sts.files import Location
from sts.shards import Jpegs, Shard
from sts.types import Clip, Frame, Manifest

PRELABELS, HONEYPOTS = "prelabels", "honeypots"
"""Folders beside the journal, with a layer for every model version"""
TRUTH = ("rendered", "human")
"""Sources of labels that a honeypot hides"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A clip that is to be shown."""

    clip_id: str
    n_frames: int
    hidden: bool
    """Its truth is known: a honeypot"""


class Proposals:
    """What several labelers say of the same clips, and what is shown of honeypots."""

    def __init__(self, sources: Sequence[Location], honeypots: Location | None, folder: Path) -> None:
        """Keep the layers in `folder`, beside the journal. ConfigError for one that is given twice."""
        self.versions = tuple(version(source) for source in sources)
        if not sources or len({*self.versions}) != len(sources):
            raise ConfigError("give --in DIR, or several different ones: a layer of pre-labels each")
        self._sources, self._honeypots = tuple(sources), honeypots
        self._kept = [
            keep(source, folder / PRELABELS / name) for source, name in zip(sources, self.versions, strict=True)
        ]
        self._hidden = keep(honeypots, folder / HONEYPOTS / self.shown) if honeypots else None
        if self._hidden and manifest.read(self._hidden).shards != manifest.read(honeypots or "").shards:
            raise ConfigError(
                f"honeypots = {honeypots} is not what was pushed with {self.shown}: change it with the next pre-labels"
            )
        self._urgent = priorities(self._kept[0])
        self._hidden_urgent = priorities(self._hidden) if self._hidden else {}

    @property
    def shown(self) -> str:
        """The model version that annotators see: the first."""
        return self.versions[0]

    def clips(self, n: int | None) -> list[Planned]:
        """The first `n` clips of the first layer with all honeypots among them. DataError for a clip in both."""
        open_ = list(_pages(self._kept[0], hidden=False))[:n]
        hidden = list(_pages(self._hidden, hidden=True)) if self._hidden else []
        counts = Counter(page.clip_id for page in (*open_, *hidden))
        twice = [clip_id for clip_id, n in counts.items() if n > 1]
        if twice:
            where = " and ".join(str(place) for place in (self._sources[0], self._honeypots) if place)
            why = "honeypots are other clips than those of --in" if hidden else "a clip has a name of its own"
            raise DataError(f"{where}: clip {twice[0]} is there twice; {why}")
        return _spread(open_, hidden)

    def of(self, page: Planned) -> list[Prelabel]:
        """One a model version, without priorities. DataError for a layer of another clip of that name."""
        if page.hidden:
            assert self._hidden is not None
            clip = hide(_labels(self._hidden, page.clip_id))
            return [Prelabel(model_version=name, clip=clip) for name in self.versions]
        found = [
            (name, layers.labels(kept, page.clip_id)) for name, kept in zip(self.versions, self._kept, strict=True)
        ]
        there = [Prelabel(model_version=name, clip=clip) for name, clip in found if clip is not None]
        for one in there:
            _check_same(there[0], one)
        return there

    def jpegs(self, page: Planned) -> Jpegs:
        """The stored pictures of a clip."""
        source = self._honeypots if page.hidden and self._honeypots else self._sources[0]
        return layers.jpegs(source, page.clip_id)

    def priority(self, page: Planned, first: int, last: int) -> float | None:
        """How urgent a window is, in [0, 1]: the mean of its frames; None where the layer does not say so.

        A honeypot of which nobody says so is as urgent as any other clip: it would be known by it.
        """
        urgent = self._hidden_urgent if page.hidden and page.clip_id in self._hidden_urgent else self._urgent
        clip_id = page.clip_id
        if page.hidden and clip_id not in urgent and urgent:
            clip_id = sorted(urgent)[crc32(clip_id.encode()) % len(urgent)]
        values = [value for frame, value in urgent.get(clip_id, {}).items() if first <= frame <= last]
        return round(sum(values) / len(values), 4) if values else None


def version(source: Location) -> str:
    """Name of a layer: its labeler, or else its command, and what its manifest is."""
    made = manifest.read(source)
    return f"{_labeler(made)}@{files.sha256(files.join(source, manifest.NAME))[:8]}"


def keep(source: Location, folder: Path) -> Path:
    """The layer as it is now, in `folder` for ever; what is there stays. DataError if it changes meanwhile."""
    if (folder / manifest.NAME).exists():
        return folder
    made = manifest.read(source)
    folder.mkdir(parents=True, exist_ok=True)
    for shard in made.shards:
        _link(files.join(source, shard.path), folder / shard.path)
        if files.sha256(folder / shard.path) != shard.sha256:
            raise DataError(f"{source}/{shard.path} is not as its manifest says: run the command of {source} again")
    inputs = {files.relative(files.resolve(path, source), folder): sha for path, sha in made.inputs.items()}
    manifest.write(folder, replace(made, inputs=inputs))
    return folder


def kept(folder: Path) -> dict[str, Path]:
    """Layers that were kept, PRELABELS or HONEYPOTS, by model version."""
    there = sorted(folder.iterdir()) if folder.is_dir() else []
    return {one.name: one for one in there if (one / manifest.NAME).exists()}


def hide(clip: Clip) -> Clip:
    """A honeypot's clip without its truth."""
    return replace(clip, frames=tuple(_without_truth(frame) for frame in clip.frames), video=None)


def priorities(directory: Location) -> dict[str, dict[int, float]]:
    """By clip and frame, where the layer's command said how urgent frames are."""
    found: dict[str, dict[int, float]] = {}
    for row in stage.notes(directory).facts:
        if "priority" in row and "frame" in row:
            found.setdefault(row["clip_id"], {})[row["frame"]] = row["priority"]
    return found


def _labeler(made: Manifest) -> str:
    for key in ("labeler", "segmenter"):
        table: Any = made.config.get(key)
        if isinstance(table, dict) and "class" in table:
            return str(table["class"]).rpartition(":")[2]
    return made.command


def _link(source: str, target: Path) -> None:
    """The same file under another name, or a copy where the disk is another."""
    target.unlink(missing_ok=True)
    place = files.local(source)
    try:
        if place is None:
            raise OSError
        os.link(place, target)
    except OSError:
        with files.reading(source) as file, files.replacing(target) as copy:
            shutil.copyfileobj(file, copy)


def _pages(directory: Location, *, hidden: bool) -> Iterator[Planned]:
    for info in manifest.read(directory).shards:
        shard = Shard(files.join(directory, info.path))
        try:
            for index in range(shard.clips):
                rows = shard.rows(index, ["clip_id"])
                yield Planned(clip_id=rows["clip_id"][0].as_py(), n_frames=len(rows), hidden=hidden)
        finally:
            shard.close()


def _spread(open_: Sequence[Planned], hidden: Sequence[Planned]) -> list[Planned]:
    """Honeypots at equal distances, so that their place does not tell."""
    placed = [((i + 1) / (len(open_) + 1), page) for i, page in enumerate(open_)]
    placed += [((i + 0.5) / len(hidden), page) for i, page in enumerate(hidden)]
    return [page for _, page in sorted(placed, key=lambda at: at[0])]


def _labels(directory: Location, clip_id: str) -> Clip:
    clip = layers.labels(directory, clip_id)
    if clip is None:
        raise DataError(f"{directory} has no clip {clip_id}")
    return clip


def _without_truth(frame: Frame) -> Frame:
    return replace(frame, instances=tuple(one for one in frame.instances if one.source not in TRUTH))


def _check_same(one: Prelabel, other: Prelabel) -> None:
    sizes = [(clip.width, clip.height, len(clip.frames)) for clip in (one.clip, other.clip)]
    if sizes[0] != sizes[1]:
        told = " and ".join(f"{width}x{height} px with {n} frames" for width, height, n in sizes)
        raise DataError(
            f"clip {one.clip.clip_id} is {told} in {one.model_version} and {other.model_version}: "
            "give layers of the same clips"
        )
