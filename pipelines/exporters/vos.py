"""Object masks as palette PNG: DAVIS 2017 (Pont-Tuset et al. 2017) and YouTube-VOS (Xu et al. 2018)."""

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pipelines.exporters import content
from pipelines.exporters.content import Labels, Pair
from pipelines.exporters.spool import Spool
from sts import masks
from sts.scored import ignore_region
from sts.types import Clip, Frame, TextInstance

log = logging.getLogger(__name__)

VOID = 255
Numbers = dict[int, int]
"""Track id to the number of its object"""
Found = dict[str, list[TextInstance]]
"""Name of a frame to what is drawn in it"""


class Davis:
    """`JPEGImages/480p/CLIP/00000.jpg`, `Annotations/480p/CLIP/00000.png`, `ImageSets/2017/train.txt`, `meta.json`.

    480p is the name that tools look for; pictures keep their size. PNGs are of mode P with the palette of DAVIS: 0 is
    background, 255 is void (the polygons of ignored text), 1 to 254 are tracks in the order in which they appear.
    `meta.json`, as in YouTube-VOS, gives each object its `track_id`, `text` (the first that is known) and frames.
    Where words overlap, the later one of the frame has the pixel. Of more than 254 tracks in a clip those with the most
    stroke pixels stay, the others become void.
    Not in it: masks of ignored text, words without a mask, lines, paragraphs, characters, polygons, a transcript that
    changes, script, legibility, effect masks, amodal masks, font, source, score, effort, times, unlabelled frames.
    """

    def export(self, clips: Iterable[Pair], out: Path) -> None:
        """Write below `out`."""
        names = []
        with Spool(out / "meta.json", tables=("videos",)) as meta:
            for pair in clips:
                objects = _write(pair, out / "JPEGImages" / "480p", out / "Annotations" / "480p", void=True)
                if objects is not None:
                    names.append(content.clip_name(pair[0].clip_id))
                    meta.put("videos", names[-1], {"objects": objects})
        content.save(out / "ImageSets" / "2017" / "train.txt", "".join(f"{name}\n" for name in names).encode())


class YoutubeVos:
    """`JPEGImages/CLIP/00000.jpg`, `Annotations/CLIP/00000.png` and `meta.json`.

    PNGs are of mode P with the palette of DAVIS: 0 is background, 1 to 255 are tracks in the order of appearance. The
    format knows no void: ignored text is an object like any other, and `meta.json` lists its frames in `ignored`.
    There an object also has its `track_id`, `text` (the first that is known), `category` (word or text) and `frames`.
    Where words overlap, the later one of the frame has the pixel. Of more than 255 tracks in a clip those with the most
    stroke pixels stay, the others are left out.
    Not in it: words without a mask, lines, paragraphs, characters, polygons, a transcript that changes, script,
    legibility, effect masks, amodal masks, font, source, score, effort, times, unlabelled frames.
    """

    def export(self, clips: Iterable[Pair], out: Path) -> None:
        """Write below `out`."""
        with Spool(out / "meta.json", tables=("videos",)) as meta:
            for pair in clips:
                objects = _write(pair, out / "JPEGImages", out / "Annotations", void=False)
                if objects is not None:
                    meta.put("videos", content.clip_name(pair[0].clip_id), {"objects": objects})


def palette() -> bytes:
    """The 256 colours of PASCAL VOC and DAVIS: of each three bits of a number one goes to red, green and blue."""
    colours = np.zeros((256, 3), np.uint8)
    for shift in (0, 1, 2):
        bits = np.arange(256)[:, None] >> (3 * shift + np.arange(3)) & 1
        colours |= (bits << (7 - shift)).astype(np.uint8)
    return colours.tobytes()


def _write(pair: Pair, pictures: Path, labels: Path, *, void: bool) -> dict[str, Any] | None:
    """Pictures and PNGs of a clip; its objects for meta.json, None for a clip without a labelled frame."""
    clip, folder = pair[0], content.clip_name(pair[0].clip_id)
    frames = dict[str, Frame]()
    for frame, data in content.labelled(pair):
        frames[content.frame_name(frame)] = frame
        content.save(pictures / folder / f"{content.frame_name(frame)}.jpg", data)
    drawn = {name: [one for one in _bearers(frame) if not (void and one.ignore)] for name, frame in frames.items()}
    numbers = _numbers(clip, drawn, VOID - 1 if void else VOID)
    for name, frame in frames.items():
        pixels = _void(clip, frame, drawn[name], numbers) if void else content.blank(clip)
        _paint(clip, frame, pixels, drawn[name], numbers)
        content.save(labels / folder / f"{name}.png", content.png(pixels, palette()))
    return _objects(drawn, numbers) if frames else None


def _bearers(frame: Frame) -> list[TextInstance]:
    return [one for one in content.words(frame) if one.mask is not None]


def _numbers(clip: Clip, found: Found, most: int) -> Numbers:
    """Numbers from 1 in the order of the first frame, then of the track id, for the `most` tracks of most pixels."""
    area: Counter[int] = Counter()
    first: dict[int, str] = {}
    for name, instances in found.items():
        for one in instances:
            area[one.track_id] += masks.area(one.mask) if one.mask else 0
            first.setdefault(one.track_id, name)
    if len(area) > most:
        log.warning("clip %s has %d tracks, %d more than the format holds", clip.clip_id, len(area), len(area) - most)
    kept = sorted(area, key=lambda track_id: (-area[track_id], track_id))[:most]
    return {track_id: i for i, track_id in enumerate(sorted(kept, key=lambda one: (first[one], one)), 1)}


def _void(clip: Clip, frame: Frame, instances: Sequence[TextInstance], numbers: Numbers) -> Labels:
    """Void where text is ignored, and on tracks that have no number."""
    pixels = content.blank(clip)
    region = ignore_region(frame, clip.height, clip.width)
    if region is not None:
        pixels[region] = VOID
    for one in instances:
        if one.mask is not None and one.track_id not in numbers:
            content.paint(pixels, one.mask, VOID)
    return pixels


def _paint(clip: Clip, frame: Frame, pixels: Labels, instances: Sequence[TextInstance], numbers: Numbers) -> None:
    """Give the strokes of each object its number."""
    strokes = [(one.mask, numbers[one.track_id]) for one in instances if one.mask and one.track_id in numbers]
    for mask, number in strokes:
        content.paint(pixels, mask, number)
    both = [mask for mask, _ in strokes]
    lost = sum(map(masks.area, both)) - masks.area(masks.union(both)) if both else 0
    if lost:
        log.warning("clip %s frame %d: %d px lie in two words; the later one has them", clip.clip_id, frame.index, lost)


def _objects(found: Found, numbers: Numbers) -> dict[str, Any]:
    objects: dict[str, Any] = {}
    for track_id, number in sorted(numbers.items(), key=lambda item: item[1]):
        seen = {name: one for name, instances in found.items() for one in instances if one.track_id == track_id}
        objects[str(number)] = {
            "category": next(iter(seen.values())).level,
            "frames": list(seen),
            "ignored": [name for name, one in seen.items() if one.ignore],
            "track_id": track_id,
            "text": next((one.text for one in seen.values() if one.text is not None), None),
        }
    return objects
