"""COCO instance segmentation: https://cocodataset.org/#format-data."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pycocotools import mask as coco_masks

from pipelines.exporters import content
from pipelines.exporters.content import Pair
from pipelines.exporters.spool import Spool
from sts import geometry, masks
from sts.types import Clip, Frame, Mask, TextInstance

CATEGORIES = {"word": 1, "text": 2, "line": 3, "paragraph": 4}
"""`text` is strokes that are not cut into words"""


class Coco:
    """`annotations.json` and `images/CLIP/00000.jpg`.

    Words (and `text`) have their strokes as compressed run lengths, lines and paragraphs a polygon; a word without a
    mask has its polygon. Ignored text is `iscrowd`. Beside the keys of COCO an annotation has `track_id`, `parent_id`,
    `text`, `script`, `legible`, `score` and `polygon`, an image `clip_id`, `frame` and `time_s`.
    Not in it: characters, effect masks, amodal masks, font, source, effort, words hidden altogether, unlabelled frames.
    """

    def export(self, clips: Iterable[Pair], out: Path) -> None:
        """Write below `out`."""
        licenses: dict[str, int] = {}
        n_images = n_annotations = 0
        with Spool(out / "annotations.json", lists=("licenses", "categories", "images", "annotations")) as file:
            for name, number in CATEGORIES.items():
                file.add("categories", {"id": number, "name": name, "supercategory": "text"})
            for pair in clips:
                number = license_id(file, licenses, pair[0])
                for frame, data in content.labelled(pair):
                    n_images += 1
                    image = _image(pair[0], frame) | {"id": n_images, "license": number}
                    content.save(out / "images" / image["file_name"], data)
                    file.add("images", image)
                    for annotation in annotations(pair[0], frame):
                        n_annotations += 1
                        file.add("annotations", {"id": n_annotations, "image_id": n_images} | annotation)


def license_id(file: Spool, licenses: dict[str, int], clip: Clip) -> int:
    """Number of a clip's licence, written down when it is met for the first time."""
    name = clip.origin.license
    if name not in licenses:
        licenses[name] = len(licenses) + 1
        file.add("licenses", {"id": licenses[name], "name": name, "url": ""})
    return licenses[name]


def compressed(mask: Mask) -> dict[str, Any]:
    """Run lengths as COCO stores them: `counts` is a string."""
    size = [mask.height, mask.width]
    packed = coco_masks.frPyObjects({"size": size, "counts": list(mask.counts)}, *size)
    return {"size": size, "counts": packed["counts"].decode("ascii")}


def box(mask: Mask) -> list[float]:
    """[x, y, width, height] px of a mask that is not empty."""
    x0, y0, x1, y1 = masks.box(mask) or (0.0, 0.0, 0.0, 0.0)
    return [x0, y0, x1 - x0, y1 - y0]


def annotations(clip: Clip, frame: Frame) -> list[dict[str, Any]]:
    """One a piece of text that can be seen, without numbers."""
    found = []
    for one in (*content.words(frame), *content.regions(frame)):
        shape = _outline(one, clip) if one.mask is None else _strokes(one.mask)
        found += [_meaning(one) | shape] if shape else []
    return found


def _image(clip: Clip, frame: Frame) -> dict[str, Any]:
    return {
        "file_name": f"{content.clip_name(clip.clip_id)}/{content.frame_name(frame)}.jpg",
        "width": clip.width,
        "height": clip.height,
        "clip_id": clip.clip_id,
        "frame": frame.index,
        "time_s": frame.time_s,
    }


def _meaning(one: TextInstance) -> dict[str, Any]:
    return {
        "category_id": CATEGORIES[one.level],
        "iscrowd": int(one.ignore),
        "track_id": one.track_id,
        "parent_id": one.parent_id,
        "text": one.text,
        "script": one.script,
        "legible": one.legible,
        "score": one.score,
        "polygon": _flat(one.polygon),
    }


def _strokes(mask: Mask) -> dict[str, Any]:
    return {"segmentation": compressed(mask), "area": masks.area(mask), "bbox": box(mask)}


def _outline(one: TextInstance, clip: Clip) -> dict[str, Any] | None:
    """The part of the polygon that lies in the picture; None if nothing does."""
    inside = geometry.clip(one.polygon, clip.height, clip.width)
    if not inside:
        return None
    x0, y0, x1, y1 = geometry.box(inside)
    return {"segmentation": [_flat(inside)], "area": geometry.area(inside), "bbox": [x0, y0, x1 - x0, y1 - y0]}


def _flat(polygon: geometry.Polygon) -> list[float]:
    return [value for point in polygon for value in point]
