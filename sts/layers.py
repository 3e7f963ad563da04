"""Reads finished directories. Pictures that a layer of labels lacks come from the inputs of its manifest."""

import dataclasses
from collections.abc import Iterator
from functools import lru_cache

from sts import files, manifest, shards
from sts.errors import DataError
from sts.files import Location
from sts.shards import Jpegs
from sts.types import Clip


def read(directory: Location, *, pictures: bool = True) -> Iterator[Clip]:
    """Every clip of a finished directory, in order."""
    for shard in manifest.read(directory).shards:
        yield from read_shard(directory, shard.path, pictures=pictures)


def read_shard(directory: Location, name: str, *, pictures: bool = True) -> Iterator[Clip]:
    """The clips of one shard; `name` as in the manifest."""
    for clip in shards.read(files.join(directory, name), pictures=pictures):
        yield with_video(directory, clip) if pictures else clip


def with_video(directory: Location, clip: Clip) -> Clip:
    """The clip with its video, from this directory or the nearest input that has it."""
    if clip.video is not None:
        return clip
    return dataclasses.replace(clip, video=shards.video(jpegs(directory, clip.clip_id), clip))


def jpegs(directory: Location, clip_id: str) -> Jpegs:
    """The stored picture bytes of a clip, from this directory or the nearest input that has them."""
    return _pictures(directory, clip_id)[1]


def pixels(directory: Location, clip_id: str) -> tuple[Clip, Jpegs]:
    """The same, with the clip as the layer of its pictures stores it: all frames, and what it says of the text."""
    place, stored = _pictures(directory, clip_id)
    return shards.read_clip(*place, pictures=False), stored


def labels(directory: Location, clip_id: str) -> Clip | None:
    """The clip as this directory stores it, without video; None where it does not lie there."""
    place = _places(str(directory)).get(clip_id)
    return shards.read_clip(*place, pictures=False) if place else None


def _pictures(directory: Location, clip_id: str) -> tuple[tuple[str, int], Jpegs]:
    """Shard and row group of the pictures of a clip, and their bytes."""
    place = _places(str(directory)).get(clip_id)
    stored = shards.jpegs(*place) if place else None
    if place and stored is not None:
        return place, stored
    for above in _inputs(directory):
        try:
            return _pictures(above, clip_id)
        except DataError:
            continue
    raise DataError(f"no pictures of clip {clip_id}: neither {directory} nor its inputs have them")


@lru_cache(maxsize=16)
def _places(directory: str) -> dict[str, tuple[str, int]]:
    """Clip id to shard and row group."""
    places = {}
    for shard in manifest.read(directory).shards:
        path = files.join(directory, shard.path)
        places.update({clip_id: (path, i) for i, clip_id in enumerate(shards.clip_ids(path))})
    return places


def _inputs(directory: Location) -> list[str]:
    paths = [files.resolve(path, directory) for path in manifest.read(directory).inputs]
    return [path.removesuffix("/" + manifest.NAME) for path in paths]
