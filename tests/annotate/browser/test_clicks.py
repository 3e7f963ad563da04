"""What clicks and boxes do in the real editor: negative ones, later pages, drags, erasing."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from annotate import bitmask
from annotate.regions import Region
from sts import masks
from sts.types import Clip, TextInstance
from tests.annotate.browser import backing, footage
from tests.annotate.browser.footage import Pixels
from tests.annotate.browser.tab import BOX, BRUSH, CLICK, DRAG, ERASER, POINT, SMALLER, Tab
from tests.annotate.looping import Loop

pytestmark = [pytest.mark.browser, pytest.mark.timeout(1800)]

SIZE = 180, 320
UID = "sign:000000-000007"
PAGE = 2
"""Place of the frame that is worked on"""


def bare(one: TextInstance) -> TextInstance:
    return replace(one, mask=None) if one.track_id == 2 else one


@pytest.fixture
def clip() -> Clip:
    """Without the strokes of its second word."""
    whole = footage.clip("sign", 8, SIZE, 6)
    return replace(whole, frames=tuple(replace(f, instances=tuple(map(bare, f.instances))) for f in whole.frames))


@pytest.fixture
def open_tab(loop: Loop, strokes: str, tab: Tab, clip: Clip) -> Tab:
    """On a page that is not the first, with Auto-Annotation on."""
    loop.push(loop.layer("prelabel", [clip]))
    backing.connect(loop.editor, strokes)
    tab.open(loop.editor.project_id, loop.editor.tasks()[UID])
    tab.turn_to(PAGE + 1)
    tab.assist()
    return tab


def drawn(region: Region) -> Pixels:
    return bitmask.decode(region["value"]["imageDataURL"], *SIZE)


def ask(tab: Tab, x: int, y: int, *held: str) -> tuple[list[Region], Pixels]:
    """What is asked when a pixel is clicked, and the strokes that are suggested."""
    tab.take(POINT, CLICK)
    with tab.asked() as asked:
        tab.click(x, y, *held)
    context, (suggested,) = asked
    assert suggested["item_index"] == PAGE
    return context, drawn(suggested)


def test_a_negative_click_takes_a_letter_from_the_answer(loop: Loop, open_tab: Tab, clip: Clip) -> None:
    _, word = ask(open_tab, 98, 22, "Control")
    _, labels = cv2.connectedComponents(word.astype(np.uint8))
    letter = (labels != labels[22, 98]) & word
    assert letter.any()
    depth = cv2.distanceTransform(letter.view(np.uint8), cv2.DIST_L2, 3)
    y, x = (int(v) for v in np.unravel_index(depth.argmax(), depth.shape))
    letter = labels == labels[y, x]
    context, less = ask(open_tab, x, y, "Control", "Alt")
    assert [(one["is_positive"], one["item_index"]) for one in context] == [(True, PAGE), (False, PAGE)]
    assert not less[letter].any()
    assert masks.iou(masks.encode(less), masks.encode(word & ~letter)) > 0.8
    open_tab.accept()
    assert open_tab.shows(footage.text(clip.frames[PAGE]) | less)
    open_tab.choose("accept")
    open_tab.submit()
    loop.pull()
    frames = loop.labels("sign").frames
    assert {one.track_id: one.mask for one in frames[PAGE].instances}[2] == masks.encode(less)
    others = [one for frame in frames if frame.index != PAGE for one in frame.instances if one.track_id == 2]
    assert [one.mask for one in others] == [None] * 7


def test_a_box_is_answered_and_what_is_erased_is_gone(loop: Loop, open_tab: Tab, clip: Clip) -> None:
    open_tab.take(BOX, DRAG)
    with open_tab.asked() as asked:
        open_tab.drag((90, 9), (153, 37), held=("Control",))
    (box,), (suggested,) = asked
    assert (box["type"], suggested["item_index"]) == ("rectanglelabels", PAGE)
    open_tab.accept()
    shown = footage.text(clip.frames[PAGE]) | drawn(suggested)
    assert open_tab.shows(shown)
    y, x = np.argwhere(footage.text(clip.frames[PAGE]))[0].tolist()
    open_tab.take(BRUSH)
    open_tab.click(x, y)
    open_tab.take(ERASER)
    open_tab.press(*[SMALLER] * 3)
    open_tab.drag((10, 60), (260, 60))
    assert shown[60].any()
    shown[60] = False
    assert open_tab.shows(shown)
    open_tab.choose("accept")
    open_tab.submit()
    loop.pull()
    assert (footage.text(loop.labels("sign").frames[PAGE]) == shown).all()
