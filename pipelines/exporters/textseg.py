"""TextSeg: semantic PNGs with an effect class, words and characters in JSON (Xu et al., CVPR 2021)."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pipelines.exporters import content
from pipelines.exporters.content import Pair
from pipelines.exporters.spool import Spool, plain
from sts.scored import ignore_region
from sts.types import Clip, Frame, TextInstance

TEXT, EFFECT, IGNORE = 100, 200, 255


class TextSeg:
    """`image/ID.jpg`, `semantic_label/ID_maskfg.png`, `annotation/ID_anno.json` and `split.json`.

    A picture is a frame; ID is CLIP-00000, and `frames.csv` has its clip, index and time. In the PNG 0 is background,
    100 a stroke, 200 an effect (outline, shadow, glow) and 255 the polygons of ignored text; a stroke wins over
    ignored, and ignored over effect. The JSON has words with their characters: `text` and `bbox`, the four corners.
    `split.json` puts all pictures into train.
    Not in it: which word has which stroke, masks of ignored text, polygons of curved text (they become rectangles),
    track ids, lines, paragraphs, which word is ignored or illegible, script, amodal masks, font, source, score, effort,
    hidden words, unlabelled frames, masks of single characters.
    """

    def export(self, clips: Iterable[Pair], out: Path) -> None:
        """Write below `out`."""
        with Spool(out / "split.json", lists=("train", "val", "test")) as split, content.places(out) as note:
            for clip, pictures in clips:
                for frame, data in content.labelled((clip, pictures)):
                    name = content.image_name(clip, frame)
                    note(clip, frame)
                    content.save(out / "image" / f"{name}.jpg", data)
                    content.save(out / "semantic_label" / f"{name}_maskfg.png", content.png(_classes(clip, frame)))
                    content.save(out / "annotation" / f"{name}_anno.json", f"{plain(_words(frame))}\n".encode())
                    split.add("train", name)


def _classes(clip: Clip, frame: Frame) -> content.Labels:
    pixels = content.blank(clip)
    for one in frame.instances:
        if one.effect_mask is not None and not one.ignore:
            content.paint(pixels, one.effect_mask, EFFECT)
    region = ignore_region(frame, clip.height, clip.width)
    if region is not None:
        pixels[region] = IGNORE
    for mask in content.strokes(frame):
        content.paint(pixels, mask, TEXT)
    return pixels


def _words(frame: Frame) -> dict[str, Any]:
    """Words by number, each with its characters by number."""
    words = [one for one in content.words(frame) if one.level == "word" and one.polygon]
    inside: dict[int | None, list[TextInstance]] = {}
    for one in frame.instances:
        if one.level == "char" and one.polygon:
            inside.setdefault(one.parent_id, []).append(one)
    return {
        str(i): _text(word) | {"char": {str(j): _text(char) for j, char in enumerate(inside.get(word.track_id, []))}}
        for i, word in enumerate(words)
    }


def _text(one: TextInstance) -> dict[str, Any]:
    corners = content.quad(one.polygon)
    return {"text": one.text or "", "bbox": [value for point in corners for value in point]}
