"""HierText: paragraphs of lines of words (Long et al., CVPR 2022), with stroke masks beside it as Hi-SAM has them."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from pipelines.exporters import content
from pipelines.exporters.content import Pair
from pipelines.exporters.spool import Spool
from sts import geometry
from sts.types import Clip, Frame, TextInstance


class HierText:
    """`gt/train.jsonl` (one JSON object, whatever its name says), `train/ID.jpg`, and stroke masks `train_gt/ID.png`.

    A picture is a frame; ID is CLIP-00000, and `frames.csv` has its clip, index and time. Vertices are rounded to whole
    pixels, which the evaluator asks for. Words that are ignored or illegible are `legible: false` with an empty `text`.
    A word outside any line is a line of its own, a line outside any paragraph a paragraph. The PNG is 255 on the
    strokes of all text that counts, else 0.
    Not in it: which word has which stroke, masks of ignored text, track ids, characters, `text` (strokes not cut into
    words) but for its strokes, transcripts of illegible words, script, the difference between ignored and illegible,
    effect masks, amodal masks, font, source, score, effort, hidden words, unlabelled frames. `handwritten` and
    `vertical` are always false: shards do not know them.
    """

    def export(self, clips: Iterable[Pair], out: Path) -> None:
        """Write below `out`."""
        with Spool(out / "gt" / "train.jsonl", lists=("annotations",)) as file, content.places(out) as note:
            for clip, pictures in clips:
                for frame, data in content.labelled((clip, pictures)):
                    name = content.image_name(clip, frame)
                    note(clip, frame)
                    content.save(out / "train" / f"{name}.jpg", data)
                    content.save(out / "train_gt" / f"{name}.png", content.stroke_png(clip, frame))
                    file.add("annotations", _annotation(name, clip, frame))


def _annotation(name: str, clip: Clip, frame: Frame) -> dict[str, Any]:
    return {
        "image_id": name,
        "image_width": clip.width,
        "image_height": clip.height,
        "paragraphs": [_paragraph(around, lines) for around, lines in _tree(frame)],
    }


def _tree(frame: Frame) -> Iterator[tuple[TextInstance, list[tuple[TextInstance, list[TextInstance]]]]]:
    """Paragraphs with their lines with their words; what has no parent stands for it."""
    found = [one for one in (*content.words(frame), *content.regions(frame)) if one.level != "text" and _vertices(one)]
    ids = {one.track_id: one for one in found}
    paragraphs: dict[int, tuple[TextInstance, dict[int, tuple[TextInstance, list[TextInstance]]]]] = {}
    for one in sorted(found, key=lambda one: ("paragraph", "line", "word").index(one.level)):
        above = list(_chain(one, ids))
        line = next((each for each in above if each.level == "line"), one)
        paragraph = next((each for each in above if each.level == "paragraph"), line)
        lines = paragraphs.setdefault(paragraph.track_id, (paragraph, {}))[1]
        if one.level != "paragraph":
            inside = lines.setdefault(line.track_id, (line, []))[1]
            inside += [one] if one.level == "word" else []
    return ((paragraph, list(lines.values())) for paragraph, lines in paragraphs.values())


def _chain(one: TextInstance, ids: dict[int, TextInstance]) -> Iterator[TextInstance]:
    """The instance and what it lies in."""
    seen: set[int] = set()
    each: TextInstance | None = one
    while each is not None and each.track_id not in seen:
        yield each
        seen.add(each.track_id)
        each = ids.get(each.parent_id) if each.parent_id is not None else None


def _paragraph(around: TextInstance, lines: Sequence[tuple[TextInstance, list[TextInstance]]]) -> dict[str, Any]:
    return {
        "vertices": _vertices(around),
        "legible": around.legible and not around.ignore,
        "lines": [_line(line, words) for line, words in lines],
    }


def _line(around: TextInstance, words: Sequence[TextInstance]) -> dict[str, Any]:
    inside = [_text(word) for word in words]
    legible = all(word["legible"] for word in inside) and around.legible and not around.ignore
    text = around.text if around.text is not None else " ".join(word["text"] for word in inside)
    return _text(around) | {"text": text if legible else "", "legible": legible, "words": inside}


def _text(one: TextInstance) -> dict[str, Any]:
    legible = one.legible and not one.ignore
    return {
        "vertices": _vertices(one),
        "text": one.text or "" if legible else "",
        "legible": legible,
        "handwritten": False,
        "vertical": False,
    }


def _vertices(one: TextInstance) -> list[list[int]]:
    """Whole px; () for what is no polygon."""
    return [[round(x), round(y)] for x, y in one.polygon] if geometry.area(one.polygon) else []
