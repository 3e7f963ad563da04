"""The label config: what our regions need of it, and how a changed one is told."""

import importlib
from xml.etree import ElementTree as ET

import pytest

from annotate import interface
from sts.errors import DataError
from tests.annotate import signs


@pytest.mark.parametrize("masks", ["bitmasklabels", "brushlabels"])
def test_our_own_config_is_accepted_with_either_kind_of_masks(masks: interface.Masks) -> None:
    assert interface.check(interface.xml(masks)) == masks


def test_the_config_has_every_name_that_the_code_uses() -> None:
    root = ET.fromstring(interface.xml())
    values = {
        element.attrib["name"]: tuple(child.attrib["value"] for child in element)
        for element in root
        if "name" in element.attrib
    }
    assert values[interface.STROKE] == (interface.TEXT, interface.IGNORE)
    assert values[interface.UNIT] == interface.LEVELS
    assert values[interface.QUALITY] == interface.QUALITIES
    assert values[interface.CLICK] == ("click", "carry")
    assert values[interface.DRAG] == ("drag",)
    assert {interface.IMAGE, interface.TRANSCRIPT, interface.ISSUES} <= values.keys()


def test_one_mask_control_only() -> None:
    tags = [element.tag for element in ET.fromstring(interface.xml())]
    assert [tag for tag in tags if tag in interface.TAGS.values()] == ["BitmaskLabels"]


def test_controls_and_colours_of_somebody_else_do_not_matter() -> None:
    more = interface.xml().replace("</View>", '<TextArea name="notes" toName="img"/></View>').replace("#00E676", "red")
    assert interface.check(more) == "bitmasklabels"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('<TextArea name="transcript"', '<TextArea name="words"', "TextArea 'transcript' is missing"),
        ("BitmaskLabels", "RectangleLabels", "tag of 'stroke' is 'RectangleLabels' instead of 'BitmaskLabels'"),
        ('toName="img" smart="false"', 'toName="img"', "smart of 'stroke' is None instead of 'false'"),
        ('<Label value="ignore"', '<Label value="skip"', "labels of 'stroke' is ['skip', 'text'] instead of"),
        ('valueList="$frames"', 'value="$image"', "valueList of 'img' is None instead of '$frames'"),
        ('rotateControl="false"', 'rotateControl="true"', "rotateControl of 'img' is 'true' instead of 'false'"),
    ],
)
def test_what_is_missing_or_changed_is_named_in_one_line(old: str, new: str, told: str) -> None:
    config = interface.xml()
    assert old in config
    with pytest.raises(DataError) as caught:
        interface.check(config.replace(old, new))
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_no_xml_is_told_in_one_line() -> None:
    with pytest.raises(DataError, match="label config is no XML"):
        interface.check("<View>")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_the_sdk_accepts_the_config_and_our_regions() -> None:
    """Importing it takes seconds."""
    theirs = importlib.import_module("label_studio_sdk.label_interface").LabelInterface(interface.xml())
    theirs.validate()
    prediction = {"model_version": "x", "score": 0.5, "result": signs.result(None)}
    assert theirs.validate_prediction(prediction, return_errors=True) == []
