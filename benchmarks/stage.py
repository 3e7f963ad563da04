"""Settings of the benchmarks and what each of them measures."""

import platform
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import cv2

from benchmarks import chaos
from benchmarks import endurance as trials
from benchmarks.chaos import ChaosConfig
from benchmarks.endurance import EnduranceConfig, Trial
from benchmarks.figures import clips, codec, cold, exactness, net, pace, prelabel, push, reading, scoring, tracking
from benchmarks.figures.net import ModelConfig
from benchmarks.figures.pace import STEPS, Pace
from benchmarks.figures.prelabel import PrelabelSpeed
from benchmarks.figures.push import PushSpeed
from benchmarks.peers import synthtiger
from benchmarks.table import Bar, Line
from sts import run
from sts.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeedConfig:
    """Settings of `benchmarks.speed`."""

    seed: int = 0
    width: int = 1280
    """px"""
    height: int = 720
    frames: int = 30
    words: int = 8
    """In each clip"""
    clips: int = 6
    repeats: int = 5
    """Of each timed clip, floor and renderer in turn"""
    peer_words: int = 100
    """Made by SynthTIGER"""
    peer_home: str = ".venv-synthtiger"
    """Its virtual environment, made on first use"""
    cold_windows: int = 3
    tracking_frames: int = 31
    evaluators_home: str = ".venv-evaluators"
    """Virtual environment of the reference evaluators, made on first use"""
    endurance: EnduranceConfig = field(default_factory=EnduranceConfig)
    model: ModelConfig = field(default_factory=ModelConfig)
    prelabel: PrelabelSpeed = field(default_factory=PrelabelSpeed)
    push: PushSpeed = field(default_factory=PushSpeed)
    chaos: ChaosConfig = field(default_factory=ChaosConfig)


Measure = Callable[[SpeedConfig, Path | None], list[Line]]


def speed(what: str, settings: SpeedConfig, folder: Path | None) -> list[Line]:
    """The figures called `what`, on the videos of a folder or on those that ship."""
    known: dict[str, Measure] = {
        "synth": synth,
        "metrics": metrics,
        "endurance": endurance,
        "full": full,
        "model": model,
        "loader": loader,
        "prelabel": prelabels,
        "codec": codecs,
        "push": pushes,
        "kills": kills,
    }
    if what not in known:
        raise ConfigError(f"{what!r} is no set of figures; there are {', '.join(known)}")
    run.settle()
    return known[what](settings, folder)


def synth(settings: SpeedConfig, folder: Path | None) -> list[Line]:
    """Exactness, tracking and speed of the renderer, with peers and floors of the same run."""
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        size = (settings.width, settings.height)
        renderer = clips.bench(folder, scratch / "cache", size=size, frames=settings.frames, seed=settings.seed)
        cold_s = cold.measure(renderer, settings.cold_windows)
        samples = clips.samples(renderer, settings.clips, settings.words)
        made = pace.measure(renderer, samples, scratch, settings.repeats)
        return [
            *_exact(exactness.spilled(renderer, samples), made),
            *_agree(exactness.agreement(renderer, samples)),
            *_tracked(tracking.measure(settings.tracking_frames)),
            *_paced(made),
            *_against_words(settings, scratch, made),
            *cold_s,
        ]


def metrics(settings: SpeedConfig, folder: Path | None) -> list[Line]:
    """Speed of the pixel metrics on rendered clips, beside the evaluators that papers use."""
    with tempfile.TemporaryDirectory() as name:
        scratch, size = Path(name), (settings.width, settings.height)
        renderer = clips.bench(folder, scratch / "cache", size=size, frames=settings.frames, seed=settings.seed)
        samples = clips.samples(renderer, settings.clips, settings.words)
        home = Path(settings.evaluators_home)
        return _scored(scoring.measure(renderer, samples, scratch, home, settings.repeats))


def endurance(settings: SpeedConfig, folder: Path | None) -> list[Line]:
    """Killed, run by many, starved and run for long, at a small size."""
    with tempfile.TemporaryDirectory() as name:
        trial = Trial(settings=settings.endurance, folder=Path(name), backgrounds=folder or clips.shipped())
        return trials.endure(trial, settings.seed)


def full(settings: SpeedConfig, folder: Path | None) -> list[Line]:
    """The whole default set."""
    with tempfile.TemporaryDirectory() as name:
        place, source = Path(name), folder or clips.shipped()
        return trials.full(Trial(settings=settings.endurance, folder=place, backgrounds=source, small=False))


def model(settings: SpeedConfig, _: Path | None) -> list[Line]:
    """What SAM2Text costs beside plain SAM2."""
    return net.measure(settings.model, settings.repeats)


def loader(settings: SpeedConfig, folder: Path | None) -> list[Line]:
    """Reading of training samples on rendered clips, beside decoding alone."""
    with tempfile.TemporaryDirectory() as name:
        scratch, size = Path(name), (settings.width, settings.height)
        renderer = clips.bench(folder, scratch / "cache", size=size, frames=settings.frames, seed=settings.seed)
        samples = clips.samples(renderer, settings.clips, settings.words)
        return reading.measure(renderer, samples, scratch, settings.repeats)


def prelabels(settings: SpeedConfig, folder: Path | None) -> list[Line]:
    """Labelers on rendered clips."""
    with tempfile.TemporaryDirectory() as name:
        scratch, size = Path(name), (settings.width, settings.height)
        renderer = clips.bench(folder, scratch / "cache", size=size, frames=settings.frames, seed=settings.seed)
        samples = clips.samples(renderer, settings.clips, settings.words)
        return prelabel.measure(settings.prelabel, prelabel.rendered(renderer, samples), scratch)


def codecs(settings: SpeedConfig, _: Path | None) -> list[Line]:
    """Masks for Label Studio and back."""
    return codec.measure(settings.width, settings.height, settings.repeats, settings.seed)


def pushes(settings: SpeedConfig, _: Path | None) -> list[Line]:
    """Windows to a Label Studio server and back."""
    with tempfile.TemporaryDirectory() as name:
        return push.measure(settings.push, (settings.width, settings.height), Path(name))


def kills(settings: SpeedConfig, _: Path | None) -> list[Line]:
    """Push and pull, killed as often as is asked for, and their server."""
    with tempfile.TemporaryDirectory() as name:
        return chaos.measure(settings.chaos, settings.seed, Path(name))


def machine() -> dict[str, str]:
    """What the figures ran on."""
    model = [line for line in _cpuinfo() if line.startswith("model name")]
    cpu = model[0].partition(":")[2].strip() if model else platform.processor()
    return {"cpu": cpu, "system": platform.platform(), "python": platform.python_version(), "opencv": cv2.__version__}


def _cpuinfo() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def _exact(found: exactness.Spilled, made: Pace) -> list[Line]:
    stray = "pixels changed outside the support, raw"
    peers = (("the same frames", found.peer), ("textured walls", found.peer_textured))
    return [
        *(
            Line(
                what=stray,
                unit="px (peer: %)",
                ours=found.ours,
                peer=100 * share,
                against=f"Poisson, {found.patches} words on {where}",
                bar=Bar(value=0, best="low"),
            )
            for where, share in peers
        ),
        Line(
            what="one word into one frame: cover, blend, label",
            unit="CPU ms",
            ours=1000 * made.text / made.words,
            peer=found.peer_ms,
            against="Poisson blending alone, median",
        ),
    ]


def _agree(found: exactness.Agreement) -> list[Line]:
    return [
        Line(
            what="mask IoU with the oracle, text over 16 px",
            unit="IoU",
            ours=found.ours,
            peer=found.peer,
            against=f"FlowText's mask > 0; our worst block {found.worst:.3f}",
            bar=Bar(value=0.98),
        )
    ]


def _tracked(found: tracking.Tracked) -> list[Line]:
    rows = (("error", "mean", 0.10), ("jitter", "jitter", 0.05), ("largest error", "worst", 0.5))
    return [
        Line(
            what=f"tracking {name}, worst of 5 textures",
            unit="px",
            ours=max(getattr(row, field) for row in found.ours),
            peer=median(getattr(row, field) for row in found.peer),
            against="FlowText's scheme, median texture",
            bar=Bar(value=value, best="low"),
        )
        for name, field, value in rows
    ]


def _paced(made: Pace) -> list[Line]:
    fps = Line(
        what=f"frames made, analysis cached, {made.words:.1f} words seen",
        unit="frames/s/core",
        ours=1 / made.total,
        peer=1 / made.floor,
        against=f"decode {1000 * made.floor_decode:.1f} + JPEG {1000 * made.floor_jpeg:.1f} ms",
        bar=Bar(value=0.5, of="ratio"),
    )
    steps = [
        Line(
            what=f"  {step}",
            unit="CPU ms/frame",
            ours=1000 * made.steps[step],
            against=f"{made.steps[step] / made.total:.0%}",
        )
        for step in STEPS
    ]
    camera = Line(what="virtual camera, in a clip that has one", unit="CPU ms/frame more", ours=1000 * made.camera)
    return [fps, *steps, camera]


def _scored(found: scoring.Scoring) -> list[Line]:
    whole = Line(
        what=f"fgIoU, F, J&F, NSD (ours: all pixel scores), {found.words:.1f} words a frame",
        unit="frames/s/core",
        ours=1 / found.ours["all"],
        peer=1 / sum(found.peer.values()),
        against=f"reference evaluators, {found.frames} frames",
        bar=Bar(value=10, of="ratio"),
    )
    parts = [
        Line(what=f"  {name}", unit="CPU ms/frame", ours=1000 * found.ours[name], peer=1000 * peer, against=against)
        for (name, peer), against in zip(found.peer.items(), ("Hi-SAM", "DAVIS", "surface-distance"), strict=True)
    ]
    return [whole, *parts]


def _against_words(settings: SpeedConfig, scratch: Path, made: Pace) -> list[Line]:
    home = Path(settings.peer_home)
    paces = [
        synthtiger.pace(home, scratch, settings.peer_words, visibility_check=check, seed=settings.seed)
        for check in (True, False)
    ]
    size = f"{paces[0].width:.0f}x{paces[0].height:.0f} px crops"
    return [
        Line(
            what="words drawn and labelled, frame not counted",
            unit="words/s/core",
            ours=made.words / made.text,
            peer=paces[0].words_per_s,
            against=f"SynthTIGER, {size}",
            bar=Bar(value=200, of="ratio"),
        ),
        Line(
            what="words in finished frames",
            unit="words/s/core",
            ours=made.words / made.total,
            peer=paces[0].words_per_s,
            against=f"SynthTIGER; decode and JPEG alone: {made.words / made.floor:.0f} words/s",
        ),
        Line(
            what="words in finished frames",
            unit="words/s/core",
            ours=made.words / made.total,
            peer=paces[1].words_per_s,
            against="SynthTIGER without its visibility check",
        ),
    ]
