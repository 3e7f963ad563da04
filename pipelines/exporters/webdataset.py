"""WebDataset: tar files of samples, read in order (https://github.com/webdataset/webdataset)."""

import io
import tarfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pipelines.exporters import content
from pipelines.exporters.content import Pair
from pipelines.exporters.spool import plain
from sts.types import Clip, Frame

CLIPS = 64
"""Clips a file"""


class WebDataset:
    """`train-000000.tar`: a sample is a frame, its key CLIP-00000, its files `.jpg`, `.strokes.png` and `.json`.

    The JPEG is the stored picture, the PNG is 255 on the strokes of all text that counts, else 0. The JSON has clip and
    frame rate, the time, licence and kind, `labelled` (skip samples where it is false), and every instance with its
    polygon, masks as run lengths by column (background first), transcript and all else. The frames of a clip stand
    together, in order.
    Not in it: the sources of a clip and the spec of a rendered one; `sources.csv` names the sources.
    """

    def export(self, clips: Iterable[Pair], out: Path) -> None:
        """Write below `out`."""
        for number, batch in enumerate(content.batches(clips, CLIPS)):
            with tarfile.open(out / f"train-{number:06d}.tar", "w", format=tarfile.USTAR_FORMAT) as tar:
                for clip, pictures in batch:
                    for frame, data in zip(clip.frames, pictures, strict=True):
                        name = content.image_name(clip, frame)
                        _add(tar, f"{name}.jpg", data)
                        _add(tar, f"{name}.json", plain(_meaning(clip, frame)).encode())
                        _add(tar, f"{name}.strokes.png", content.stroke_png(clip, frame))


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    """A file that bears no time and no owner, so that the same clips give the same bytes."""
    entry = tarfile.TarInfo(name)
    entry.size = len(data)
    tar.addfile(entry, io.BytesIO(data))


def _meaning(clip: Clip, frame: Frame) -> dict[str, Any]:
    return {
        "clip_id": clip.clip_id,
        "fps": str(clip.fps),
        "height": clip.height,
        "width": clip.width,
        "kind": clip.origin.kind,
        "uri": clip.origin.uri,
        "license": clip.origin.license,
        "index": frame.index,
        "time_s": frame.time_s,
        "labelled": frame.labelled,
        "instances": frame.instances,
    }
