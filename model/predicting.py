"""Predicts the text of every clip of a directory: a layer of labels above its pictures."""

import dataclasses
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from typing import Any

from model.instances import rectangle
from sts import config, files, layers, manifest, masks, plugins, stage
from sts.errors import ConfigError, DataError, PluginError
from sts.files import Location
from sts.protocols import Segment, Segmenter
from sts.stage import Notes, Stage
from sts.types import Clip, Frame, Manifest, TextInstance


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictConfig:
    """Settings of `model.predict`."""

    segmenter: dict[str, Any] = field(default_factory=lambda: {"class": "model.sam2text.segmenter:SAM2TextSegmenter"})
    """Import path of a Segmenter and its options; `weights` may be given on the command line"""


def predict(settings: PredictConfig, source: Location, out: Location, weights: str, workers: str) -> Manifest:
    """Predict what is missing of the clips in `source`, shard by shard, without their pictures.

    `weights` goes to the segmenter; "" for those that its table names, else its own, or none. The manifest holds every
    option of the segmenter and the SHA-256 of the weights in place of their path. ConfigError if `out` is `source`.
    """
    if files.same(source, out):
        raise ConfigError(f"--out {out} is --in, which stays as it is: choose another --out")
    file = _file(weights or settings.segmenter.get("weights", ""))
    text = config.to_json({**settings.segmenter, **({"weights": file} if file else {})})
    made = _resolved(text)
    made["weights"] = files.sha256(_file(made["weights"])) if made.get("weights") else ""
    run = Stage(command="model.predict", config={"segmenter": made}, out=out, inputs=(source,))
    shards = [shard.path for shard in manifest.read(source).shards]
    if not shards:
        raise DataError(f"{source} has no clips: there is nothing to predict")
    return stage.make(run, partial(_clips, str(source), text), shards, workers)


def answer(clip: Clip, segmenter: Segmenter, name: str) -> Clip:
    """The clip with what a segmenter finds in its video, without the video. PluginError if it misses a frame."""
    assert clip.video is not None
    found = list(segmenter.segment(clip.video, ()))
    if len(found) != len(clip.frames):
        raise PluginError(f"{name} answers {len(found)} frames of the {len(clip.frames)} of clip {clip.clip_id}")
    frames = tuple(_labelled(frame, segments) for frame, segments in zip(clip.frames, found, strict=True))
    return replace(clip, frames=frames, video=None)


def _clips(source: str, table: str, shard: str, _: Notes) -> Iterator[Clip]:
    for clip in layers.read_shard(source, shard):
        yield answer(clip, _segmenter(table), json.loads(table)["class"])


@lru_cache(maxsize=1)
def _segmenter(table: str) -> Segmenter:
    """The segmenter of this process."""
    return plugins.from_table(json.loads(table), Segmenter)


def _resolved(table: str) -> dict[str, Any]:
    """The table with every option; loading the segmenter here tells what is wrong once, before any work."""
    segmenter: Any = _segmenter(table)
    options = config.to_dict(segmenter) if dataclasses.is_dataclass(segmenter) else {}
    return {**json.loads(table), **options}


def _file(weights: str) -> str:
    """The file that a directory of a training means now: it may go on while this runs."""
    if not weights:
        return ""
    from model import checkpoints

    return str(checkpoints.find(weights))


def _labelled(frame: Frame, segments: tuple[Segment, ...]) -> Frame:
    """The frame with one instance a segment; an empty one is none."""
    instances = tuple(_instance(segment) for segment in segments if masks.area(segment.mask))
    return replace(frame, labelled=True, instances=instances)


def _instance(segment: Segment) -> TextInstance:
    return TextInstance(
        track_id=segment.track_id,
        level="text",
        polygon=rectangle(segment.mask),
        source="predicted",
        mask=segment.mask,
        score=segment.score,
    )
