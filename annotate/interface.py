"""The label config of our projects: names of its controls, its text, and whether a project still has it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal
from xml.etree import ElementTree as ET

from sts.errors import DataError
from sts.types import Level

IMAGE, STROKE, UNIT, TRANSCRIPT = "img", "stroke", "unit", "transcript"
CLICK, DRAG = "kp", "box"
"""Prompts of the ML backend, never labels"""
QUALITY, ISSUES = "quality", "issues"
TEXT, IGNORE = "text", "ignore"
"""Labels of strokes"""
LEVELS: tuple[Level, ...] = ("word", "line", "paragraph")
"""Labels of outlines: the levels of text that the editor shows"""
QUALITIES = ("accept", "needs_work", "reject")

Masks = Literal["bitmasklabels", "brushlabels"]
"""Type of the regions with strokes; brush is for servers older than the bitmask tag"""
TAGS: dict[Masks, str] = {"bitmasklabels": "BitmaskLabels", "brushlabels": "BrushLabels"}
NEEDED = ("toName", "valueList", "rotateControl", "smart", "smartOnly", "perRegion", "choice")
"""Attributes without which regions come back otherwise, or clicks do not reach the backend; the rest is looks"""

Control = dict[str, object]


def xml(masks: Masks = "bitmasklabels") -> str:
    """The label config."""
    text = Path(__file__).with_name("interface.xml").read_text(encoding="utf-8")
    return text.replace(TAGS["bitmasklabels"], TAGS[masks])


def check(config: str) -> Masks:
    """Type of the regions with strokes. DataError that names what a project's label config lacks or has otherwise."""
    found = _controls(config)
    masks: Masks = "brushlabels" if found.get(STROKE, {}).get("tag") == TAGS["brushlabels"] else "bitmasklabels"
    wrong = [*_differences(found, _controls(xml(masks)))]
    if wrong:
        raise DataError(
            f"the project's label config is not ours: {'; '.join(wrong)}; restore it from annotate/interface.xml"
        )
    return masks


def _differences(found: dict[str, Control], ours: dict[str, Control]) -> Iterator[str]:
    for name, control in ours.items():
        if name not in found:
            yield f"{control['tag']} {name!r} is missing"
            continue
        for key, value in control.items():
            if found[name].get(key) != value:
                yield f"{key} of {name!r} is {found[name].get(key)!r} instead of {value!r}"


def _controls(config: str) -> dict[str, Control]:
    """By name: tag, needed attributes, and labels or choices."""
    try:
        root = ET.fromstring(config)
    except ET.ParseError as error:
        raise DataError(
            f"the project's label config is no XML: {error}; restore it from annotate/interface.xml"
        ) from error
    return {element.attrib["name"]: _control(element) for element in root.iter() if "name" in element.attrib}


def _control(element: ET.Element) -> Control:
    given: Control = {key: element.attrib[key] for key in NEEDED if key in element.attrib}
    values = sorted(child.attrib.get("value", "") for child in element.iter() if child.tag in ("Label", "Choice"))
    return {"tag": element.tag, **given, "labels": values}
