"""Hugging Face `datasets`: Parquet files whose footer says which columns are images (https://huggingface.co/docs/datasets)."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.exporters import content
from pipelines.exporters.content import Pair
from sts import tables
from sts.types import Clip

CLIPS = 64
"""Clips a file"""
IMAGE = pa.struct([pa.field("bytes", pa.binary()), pa.field("path", pa.string())])
SCHEMA = pa.schema(
    [pa.field("image", IMAGE), pa.field("strokes", IMAGE)]
    + [field for field in tables.SCHEMA if field.name != "picture"]
)


class HuggingFace:
    """`data/train-00000.parquet`, read by `datasets.load_dataset(FOLDER)`. A row is a frame, a row group a clip.

    `image` is the stored picture, `strokes` a PNG with 255 on the strokes of all text that counts, else 0. All other
    columns are those of a shard: every instance with its polygon, masks as run lengths by column (background first),
    transcript and all else. Nothing is left out; skip rows whose `labelled` is false.
    """

    CARD = "README.md"

    def export(self, clips: Iterable[Pair], out: Path) -> None:
        """Write below `out`."""
        schema = SCHEMA.with_metadata({"huggingface": json.dumps({"info": {"features": features()}})})
        for number, batch in enumerate(content.batches(clips, CLIPS)):
            path = out / "data" / f"train-{number:05d}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            with pq.ParquetWriter(path, schema, compression="zstd", write_page_checksum=True) as writer:
                for clip, pictures in batch:
                    writer.write_table(_table(clip, pictures).cast(schema), row_group_size=len(pictures))


def features() -> dict[str, Any]:
    """The columns in the words of `datasets`."""
    found = {field.name: _feature(field.type) for field in SCHEMA}
    return found | {"image": {"_type": "Image"}, "strokes": {"_type": "Image"}}


def _feature(kind: pa.DataType) -> Any:
    if pa.types.is_struct(kind):
        return {kind.field(i).name: _feature(kind.field(i).type) for i in range(kind.num_fields)}
    if pa.types.is_list(kind):
        return {"_type": "List", "feature": _feature(kind.value_type)}
    names = {pa.float32(): "float32", pa.float64(): "float64"}
    return {"_type": "Value", "dtype": names.get(kind, str(kind))}


def _table(clip: Clip, pictures: tuple[bytes, ...]) -> pa.Table:
    table = tables.from_clip(clip, pictures)
    names = [content.image_name(clip, frame) for frame in clip.frames]
    images = [{"bytes": data, "path": f"{name}.jpg"} for name, data in zip(names, pictures, strict=True)]
    strokes = [
        {"bytes": content.stroke_png(clip, frame), "path": f"{name}.png"}
        for name, frame in zip(names, clip.frames, strict=True)
    ]
    columns = {"image": pa.array(images, IMAGE), "strokes": pa.array(strokes, IMAGE)}
    return pa.Table.from_arrays(
        [columns[name] if name in columns else table.column(name) for name in SCHEMA.names], schema=SCHEMA
    )
