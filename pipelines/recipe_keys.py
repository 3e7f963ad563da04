"""Digests that say whether a step of a recipe was made from what it would be made from now."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from pipelines import cli
from pipelines.steps import ROOT, Call
from sts import config, files, manifest


def keys(calls: Sequence[Call], project: Path, code: str) -> list[str]:
    """One a step: of the code, its call, its inputs from outside, and the key of the step before."""
    found, key = list[str](), code
    made = {(project / call.out).resolve() for call in calls}
    for call in calls:
        outside = [path for path in _places(call, project) if not made & {path, *path.parents}]
        key = config.digest([key, call, {str(path): _state(path) for path in outside}])
        found.append(key)
    return found


def code() -> str:
    """Digest of the source of all our packages."""
    digest = hashlib.sha256()
    for package in cli.PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            digest.update(f"{path.relative_to(ROOT)}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def _places(call: Call, project: Path) -> list[Path]:
    """Inputs and values of options that are files or directories, but for the project itself."""
    named = {(project / path).resolve() for path in (*call.inputs, *call.options.values())}
    own = {project.resolve(), *project.resolve().parents}
    return sorted(path for path in named if path not in own and path.exists())


def _state(path: Path) -> str:
    """Digest of a file, of a finished directory's manifest, or of the names, sizes and times of what a folder holds."""
    for whole in (path, path / manifest.NAME):
        if whole.is_file():
            return files.sha256(whole)
    stats = [(str(one.relative_to(path)), one.stat()) for one in sorted(path.rglob("*")) if one.is_file()]
    return config.digest([[name, stat.st_size, stat.st_mtime_ns] for name, stat in stats])
