"""COCO instance JSON and YouTube-VIS JSON with their pictures, and the keys that our exporters add.

T.-Y. Lin et al., "Microsoft COCO", ECCV 2014; L. Yang et al., "Video instance segmentation", ICCV 2019.

    ANY.json with `images` (or `videos`), `annotations` and `categories`; pictures anywhere below the folder

Segmentations are polygons, or compressed or plain run lengths; `iscrowd` is ignored. Keys that other tools do not
write: images `clip_id`, `frame`, `time_s` (images of one `clip_id` become one clip); annotations `track_id`,
`parent_id`, `text`, `script`, `legible`, `score`, `polygon`; in YouTube-VIS videos `clip_id`, `fps`, `frames`,
`times_s`, annotations `legible` and `ignored` a frame.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path, PurePosixPath
from typing import Any

from benchmarks.datasets import cocojson, texts, videos
from benchmarks.datasets.cocojson import Table
from benchmarks.datasets.reader import Item, Loaded, part
from sts.types import Clip, Frame

RATE = 30
"""Frames a second of the videos of YouTube-VIS; its file names count them"""


@dataclass(frozen=True, slots=True)
class Coco:
    """One clip an image, or one a `clip_id`."""

    def items(self, root: Path) -> Iterator[Item]:
        """In the order of the JSON files."""
        return _items(
            root, "images", lambda table: ((k, [one["file_name"] for one in v]) for k, v in _images(table).items())
        )

    def clip(self, root: Path, item: Item) -> Loaded:
        """All images of a clip."""
        path = part(root, item, "labels")
        with texts.reading(path):
            return _with_pictures(root, item, self._labels(cocojson.table(path, "images"), item.name))

    def _labels(self, table: Table, name: str) -> Clip:
        path = table.path
        rows = _images(table)[name]
        size = cocojson.size(rows[0], path)
        times = [cocojson.number(row.get("time_s", i), path) for i, row in enumerate(rows)]
        said: dict[str, object] = {}
        found = [[(one, one.get("segmentation"), said) for one in table.annotations.get(row["id"], ())] for row in rows]
        frames = tuple(
            Frame(index=int(row.get("frame", i)), time_s=times[i], instances=cocojson.instances(table, found[i], size))
            for i, row in enumerate(rows)
        )
        return Clip(
            clip_id=name,
            fps=cocojson.pace(times, 1),
            height=size[0],
            width=size[1],
            frames=frames,
            origin=cocojson.origin(table, rows[0], "https://cocodataset.org"),
        )


@dataclass(frozen=True, slots=True)
class YoutubeVis:
    """One clip a video."""

    def items(self, root: Path) -> Iterator[Item]:
        """In the order of the JSON files."""
        return _items(root, "videos", lambda table: ((k, v["file_names"]) for k, v in _videos(table).items()))

    def clip(self, root: Path, item: Item) -> Loaded:
        """All frames of a video."""
        path = part(root, item, "labels")
        with texts.reading(path):
            return _with_pictures(root, item, self._labels(cocojson.table(path, "videos"), item.name))

    def _labels(self, table: Table, name: str) -> Clip:
        path = table.path
        row = _videos(table)[name]
        size = cocojson.size(row, path)
        indices = row.get("frames") or videos.indices([PurePosixPath(name).stem for name in row["file_names"]])
        times = [
            cocojson.number(time, path) for time in row.get("times_s") or [(i - indices[0]) / RATE for i in indices]
        ]
        tracks = [(i, one) for i, one in enumerate(table.annotations.get(row["id"], ()), 1)]
        frames = tuple(
            Frame(index=int(index), time_s=time, instances=cocojson.instances(table, _seen(tracks, i), size))
            for i, (index, time) in enumerate(zip(indices, times, strict=True))
        )
        return Clip(
            clip_id=name,
            fps=Fraction(row["fps"]) if "fps" in row else cocojson.pace(times, RATE),
            height=size[0],
            width=size[1],
            frames=frames,
            origin=cocojson.origin(table, row, "https://youtube-vos.org/dataset/vis"),
        )


def _items(root: Path, member: str, files: Callable[[Table], Iterator[tuple[str, list[Any]]]]) -> Iterator[Item]:
    found = cocojson.Files(root)
    for table in cocojson.tables(root, member):
        with texts.reading(table.path):
            named = list(files(table))
        for name, wanted in named:
            paths = [found.find(one, table.path) for one in wanted]
            parts = {f"picture/{i}": path for i, path in enumerate(paths) if path}
            parts["labels"] = table.path.relative_to(root).as_posix()
            yield Item(name=name, parts=parts, pictured=found.pictured)


def _images(table: Table) -> dict[str, list[dict[str, Any]]]:
    """Images by clip, those of one clip in order of frame."""
    clips = defaultdict(list)
    for row in table.rows:
        clips[str(row["clip_id"]) if "clip_id" in row else _stem(row["file_name"])].append(row)
    return {name: sorted(rows, key=lambda row: row.get("frame", 0)) for name, rows in clips.items()}


def _videos(table: Table) -> dict[str, dict[str, Any]]:
    """Videos by the name of their clip: `clip_id`, or the folder of their pictures."""
    return {str(row.get("clip_id") or PurePosixPath(row["file_names"][0]).parent): row for row in table.rows}


def _stem(name: object) -> str:
    path = PurePosixPath(str(name))
    return path.with_name(path.stem).as_posix() if path.name else str(name)


def _seen(tracks: list[tuple[int, dict[str, Any]]], i: int) -> list[tuple[dict[str, Any], Any, dict[str, Any]]]:
    """Annotations with their segmentation on frame i and what they say of it."""
    found = []
    for number, one in tracks:
        said = {name: one[key][i] for key, name in (("legible", "legible"), ("ignored", "ignored")) if key in one}
        found.append((one, one["segmentations"][i], {"track_id": one.get("track_id", number)} | said))
    return found


def _with_pictures(root: Path, item: Item, clip: Clip) -> Loaded:
    stored = cocojson.stored(root, item, len(clip.frames), (clip.height, clip.width))
    return (clip, stored) if stored else clip
