"""YouTube-VIS: COCO with a mask a frame for every track (Yang et al. 2019, https://youtube-vos.org/dataset/vis)."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pipelines.exporters import content
from pipelines.exporters.coco import box, compressed, license_id
from pipelines.exporters.content import Pair
from pipelines.exporters.spool import Spool
from sts import masks
from sts.types import Clip, Frame, TextInstance

CATEGORIES = {"word": 1, "text": 2}


class YoutubeVis:
    """`annotations.json` and `JPEGImages/CLIP/00000.jpg`.

    An annotation is a track: `segmentations`, `bboxes` and `areas` have one entry a frame, null where no stroke can be
    seen. A track that is ignored wherever it can be seen is `iscrowd`. Beside the keys of the format it has `track_id`,
    `text` (the first that is known) and the lists `legible` and `ignored`, one value a frame; a video has `clip_id`,
    `fps` and the lists `frames` and `times_s`.
    Not in it: lines, paragraphs, characters, polygons, words without a mask, a transcript that changes, script, effect
    masks, amodal masks, font, source, score, effort, unlabelled frames.
    """

    def export(self, clips: Iterable[Pair], out: Path) -> None:
        """Write below `out`."""
        licenses: dict[str, int] = {}
        n_videos = n_annotations = 0
        with Spool(out / "annotations.json", lists=("licenses", "categories", "videos", "annotations")) as file:
            for name, number in CATEGORIES.items():
                file.add("categories", {"id": number, "name": name, "supercategory": "text"})
            for clip, pictures in clips:
                frames = _save(out / "JPEGImages", (clip, pictures))
                if not frames:
                    continue
                n_videos += 1
                license_number = license_id(file, licenses, clip)
                file.add("videos", {"id": n_videos, "license": license_number} | _video(clip, frames))
                for track in _tracks(frames):
                    n_annotations += 1
                    file.add("annotations", {"id": n_annotations, "video_id": n_videos} | _annotation(clip, track))


def _save(folder: Path, pair: Pair) -> list[Frame]:
    """Write the pictures; the frames that have labels."""
    frames = []
    for frame, data in content.labelled(pair):
        content.save(folder / _file_name(pair[0], frame), data)
        frames.append(frame)
    return frames


def _file_name(clip: Clip, frame: Frame) -> str:
    return f"{content.clip_name(clip.clip_id)}/{content.frame_name(frame)}.jpg"


def _video(clip: Clip, frames: list[Frame]) -> dict[str, Any]:
    return {
        "width": clip.width,
        "height": clip.height,
        "length": len(frames),
        "file_names": [_file_name(clip, frame) for frame in frames],
        "clip_id": clip.clip_id,
        "fps": str(clip.fps),
        "frames": [frame.index for frame in frames],
        "times_s": [frame.time_s for frame in frames],
    }


def _tracks(frames: list[Frame]) -> list[list[TextInstance | None]]:
    """Every track with strokes, by id; None where it cannot be seen."""
    tracks: dict[int, list[TextInstance | None]] = {}
    for i, frame in enumerate(frames):
        for one in content.words(frame):
            if one.mask is not None:
                tracks.setdefault(one.track_id, [None] * len(frames))[i] = one
    return [tracks[track_id] for track_id in sorted(tracks)]


def _annotation(clip: Clip, track: list[TextInstance | None]) -> dict[str, Any]:
    seen = [one for one in track if one is not None]
    strokes = [one.mask if one is not None else None for one in track]
    return {
        "category_id": CATEGORIES[seen[0].level],
        "iscrowd": int(all(one.ignore for one in seen)),
        "width": clip.width,
        "height": clip.height,
        "length": len(track),
        "segmentations": [compressed(mask) if mask else None for mask in strokes],
        "bboxes": [box(mask) if mask else None for mask in strokes],
        "areas": [masks.area(mask) if mask else None for mask in strokes],
        "track_id": seen[0].track_id,
        "text": next((one.text for one in seen if one.text is not None), None),
        "legible": [one.legible if one else None for one in track],
        "ignored": [one.ignore if one else None for one in track],
    }
