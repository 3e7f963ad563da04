"""Background footage by its path: a video file, or a clip without text in a shard, as `DIR/shard-00000.parquet#3`."""

import hashlib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from sts import files, layers, ledger, manifest, shards, video
from sts.errors import DataError
from sts.types import Clip
from sts.video import VideoInfo

Picture = UInt8[np.ndarray, "h w 3"]

SUFFIXES = (".avi", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".webm")


def find(folder: str) -> tuple[str, ...]:
    """Videos below a folder, or the clips of a directory of shards, in a fixed order."""
    if files.exists(files.join(folder, manifest.NAME)):
        return tuple(
            f"{files.join(folder, shard.path)}#{index}"
            for shard in manifest.read(folder).shards
            for index in range(shard.clips)
        )
    if not Path(folder).is_dir():
        raise DataError(f"{folder} is no folder: give a folder of videos or a finished directory of shards")
    return tuple(sorted(str(path) for path in Path(folder).rglob("*") if path.suffix.lower() in SUFFIXES))


def probe(path: str) -> VideoInfo:
    """Size and times. DataError for what cannot be read."""
    if "#" not in path:
        return video.probe(Path(path))
    clip = _labels(path)
    times = tuple(frame.time_s for frame in clip.frames)
    return VideoInfo(height=clip.height, width=clip.width, fps=clip.fps, times_s=times)


def frames(path: str, start: int, stop: int) -> Iterator[tuple[float, Picture]]:
    """Time and picture of the frames start..stop-1."""
    if "#" not in path:
        yield from video.frames(Path(path), start, stop)
        return
    clip = _pictures(path)
    assert clip.video is not None
    for frame, picture in zip(clip.frames[start:stop], clip.video[start:stop], strict=True):
        yield frame.time_s, picture


def sha256(path: str) -> str:
    """Of the file's bytes, or of the clip's stored pictures: the same wherever they lie."""
    if "#" not in path:
        return files.sha256(path)
    directory, _ = _place(path)
    digest = hashlib.sha256()
    for stored in layers.jpegs(directory, _labels(path).clip_id):
        digest.update(stored)
    return digest.hexdigest()


def has_text(path: str) -> bool:
    """Somebody found text in it, by the labels of the clip or by sources.toml: it would be text without a label."""
    if "#" in path:
        return any(frame.instances for frame in _labels(path).frames)
    return ledger.entry(Path(path)).text


def terms(path: str) -> tuple[str, str]:
    """SPDX licence and whom to credit; from the clip's origin, or from sources.toml beside the file."""
    if "#" in path:
        origin = _labels(path).origin
        return origin.license, origin.uri
    entry = ledger.entry(Path(path))
    return entry.license, entry.credit


def name(path: str) -> str:
    """How a card calls it."""
    return _labels(path).clip_id if "#" in path else Path(path).name


def _place(path: str) -> tuple[str, tuple[str, int]]:
    shard, _, index = path.rpartition("#")
    directory, _, file = shard.rpartition("/")
    return directory, (file, int(index))


@lru_cache(maxsize=4)
def _labels(path: str) -> Clip:
    directory, (file, index) = _place(path)
    return shards.read_clip(files.join(directory, file), index, pictures=False)


@lru_cache(maxsize=1)
def _pictures(path: str) -> Clip:
    return layers.with_video(_place(path)[0], _labels(path))
