"""Checks a finished set against the rules of synth.checks."""

import json
import logging
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from sts import config, files, jpeg, manifest, shards
from sts.errors import DataError
from sts.files import Location
from sts.types import Clip, Manifest
from synth import checks
from synth.stage import Job, RenderConfig, job, made_from, studio

log = logging.getLogger(__name__)

REPORT = "report.txt"


def verify(directories: Sequence[Location], backgrounds: str, out: Location, n_drawn: int) -> None:
    """DataError naming the first broken rule; `report.txt` in `out` has all of them, or says that there is none."""
    page, sets = files.join(out, REPORT), ", ".join(map(str, directories))
    broken = [f"{place}: {line}" for place in directories for line in _broken(place, backgrounds, n_drawn)]
    with files.replacing(page) as file:
        file.write("".join(f"{line}\n" for line in broken or [f"{sets}: no rule is broken"]).encode())
    for line in broken[1:]:
        log.error("%s", line)
    if broken:
        raise DataError(f"broken rules: {len(broken)}, all in {page}; the first: {broken[0]}")
    log.info("%s: no rule is broken; this stands in %s", sets, page)


def _broken(directory: Location, backgrounds: str, n_drawn: int) -> Iterator[str]:
    done = manifest.read(directory)
    yield from manifest.verify(directory)
    places = [(shard.path, index) for shard in done.shards for index in range(shard.clips)]
    chosen = set(np.linspace(0, len(places) - 1, min(n_drawn, len(places))).round().astype(int).tolist())
    work = _job(done, backgrounds) if chosen else None
    for number, (name, index) in enumerate(places):
        try:
            yield from _clip(directory, name, index, work if number in chosen else None)
        except DataError as error:
            yield f"clip {index} of {name}: {error.fault}"


def _clip(directory: Location, name: str, index: int, work: Job | None) -> Iterator[str]:
    """What is wrong with a clip of a shard; raw pixels are looked at where the run that made it is given."""
    path = files.join(directory, name)
    clip = shards.read_clip(path, index, pictures=False)
    rules = list(checks.stored(clip))
    if work is not None:
        rules += _drawn(work, clip, shards.jpegs(path, index) or ())
    yield from (f"{clip.clip_id} in {name}: {rule}" for rule in rules)


def _job(done: Manifest, backgrounds: str) -> Job:
    """The run that made the set, on the same backgrounds and networks."""
    settings = {key: value for key, value in done.config.items() if key not in ("backgrounds", "networks")}
    work = job(config.from_dict(RenderConfig, settings), (backgrounds,))
    there = made_from(work)
    if there["backgrounds"] != done.config["backgrounds"]:
        raise DataError(f"{backgrounds} holds other backgrounds than the set was made on: name them with --backgrounds")
    if there["networks"] != done.config.get("networks", {}):
        raise DataError("[surfaces] names other networks than those the set was made with: put the old files back")
    return work


def _drawn(work: Job, clip: Clip, stored: tuple[bytes, ...]) -> Iterator[str]:
    """Rules that need the pixels before damage, and the stored pictures against those rendered again."""
    engine: Any = studio(work).engine_of(clip.origin.uri)
    choices = json.loads(clip.origin.spec or "{}").get("choices")
    spec = config.from_dict(engine.Spec, choices)
    yield from checks.raw(engine.drawing(spec), clip)
    again = engine.render(spec, clip.clip_id)
    if again.frames != clip.frames:
        yield "labels differ when the clip is rendered again"
    if tuple(jpeg.encode(frame) for frame in again.video) != stored:
        yield "pictures differ when the clip is rendered again"
