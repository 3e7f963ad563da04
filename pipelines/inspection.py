"""Audits finished sets: files, lineage, labels, licences, leaks between splits, duplicates."""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial

from pipelines import findings, integrity, leaks, split, survey
from pipelines.findings import Audit
from pipelines.limits import AuditConfig
from pipelines.split import LOCK, SPLITS
from pipelines.survey import Seen
from sts import files, manifest, run
from sts.errors import DataError
from sts.files import Location
from sts.wording import counted


def audit(inputs: Sequence[str], settings: AuditConfig, out: Location, workers: str) -> None:
    """Check sets and write `audit.json`, `AUDIT.md` and a table. DataError that names the first severe finding.

    A set is a finished directory, or a folder with `train`, `val` and `test`.
    """
    found = [inspect(name, settings, workers) for name in inputs]
    findings.write(out, found)
    findings.show(found)
    severe = [place for one in found for place in one.places if place.finding.severe]
    if severe:
        first, where = min(severe, key=lambda place: not place.clip), files.join(out, findings.PAGE)
        raise DataError(f"{counted(len(severe), 'finding')} to mend, all in {where}; the first: {first}")


def inspect(name: str, settings: AuditConfig, workers: str) -> Audit:
    """All that is found in one set."""
    parts = _parts(name)
    done = {part: manifest.read(directory) for part, directory in parts.items()}
    work = [(part, info) for part in parts for info in done[part].shards]
    tasks = {
        i: partial(integrity.shard, parts[part], info, done[part], settings) for i, (part, info) in enumerate(work)
    }
    checked = run.map_shards(tasks, workers)
    splits: dict[str, list[Seen]] = {part: [] for part in parts}
    for i, (part, _) in enumerate(work):
        splits[part] += checked[i].seen
    place = files.join(name, LOCK)
    lock = split.read_lock(place) if files.exists(place) else {}
    asked = {font for one in done.values() for font in _strings(one.config.get("held_out_fonts"))}
    fonts = survey.fonts(one for seen in splits.values() for one in seen)
    places = [
        *(place for part, directory in parts.items() for place in integrity.directory(directory, done[part])),
        *(place for i in range(len(tasks)) for place in checked[i].places),
        *leaks.leaks(splits, split.held_out(asked, fonts, lock), lock, settings.duplicates),
    ]
    return Audit(
        clips={directory: len(splits[part]) for part, directory in parts.items()},
        places=tuple(places),
        nearest=tuple(leaks.nearest(splits, settings.nearest, settings.duplicates)),
        licences=dict(sorted(_licences(splits).items())),
    )


def _parts(name: str) -> dict[str, str]:
    """Finished directories by split, or one by its own name."""
    found = {part: files.join(name, part) for part in SPLITS if files.exists(files.join(name, part))}
    if files.exists(files.join(name, manifest.NAME)) or not found:
        return {name: name}
    return found


def _strings(value: object) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list | tuple) else []


def _licences(splits: Mapping[str, Sequence[Seen]]) -> Counter[str]:
    clips = [one.origin for seen in splits.values() for one in seen]
    return Counter(of for origin in clips for of in {origin.license, *(source.license for source in origin.sources)})
