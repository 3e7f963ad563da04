"""Train, val and test without leaks: clips that share something stay together, and what was test stays test.

A clip has keys: its id, the source videos behind its pictures, and a held-out font. Clips are joined when they share a
key or are near-duplicates; a group goes to one split as a whole. `splits.lock` remembers the split of every key.
"""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from sts import files
from sts.errors import ConfigError
from sts.files import Location
from sts.types import Origin

SPLITS = ("train", "val", "test")
"""From the least to the most protected"""
LOCK = "splits.lock"
FONT = "font:"
"""Start of the key of a held-out font; it belongs to test"""

Lock = Mapping[str, str]
"""Key to split"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Clips that must not be parted."""

    clips: tuple[str, ...]
    keys: frozenset[str]
    kind: str
    """`real` if any of the clips is, else `synth`: both kinds are shared out by themselves"""

    @property
    def name(self) -> str:
        """The least of its keys; what its place is drawn from."""
        return min(self.keys)


def keys(clip_id: str, origin: Origin, pictures: str, held_out: Collection[str] = ()) -> frozenset[str]:
    """What a clip has in common with others; `pictures` is the SHA-256 of its bytes, `held_out` SHA-256 of fonts.

    A clip used as a background is found by its pictures, which are then the source video of the other clip.
    """
    found = {f"clip:{clip_id}", f"video:{pictures}"}
    videos = {source.sha256 or source.id for source in origin.sources if source.kind == "video"} - {""}
    found |= {f"video:{video}" for video in videos}
    if origin.kind == "real":
        found.add(f"uri:{origin.uri}")
    fonts = {source.sha256 for source in origin.sources if source.kind == "font"}
    return frozenset(found | {FONT + font for font in fonts.intersection(held_out)})


def held_out(ids: Collection[str], fonts: Mapping[str, str], lock: Lock) -> set[str]:
    """SHA-256 of fonts by id, where there is such a font, and of those that the lock holds."""
    return {fonts[name] for name in ids if name in fonts} | {
        key.removeprefix(FONT) for key in lock if key.startswith(FONT)
    }


def groups(clips: Mapping[str, frozenset[str]], real: Collection[str], near: Iterable[tuple[str, str]]) -> list[Group]:
    """Connected components over shared keys and near-duplicates, by name; `real` names the clips of real video."""
    above: dict[str, str] = {}
    for clip_id, held in clips.items():
        for key in held:
            _join(above, f"clip:{clip_id}", key)
    for a, b in near:
        _join(above, f"clip:{a}", f"clip:{b}")
    members = defaultdict(list)
    for clip_id in sorted(clips):
        members[_root(above, f"clip:{clip_id}")].append(clip_id)
    made = [
        Group(
            clips=tuple(ids),
            keys=frozenset().union(*(clips[clip_id] for clip_id in ids)),
            kind="real" if any(clip_id in real for clip_id in ids) else "synth",
        )
        for ids in members.values()
    ]
    return sorted(made, key=lambda group: group.name)


def assign(made: Iterable[Group], shares: Mapping[str, float], lock: Lock, seed: int) -> dict[str, str]:
    """Split of every group, by name.

    A group with locked keys goes to the most protected split among them, one with a held-out font to test. The others
    follow, the largest first and equal ones in the order of a hash, each to the split that lacks most clips.
    """
    by_kind: dict[str, list[Group]] = defaultdict(list)
    for group in made:
        by_kind[group.kind].append(group)
    return {name: split for kind in sorted(by_kind) for name, split in _shared_out(by_kind[kind], shares, lock, seed)}


def locked(group: Group, lock: Lock) -> str | None:
    """The split that a group must go to, or None."""
    fixed = {lock[key] for key in group.keys if key in lock}
    fixed |= {"test" for key in group.keys if key.startswith(FONT)}
    return max(fixed, key=SPLITS.index, default=None)


def read_lock(path: Location) -> dict[str, str]:
    """ConfigError for a file that is no lock."""
    with files.reading(path) as file:
        text = file.read()
    try:
        table = json.loads(text)
        pairs = [(key, split) for split in SPLITS for key in table[split]]
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigError(f"{path} is no {LOCK} ({error}): give the one beside a dataset") from error
    twice = sorted(key for key, n in Counter(key for key, _ in pairs).items() if n > 1)
    if twice:
        raise ConfigError(f"{path} has {twice[0]!r} in two splits: leave it in one")
    return dict(pairs)


def write_lock(path: Location, lock: Lock) -> None:
    """A key a line, sorted, so that a change can be read in a diff."""
    table = {split: sorted(key for key, held in lock.items() if held == split) for split in SPLITS}
    with files.replacing(path) as file:
        file.write((json.dumps(table, indent=1, ensure_ascii=False) + "\n").encode())


def _shared_out(made: Iterable[Group], shares: Mapping[str, float], lock: Lock, seed: int) -> Iterator[tuple[str, str]]:
    order = sorted(made, key=lambda group: (-len(group.clips), _draw(seed, group.name)))
    total = sum(len(group.clips) for group in order)
    lacks = {split: shares[split] * total for split in reversed(SPLITS) if shares[split]}
    for group in sorted(order, key=lambda group: locked(group, lock) is None):
        split = locked(group, lock) or max(lacks, key=lambda split: lacks[split])
        lacks[split] = lacks.get(split, 0.0) - len(group.clips)
        yield group.name, split


def _draw(seed: int, name: str) -> str:
    return hashlib.sha256(f"{seed} {name}".encode()).hexdigest()


def _join(above: dict[str, str], a: str, b: str) -> None:
    first, second = sorted((_root(above, a), _root(above, b)))
    above[second] = first


def _root(above: dict[str, str], key: str) -> str:
    while above.setdefault(key, key) != key:
        above[key] = above[above[key]]
        key = above[key]
    return key
