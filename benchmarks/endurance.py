"""What happens to `synth.render` when it is killed, run by many, starved of disk or run for long."""

import contextlib
import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks import child
from benchmarks.child import Outcome
from benchmarks.table import Bar, Line
from sts import shards
from sts.errors import DataError

RENDER = "synth.render"
SAME = Bar(value=0, best="low")
FLAT_PERCENT = 5.0
SHARES = (0.3, 0.6, 0.9)
"""Of what a run takes: in shards, between, and in the preview"""
MINUTES = 30.0
"""For the full set"""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnduranceConfig:
    """Size of the runs; they are small so that they can be many."""

    width: int = 320
    """px"""
    height: int = 180
    frames: int = 8
    clips: int = 24
    """In each run that is compared with the undisturbed one"""
    clips_per_shard: int = 2
    windows_per_video: int = 4
    kills: int = 20
    soak_clips: int = 500
    full_clips: int = 1410
    full_workers: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """Runs of the renderer on the same settings, in a folder of their own."""

    settings: EnduranceConfig
    folder: Path
    backgrounds: Path
    small: bool = field(default=True)
    """Use the small size; else the renderer's own defaults"""

    def render(
        self,
        out: Path,
        n: int,
        workers: str = "1",
        *,
        kill_s: float | None = None,
        source: Path | None = None,
        env: dict[str, str] | None = None,
    ) -> Outcome:
        """One run of the command."""
        given = ["--in", str(source or self.backgrounds), "--out", str(out), "--n", str(n), "--workers", workers]
        if self.small:
            given += ["--config", str(self._toml())]
        cache = {"XDG_CACHE_HOME": str(self.folder / "cache"), **(env or {})}
        return child.run(RENDER, given, self.folder / "log.txt", env=cache, kill_s=kill_s)

    def _toml(self) -> Path:
        path = self.folder / "small.toml"
        names = ("width", "height", "frames", "clips_per_shard", "windows_per_video")
        path.write_text("".join(f"{name} = {getattr(self.settings, name)}\n" for name in names), encoding="utf-8")
        return path


def endure(trial: Trial, seed: int) -> list[Line]:
    """Kills, workers, shuffled folders, a full disk and a soak, each against one undisturbed run."""
    n, reference = trial.settings.clips, trial.folder / "reference"
    child.succeeded(trial.render(reference, n))
    again = child.succeeded(trial.render(trial.folder / "again", n))
    tree = digest(reference)
    return [
        _line("run again: other bytes", int(digest(trial.folder / "again") != tree), "trees"),
        *killed(trial, tree, again.seconds, seed),
        _line("workers 2 and 4: other bytes", sum(_differs(trial, tree, w) for w in ("2", "4")), "trees"),
        _line("asset folder shuffled, other hash seed: other bytes", _shuffled(trial, tree), "trees"),
        *(full_disk(trial, tree, _size(reference)) if os.geteuid() == 0 else []),
        soak(trial),
    ]


def killed(trial: Trial, tree: str, usual_s: float, seed: int) -> list[Line]:
    """Kill it at random times, with one and two workers in turn, then let it finish; early ends are compared too."""
    rng, out, n = np.random.default_rng(seed), trial.folder / "killed", trial.settings.clips
    kills = wrong = 0
    while kills < trial.settings.kills:
        ended = trial.render(out, n, str(1 + kills % 2), kill_s=float(rng.uniform(0.0, 1.1 * usual_s)))
        if ended.code < 0:
            kills += 1
        else:
            child.succeeded(ended)
            wrong += digest(out) != tree
            shutil.rmtree(out)
    child.succeeded(trial.render(out, n))
    return [
        _line(f"{kills} x kill -9 at random times, then finished: other bytes", wrong + (digest(out) != tree), "trees")
    ]


def full_disk(trial: Trial, tree: str, size: int) -> list[Line]:
    """Fill disks of shares of the `size` in bytes, look at what is said and left, make space and go on."""
    found = [_filled(trial, tree, int(share * size)) for share in SHARES]
    said, broken, other = (sum(column) for column in zip(*found, strict=True))
    return [
        _line(f"{len(SHARES)} full disks: lines that say so, beyond one each", said, "lines"),
        _line(f"{len(SHARES)} full disks: half files left", broken, "files"),
        _line(f"{len(SHARES)} full disks, then space and the same command: other bytes", other, "trees"),
    ]


def _filled(trial: Trial, tree: str, size: int) -> tuple[int, int, int]:
    """Lines of error beyond one, half files, and whether the tree differs in the end."""
    n = trial.settings.clips
    with _disk(trial.folder / f"disk-{size}", size) as disk:
        out = disk / "set"
        ended = trial.render(out, n)
        if ended.code == 0:
            raise DataError(f"{n} clips fit on a disk of {size} bytes, less than they took before")
        said = [line for line in ended.stderr.splitlines() if line.startswith("error:")]
        broken = _damaged(out)
        subprocess.run(["mount", "-o", "remount,size=1g", str(disk)], check=True)
        child.succeeded(trial.render(out, n))
        return abs(len(said) - 1) + ("Traceback" in ended.stderr), broken, int(digest(out) != tree)


def soak(trial: Trial) -> Line:
    """Memory after the first fifth of many clips against the end."""
    n = trial.settings.soak_clips
    ended = child.succeeded(trial.render(trial.folder / "soak", n))
    tenth = max(len(ended.memory) // 10, 1)
    early, late = median(ended.memory[2 * tenth : 3 * tenth]), median(ended.memory[-2 * tenth : -tenth])
    return Line(
        what=f"memory growth from 25 % to 85 % of {n} clips",
        unit="%",
        ours=100 * (late / early - 1),
        against=f"{early:.0f} to {late:.0f} MB",
        bar=Bar(value=FLAT_PERCENT, best="low"),
    )


def full(trial: Trial) -> list[Line]:
    """The whole default set from an empty cache."""
    n, workers = trial.settings.full_clips, trial.settings.full_workers
    ended = child.succeeded(trial.render(trial.folder / "full", n, str(workers)))
    frames, minutes = n, ended.seconds / 60
    half = len(ended.memory) // 2
    early, late = (float(np.percentile(part, 95)) for part in (ended.memory[half // 4 : half], ended.memory[half:]))
    return [
        Line(
            what=f"{frames} clips, {workers} workers, empty cache",
            unit="min",
            ours=minutes,
            against=f"{n / ended.seconds:.2f} clips/s",
            bar=Bar(value=MINUTES, best="low"),
        ),
        Line(what="peak memory of all its processes", unit="MB", ours=ended.peak),
        Line(
            what="memory growth, second half against first",
            unit="%",
            ours=100 * (late / early - 1),
            against=f"{early:.0f} to {late:.0f} MB",
            bar=Bar(value=FLAT_PERCENT, best="low"),
        ),
    ]


def digest(folder: Path) -> str:
    """SHA-256 over the names and bytes of all files below a folder."""
    total = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        total.update(path.relative_to(folder).as_posix().encode() + b"\0")
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _differs(trial: Trial, tree: str, workers: str) -> bool:
    out = trial.folder / f"workers-{workers}"
    child.succeeded(trial.render(out, trial.settings.clips, workers))
    return digest(out) != tree


def _shuffled(trial: Trial, tree: str) -> int:
    """The same files copied in another order, with other dates, to another place."""
    copies, out = trial.folder / "copies", trial.folder / "shuffled"
    copies.mkdir()
    for path in sorted(trial.backgrounds.iterdir(), reverse=True):
        if path.is_file():
            shutil.copyfile(path, copies / path.name)
    ended = trial.render(out, trial.settings.clips, source=copies, env={"PYTHONHASHSEED": "1"})
    child.succeeded(ended)
    return int(digest(out) != tree)


def _damaged(out: Path) -> int:
    """Shards that are not whole, and files that were begun and not named."""
    broken = 0
    for path in sorted(out.rglob("*")) if out.is_dir() else []:
        if path.suffix == ".parquet":
            try:
                shards.checked(path)
            except DataError:
                broken += 1
        broken += path.suffix == ".tmp"
    return broken


def _size(folder: Path) -> int:
    """Bytes of all files."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


@contextlib.contextmanager
def _disk(place: Path, size: int) -> Iterator[Path]:
    """A disk of so many bytes in memory."""
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def _line(what: str, ours: int, unit: str) -> Line:
    return Line(what=what, unit=unit, ours=ours, bar=SAME)
