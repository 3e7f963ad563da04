"""Frozen suite for surface tracking: five procedural textures under known homographies, through H.264, and the scores.

The world is one plane, so the truth is a homography a frame, key px to frame px (pixel centres at +0.5). Textures and
camera paths come from fixed seeds; a figure is only comparable with one made by the same `VERSION`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from time import process_time
from typing import cast

import numpy as np
from jaxtyping import Float64, UInt8

from benchmarks.tracking_world import Hardship, camera, film, texture

VERSION = 1
TEXTURES = ("brick", "gravel", "plaster", "blank", "tiles")
"""`blank` is nearly without texture, `tiles` repeats itself"""
WIDTH, HEIGHT, FRAMES = 1280, 720, 31
BOX_WIDTH, BOX_HEIGHT = 300.0, 80.0

METHODS = {"ours": "synth.surfaces.track:follow", "flowtext": "benchmarks.flowtext_tracking:follow"}
HARDSHIPS = {
    "plain": Hardship(),
    "blur": Hardship(shutter=0.6),
    "light": Hardship(light=0.12),
    "noise": Hardship(noise=6.0),
    "card": Hardship(card=0.15),
}

Matrices = Float64[np.ndarray, "t 3 3"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Case:
    """One clip with its truth."""

    name: str
    frames: UInt8[np.ndarray, "t h w"]
    key: int
    box: Float64[np.ndarray, "4 2"]
    """Corners of the text in the key frame, px"""
    to_frame: Matrices
    """Truth"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Scores of one method on one case, px unless said otherwise; see `score`."""

    method: str
    name: str
    mean: float
    worst: float
    first: float
    """Error on the first frame, the farthest before the key"""
    last: float
    jitter: float
    cpu_ms: float
    """CPU ms a frame"""


def case(name: str, *, frames: int = FRAMES, hardship: Hardship | None = None) -> Case:
    """Film one texture; `frames` shortens the clip on both sides of the key without changing the camera path."""
    seed = TEXTURES.index(name)
    half = frames // 2
    path = camera(seed, WIDTH, HEIGHT, FRAMES)[FRAMES // 2 - half : FRAMES // 2 - half + frames]
    centre = np.array([WIDTH / 2, HEIGHT / 2])
    corners = np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])
    box = centre + corners * (BOX_WIDTH / 2, BOX_HEIGHT / 2)
    pixels = film(texture(name, seed), path, WIDTH, HEIGHT, hardship or Hardship())
    return Case(name=name, frames=pixels, key=half, box=box, to_frame=path)


def score(truth: Case, found: Matrices, *, method: str = "", cpu_ms: float = 0.0) -> Row:
    """Compare where the box's corners should be with where they are.

    e(t, c) is the error vector of corner c in frame t. mean: |e| over frames and corners. worst: the largest frame
    mean of |e|. first, last: frame mean of |e| at the ends. jitter: mean over frames and corners of
    |e(t+1) - 2 e(t) + e(t-1)|, which is the shaking a viewer sees; slow drift does not count.
    """
    errors = corners(found, truth.box) - corners(truth.to_frame, truth.box)
    frame = np.linalg.norm(errors, axis=2).mean(axis=1)
    shaking = np.linalg.norm(np.diff(errors, n=2, axis=0), axis=2)
    return Row(
        method=method,
        name=truth.name,
        mean=float(frame.mean()),
        worst=float(frame.max()),
        first=float(frame[0]),
        last=float(frame[-1]),
        jitter=float(shaking.mean()) if len(shaking) else 0.0,
        cpu_ms=cpu_ms,
    )


def run(
    methods: Mapping[str, str] = METHODS,
    *,
    textures: Sequence[str] = TEXTURES,
    frames: int = FRAMES,
    hardship: str = "plain",
) -> list[Row]:
    """Every method (name to import path) on every texture, all methods on the same pixels."""
    rows = []
    for name in textures:
        shot = case(name, frames=frames, hardship=HARDSHIPS[hardship])
        for method, path in methods.items():
            follow = _load(path)
            follow(shot.frames[shot.key - 1 : shot.key + 2], 1, shot.box)
            start = process_time()
            found = follow(shot.frames, shot.key, shot.box)
            cpu_ms = (process_time() - start) * 1000 / len(shot.frames)
            rows.append(score(shot, found, method=method, cpu_ms=cpu_ms))
    return rows


def corners(matrices: Matrices, box: Float64[np.ndarray, "4 2"]) -> Float64[np.ndarray, "t 4 2"]:
    """The box's corners in every frame."""
    image = np.einsum("tij,cj->tci", matrices, np.column_stack([box, np.ones(4)]))
    return image[:, :, :2] / image[:, :, 2:]


def _load(path: str) -> Callable[..., Matrices]:
    """A follower, called with grey frames, key frame and box; a track in place of matrices is unpacked."""
    module, _, name = path.partition(":")
    follow = getattr(import_module(module), name)

    def matrices(frames: UInt8[np.ndarray, "t h w"], key: int, box: Float64[np.ndarray, "4 2"]) -> Matrices:
        found = follow(frames, key, box)
        return cast(Matrices, getattr(found, "to_frame", found))

    return matrices
