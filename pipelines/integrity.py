"""Are the files of a finished directory whole, and are they what its manifest says?"""

from collections.abc import Iterator
from dataclasses import dataclass

from pipelines import checks, duplicates, survey
from pipelines.limits import AuditConfig
from pipelines.survey import Seen
from sts import config, files, layers, manifest, shards
from sts.checks import Finding
from sts.errors import DataError
from sts.shards import Jpegs
from sts.types import Clip, Manifest, ShardInfo
from sts.wording import counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A finding and where it was made."""

    directory: str
    shard: str
    """"" for the directory as a whole"""
    clip: str
    """"" for the shard as a whole"""
    finding: Finding
    times: int = 1
    """On how many frames, or once for the whole clip"""

    def __str__(self) -> str:
        where = self.clip or (files.join(self.directory, self.shard) if self.shard else self.directory)
        return f"{where}: {self.finding.rule}: {self.finding}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What an audit found in one shard."""

    path: str
    clips: int
    places: tuple[Place, ...]
    seen: tuple[Seen, ...]


Places = Iterator[Place]


def directory(name: str, done: Manifest) -> Places:
    """Shards that nobody listed, and inputs that are gone or are no longer what was read."""
    listed = {shard.path for shard in done.shards}
    for shard in sorted(set(manifest.shard_names(name)) - listed):
        yield _whole(name, shard, "shard-unlisted", "is not in the manifest")
    for path, sha256 in done.inputs.items():
        where = files.resolve(path, name)
        if not files.exists(where):
            text = f"{path} cannot be looked at: it is not there"
            yield Place(directory=name, shard="", clip="", finding=Finding(rule="input-gone", what=text, severe=False))
        elif files.sha256(where) != sha256:
            yield _whole(name, "", "input-changed", f"{path} has changed since it was read: make this set anew")


def shard(name: str, info: ShardInfo, done: Manifest, settings: AuditConfig) -> Checked:
    """Everything about one shard: its bytes, its footer, its clips."""
    path = files.join(name, info.path)
    try:
        places = list(_file(name, info, done))
        footer = shards.footer(path)
    except DataError as error:
        told = _whole(name, info.path, "shard-damaged", f"{error.fault}: run its command again")
        return Checked(path=path, clips=0, places=(told,), seen=())
    ids, seen = _ids(path, footer.clips), []
    for index, clip_id in enumerate(ids):
        try:
            clip, stored = _clip(name, path, index)
            found = list(checks.findings(clip, stored, settings))
            seen.append(survey.seen(name, clip, duplicates.fingerprint(clip_id, stored, settings.duplicates)))
        except DataError as error:
            found = [Finding(rule="clip-damaged", what=error.fault)]
        places += [_at(name, info.path, clip_id, one, times) for one, times in _joined(found)]
    return Checked(path=path, clips=footer.clips, places=tuple(places), seen=tuple(seen))


def _file(name: str, info: ShardInfo, done: Manifest) -> Places:
    path = files.join(name, info.path)
    if files.sha256(path) != info.sha256:
        text = "it has changed since it was written (SHA-256): delete it and run its command again"
        yield _whole(name, info.path, "shard-sha256", text)
    footer = shards.footer(path)
    if (footer.clips, footer.frames) != (info.clips, info.frames):
        held = f"{counted(footer.clips, 'clip')} of {counted(footer.frames, 'frame')}"
        text = f"holds {held}, the manifest says {info.clips} of {info.frames}"
        yield _whole(name, info.path, "shard-counts", text)
    made = {"command": done.command, "config_sha256": config.digest(done.config)}
    for key in (key for key, value in made.items() if footer.meta.get(key) != value):
        yield _whole(name, info.path, "shard-lineage", f"its {key} is not that of the manifest")


def _ids(path: str, n: int) -> tuple[str, ...]:
    """Clip ids, or numbers where damage hides them."""
    try:
        return shards.clip_ids(path)
    except DataError:
        return tuple(f"clip {index} of {path}" for index in range(n))


def _clip(name: str, path: str, index: int) -> tuple[Clip, Jpegs]:
    """Labels and picture bytes of a clip, the latter from the inputs if need be; every page is verified."""
    clip, stored = shards.read_clip(path, index, pictures=False), shards.jpegs(path, index)
    return clip, layers.jpegs(name, clip.clip_id) if stored is None else stored


def _joined(found: list[Finding]) -> list[tuple[Finding, int]]:
    """The first of the findings that differ only in their frame, and on how many frames they are made."""
    alike: dict[tuple[str, int | None, str], list[Finding]] = {}
    for one in found:
        alike.setdefault((one.rule, one.track, "" if one.frame is not None else one.what), []).append(one)
    return [(group[0], len(group)) for group in alike.values()]


def _at(name: str, path: str, clip_id: str, finding: Finding, times: int) -> Place:
    return Place(directory=name, shard=path, clip=clip_id, finding=finding, times=times)


def _whole(name: str, path: str, rule: str, what: str) -> Place:
    return Place(directory=name, shard=path, clip="", finding=Finding(rule=rule, what=what))
