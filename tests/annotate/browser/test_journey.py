"""An annotator's way through the real editor: see the pre-label, click, accept, paint, submit; and what is pulled."""

from dataclasses import replace

import numpy as np
import pytest

from annotate import bitmask
from sts import masks
from sts.types import Clip
from tests.annotate.browser import backing, footage
from tests.annotate.browser.tab import BRUSH, CLICK, POINT, SMALLER, TEXT, Tab
from tests.annotate.looping import Loop

pytestmark = [pytest.mark.browser, pytest.mark.timeout(1800)]

SIZE = 180, 320
UID = "sign:000000-000007"


def missed(clip: Clip, track: int) -> Clip:
    """The clip whose pre-labels lack the strokes of a word on the first frame."""
    first, *rest = clip.frames
    ones = (replace(one, mask=None) if one.track_id == track else one for one in first.instances)
    return replace(clip, frames=(replace(first, instances=tuple(ones)), *rest))


def test_a_click_and_a_stroke_are_pulled_as_they_were_seen(loop: Loop, strokes: str, tab: Tab) -> None:
    whole = footage.clip("sign", 8, SIZE, 6)
    clip = missed(whole, 2)
    loop.push(loop.layer("prelabel", [clip]))
    editor = loop.editor
    backing.connect(editor, strokes)
    height, width = SIZE

    tab.open(editor.project_id, editor.tasks()[UID])
    assert tab.outliner(9) == ["line", *["word"] * 3] * 2 + ["text"]
    known = footage.text(clip.frames[0])
    assert tab.shows(known)

    tab.assist()
    tab.take(POINT, CLICK)
    with tab.asked() as asked:
        tab.click(100, 22, "Control")
    context, (suggested,) = asked
    (point,) = context
    assert (point["is_positive"], point["item_index"]) == (True, 0)
    tab.accept()
    found = bitmask.decode(suggested["value"]["imageDataURL"], height, width)
    letters = whole.frames[0].instances[1].mask
    assert letters is not None
    assert masks.iou(masks.encode(found), letters) > 0.8
    assert tab.shows(known | found)

    tab.take(BRUSH, TEXT)
    tab.press(*[SMALLER] * 3)
    tab.drag((20, 120), (60, 120), (60, 140))
    painted = np.zeros(SIZE, np.bool_)
    painted[120, 20:61] = painted[120:141, 60] = True
    assert tab.shows(known | found | painted)

    tab.choose("accept")
    tab.submit()
    loop.pull()
    back = loop.labels("sign")
    assert (footage.text(back.frames[0]) == known | found | painted).all()
    one = {one.track_id: one for one in back.frames[0].instances}
    assert one[2].mask == masks.encode(found)
    assert [one[track].mask for track in (1, 3, 4, 5, 6)] == [
        clip.frames[0].instances[track - 1].mask for track in (1, 3, 4, 5, 6)
    ]
    assert [(new.mask, new.effort) for new in one.values() if new.level == "text"] == [(masks.encode(painted), "drawn")]
    assert [frame.instances for frame in back.frames[1:]] == [
        tuple(replace(one, source="human", effort="kept") for one in frame.instances) for frame in clip.frames[1:]
    ]
