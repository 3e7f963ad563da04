"""What the splits of one dataset have in common, and clips that look like others."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from pipelines import duplicates, split
from pipelines.duplicates import DuplicateConfig, Fingerprint, Pair
from pipelines.integrity import Place, Places
from pipelines.split import Lock
from pipelines.survey import Seen
from sts.checks import Finding
from sts.wording import counted

Splits = Mapping[str, Sequence[Seen]]
"""Name of a split to its clips"""


def leaks(splits: Splits, held_out: Collection[str], lock: Lock, settings: DuplicateConfig) -> Places:
    """Keys in more than one split, ids that occur twice, splits that the lock forbids, near-duplicates.

    `held_out` are SHA-256 of fonts. Near-duplicates in one split, and labels of test that are a model's proposals, are
    only worth a look.
    """
    yield from _twice(splits)
    yield from _anchored(splits.get("test", ()))
    where: dict[str, dict[str, Seen]] = defaultdict(dict)
    for name, clips in splits.items():
        for one, print_ in ((one, one.fingerprint) for one in clips):
            for key in split.keys(one.clip_id, one.origin, print_.sha256, held_out) if print_ else ():
                where[key].setdefault(name, one)
    for key, by_split in sorted(where.items()):
        yield from _shared(key, by_split)
        yield from _moved(key, by_split, lock)
    yield from _alike(splits, settings)


def nearest(splits: Splits, n: int, settings: DuplicateConfig) -> list[Pair]:
    """The n most alike pairs of clips of different splits."""
    prints, names = _prints(splits)
    return duplicates.nearest(prints, names, n, settings)


def _twice(splits: Splits) -> Places:
    seen: dict[str, str] = {}
    for name, clips in splits.items():
        for one in clips:
            if one.clip_id in seen:
                yield _place(one, "clip-twice", f"its id occurs in {seen[one.clip_id]} too")
            seen[one.clip_id] = name


def _anchored(test: Sequence[Seen]) -> Places:
    for one in test:
        if one.kept:
            text = f"people left {counted(one.kept, 'label')} as a model proposed them: do not score that model here"
            yield _place(one, "label-anchored", text, severe=False)


def _shared(key: str, by_split: Mapping[str, Seen]) -> Places:
    if key.startswith(split.FONT):
        for name, one in by_split.items():
            if name in split.SPLITS and name != "test":
                yield _place(one, "leak-font", f"shows a font that only test may show, {key}")
    elif len(by_split) > 1 and not key.startswith("clip:"):
        (_, one), *others = by_split.items()
        text = f"shares {key} with " + " and ".join(f"{other.clip_id} of {name}" for name, other in others)
        yield _place(one, "leak-source", text)


def _moved(key: str, by_split: Mapping[str, Seen], lock: Lock) -> Places:
    for name, one in by_split.items():
        if lock.get(key, name) != name:
            yield _place(one, "leak-lock", f"{key} belongs to {lock[key]}, says {split.LOCK}; it is in {name}")


def _alike(splits: Splits, settings: DuplicateConfig) -> Places:
    prints, _ = _prints(splits)
    at = {one.clip_id: (name, one) for name, clips in splits.items() for one in clips}
    inside: dict[str, list[str]] = defaultdict(list)
    for pair in duplicates.pairs(prints, settings):
        (name, one), (other, _) = at[pair.a], at[pair.b]
        if name == other:
            inside[pair.a].append(pair.b)
        else:
            text = f"{pair.share:.0%} of its frames look like {pair.b} of {other}, {pair.bits} bits apart"
            yield _place(one, "leak-duplicate", text)
    for clip_id, others in inside.items():
        text = f"looks like {counted(len(others), 'other clip')} of its split, such as {others[0]}"
        yield _place(at[clip_id][1], "duplicate", text, severe=False)


def _prints(splits: Splits) -> tuple[list[Fingerprint], list[str]]:
    pairs = [(one.fingerprint, name) for name, clips in splits.items() for one in clips if one.fingerprint]
    return [print_ for print_, _ in pairs], [name for _, name in pairs]


def _place(one: Seen, rule: str, what: str, *, severe: bool = True) -> Place:
    finding = Finding(rule=rule, what=what, severe=severe)
    return Place(directory=one.layer, shard="", clip=one.clip_id, finding=finding)
