"""Runs the steps of a recipe one after the other; those that ended well before are skipped."""

import contextlib
import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipelines import recipe_keys, steps, studio, studio_process
from pipelines.recipes import RecipeConfig
from pipelines.steps import Call
from pipelines.studio import StudioConfig
from sts import config, files
from sts.errors import ConfigError, DataError

log = logging.getLogger(__name__)

RECORD = "recipe.json"
STUDIO = "labelstudio"
"""Folder of the server in the project"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A step that ended well."""

    name: str
    """`03-ingest`, as its log is called"""
    verb: str
    out: str
    inputs: tuple[str, ...]
    """Paths in the project: --in, and options that name some"""
    seconds: float
    key: str
    """Of all that it was made from"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """`recipe.json`: what has ended well, in the order of the recipe."""

    steps: tuple[Ended, ...] = ()


def run(recipe: RecipeConfig, calls: Sequence[Call], project: Path, workers: str = "1") -> None:
    """Run in `project` what has not ended well yet, or was made from something else.

    DataError for a step that fails, ServerError for a Label Studio that does; the next run goes on there.
    """
    keys = recipe_keys.keys(calls, project, recipe_keys.code())
    known = {one.key: one for one in read(project).steps}
    last = max((i for i, step in enumerate(recipe.steps) if step.server), default=-1)
    with studio_process.stoppable(), contextlib.ExitStack() as server:
        variables: Mapping[str, str] = {}
        for i, (call, key) in enumerate(zip(calls, keys, strict=True)):
            where = f"{i + 1}/{len(calls)} {call.verb}"
            if key in known and (project / call.out).exists():
                log.info("%s: %s is there", where, call.out)
                continue
            log.info("%s: into %s", where, call.out)
            name, asks = f"{i + 1:02d}-{call.verb.partition('.')[2]}", recipe.steps[i].server
            if asks and recipe.server is not None and not variables:
                variables = server.enter_context(_studio(recipe.server, project))
            seconds = steps.run(call, project, name, workers=workers, variables=variables if asks else {})
            log.info("%s: %.1f s", where, seconds)
            known[key] = _ended(call, project, name, seconds, key)
            _save(project, [known[one] for one in keys if one in known])
            if i >= last:
                server.close()
        return
    raise KeyboardInterrupt  # it ended the server, which takes it for no error


def read(project: Path) -> Record:
    """What has ended well there; DataError for a damaged record."""
    path = project / RECORD
    if not path.exists():
        return Record()
    try:
        return config.from_dict(Record, json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, ConfigError) as error:
        raise DataError(f"{path} is damaged ({error}): delete it; steps that are there are then run again") from error


def _ended(call: Call, project: Path, name: str, seconds: float, key: str) -> Ended:
    named = tuple(path for path in call.options.values() if path != call.out and (project / path).exists())
    inputs = (*call.inputs, *named)
    return Ended(name=name, verb=call.verb, out=call.out, inputs=inputs, seconds=round(seconds, 1), key=key)


def _save(project: Path, done: Sequence[Ended]) -> None:
    text = json.dumps(config.to_dict(Record(steps=tuple(done))), indent=1) + "\n"
    with files.replacing(project / RECORD) as file:
        file.write(text.encode())


@contextlib.contextmanager
def _studio(settings: StudioConfig, project: Path) -> Iterator[Mapping[str, str]]:
    """A server of the project's own while the block runs; the variables by which steps find it."""
    place = str(project / settings.environment) if settings.environment else ""
    with studio.running(replace(settings, environment=place), (), str(project / STUDIO)) as server:
        yield {"LABEL_STUDIO_URL": server.access.url, "LABEL_STUDIO_API_KEY": server.access.token}
