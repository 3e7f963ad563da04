"""ICDAR 2013 and 2015 Text in Videos: an XML file a video (Karatzas et al., ICDAR 2013 and 2015, challenge 3)."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from pathlib import Path

from pipelines.exporters import content
from pipelines.exporters.content import Pair
from sts.types import Frame, TextInstance

DONT_CARE = "##DONT#CARE##"
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class Icdar:
    """`CLIP_GT.xml`, `CLIP_GT_voc.txt` and the pictures `frames/CLIP/1.jpg`; they count from 1.

    A word has its track id, the four corners in whole pixels, and its transcript; ignored words have the transcript
    ##DONT#CARE##, illegible ones `Quality` LOW. The list `_voc.txt` has the track ids with their transcripts.
    Not in it: stroke masks, polygons of curved text (they become rectangles), lines, paragraphs, characters, `text`
    (strokes not cut into words), transcripts of ignored words, script (`Language` is empty), effect masks, amodal
    masks, font, source, score, effort, times, hidden words, unlabelled frames.
    """

    def export(self, clips: Iterable[Pair], out: Path) -> None:
        """Write below `out`."""
        for clip, pictures in clips:
            name = content.clip_name(clip.clip_id)
            root = ET.Element("Frames")
            spoken: dict[int, str] = {}
            for frame, data in content.labelled((clip, pictures)):
                content.save(out / "frames" / name / f"{frame.index + 1}.jpg", data)
                element = ET.SubElement(root, "frame", ID=str(frame.index + 1))
                for word in _words(frame):
                    _add(element, word)
                    if not word.ignore and word.text:
                        spoken.setdefault(word.track_id, _clean(word.text))
            if len(root):
                ET.indent(root)
                content.save(out / f"{name}_GT.xml", ET.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n")
                voc = "".join(f'"{track_id}","{text}"\n' for track_id, text in sorted(spoken.items()))
                content.save(out / f"{name}_GT_voc.txt", voc.encode())


def _words(frame: Frame) -> list[TextInstance]:
    return [one for one in content.words(frame) if one.level == "word" and one.polygon]


def _add(element: ET.Element, word: TextInstance) -> None:
    attributes = {
        "Transcription": DONT_CARE if word.ignore else _clean(word.text or ""),
        "ID": str(word.track_id),
        "Language": "",
        "Mirrored": "unmirrored",
        "Quality": "HIGH" if word.legible else "LOW",
    }
    shape = ET.SubElement(element, "object", attributes)
    for x, y in content.quad(word.polygon):
        ET.SubElement(shape, "Point", x=str(round(x)), y=str(round(y)))


def _clean(text: str) -> str:
    """Without the characters that no XML file can hold."""
    return NOT_XML.sub("\ufffd", text)
