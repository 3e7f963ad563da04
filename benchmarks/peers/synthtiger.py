"""SynthTIGER in a virtual environment of its own, made on first use: how fast it makes words with our fonts."""

import importlib.resources
import json
import shutil
import tomllib
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from benchmarks.peers import environment
from sts import video

PINS = (
    "synthtiger==1.2.1",
    "blend_modes==2.2.0",
    "imgaug==0.4.0",
    "numpy==1.23.5",
    "opencv-python==4.11.0.86",
    "pillow==9.5.0",
    "pygame==2.6.1",
    "scikit-image==0.24.0",
    "scipy==1.15.3",
    "shapely==2.1.2",
)
"""Pillow 10 and NumPy 2 break it"""
CHILD = Path(__file__).with_name("synthtiger_words.py")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast it is, and on words of which size."""

    words_per_s: float
    """Of CPU time, one thread"""
    width: float
    """px, mean"""
    height: float


def pace(home: Path, scratch: Path, n: int, *, visibility_check: bool, seed: int = 0) -> Pace:
    """Make `n` words with its published horizontal settings, our Latin fonts and the words of our English corpus."""
    python, given = environment.python(home, PINS, "SynthTIGER"), assets(scratch)
    settings = {**given, "n": n, "seed": seed, "visibility_check": visibility_check}
    path = scratch / "settings.json"
    path.write_text(json.dumps(settings), encoding="utf-8")
    said = environment.ask(python, CHILD, path, "SynthTIGER")
    return Pace(words_per_s=len(said["seconds"]) / sum(said["seconds"]), width=said["width"], height=said["height"])


def assets(scratch: Path) -> dict[str, str]:
    """Fonts with their character lists, words, pictures and colour pairs in the forms it reads, below `scratch`."""
    own = Path(str(importlib.resources.files("synth"))) / "assets"
    for name in ("fonts", "pictures"):
        (scratch / name).mkdir(parents=True, exist_ok=True)
    _fonts(own / "fonts", scratch / "fonts")
    _pictures(own / "backgrounds", scratch / "pictures")
    (scratch / "words.txt").write_text("\n".join(_words(own / "corpus" / "en.toml")) + "\n", encoding="utf-8")
    (scratch / "colours.txt").write_text("\n".join(_colours()) + "\n", encoding="utf-8")
    names = {"fonts": "fonts", "pictures": "pictures", "words": "words.txt", "colours": "colours.txt"}
    return {key: str(scratch / name) for key, name in names.items()}


def _fonts(folder: Path, target: Path) -> None:
    """Fonts with all of ASCII's letters, each beside a list of its characters."""
    from fontTools.ttLib import TTFont

    for path in sorted(folder.glob("*.ttf")):
        there = {chr(code) for code in TTFont(path).getBestCmap()}
        if set(map(chr, range(33, 127))) <= there:
            shutil.copyfile(path, target / path.name)
            (target / path.with_suffix(".txt").name).write_text("".join(sorted(there)), encoding="utf-8")


def _pictures(folder: Path, target: Path) -> None:
    """One frame of each background video."""
    for path in sorted(folder.glob("*.mp4")):
        _, frame = next(video.frames(path, 0, 1))
        cv2.imwrite(str(target / f"{path.stem}.jpg"), cv2.cvtColor(frame, cv2.COLOR_RGB2BGR))


def _words(path: Path) -> list[str]:
    """Different words of our English phrases, of at most 25 ASCII characters."""
    phrases = tomllib.loads(path.read_text(encoding="utf-8"))["phrases"].values()
    return sorted({word for block in phrases for word in block.split() if word.isascii() and len(word) <= 25})


def _colours() -> list[str]:
    """Two or three grey clusters a line, mean and deviation of each, from dark to light as on real signs."""
    rng, lines = np.random.default_rng(0), []
    for k in (2, 3):
        for _ in range(200):
            means = np.linspace(80, 205, k) + rng.normal(0, 35, k)
            spread = rng.uniform(8, 40, k)
            lines.append("\t".join(f"{m:.2f}\t{s:.2f}" for m, s in zip(np.sort(means), spread, strict=True)))
    return lines
