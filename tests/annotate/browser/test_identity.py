"""The editor hands back what it was sent, however much that is."""

import time
from collections.abc import Callable

import pytest

from sts.types import Clip
from tests.annotate.browser import footage
from tests.annotate.browser.tab import Tab
from tests.annotate.looping import Loop, kept

pytestmark = [pytest.mark.browser, pytest.mark.timeout(1800)]

UID = "sign:000000-000031"


def opened(loop: Loop, tab: Tab, clip: Clip) -> None:
    loop.push(loop.layer("prelabel", [clip]), window=32)
    editor = loop.editor
    tab.open(editor.project_id, editor.tasks()[UID])


def handed_in(loop: Loop, tab: Tab) -> Clip:
    """The clip as it is pulled after an acceptance."""
    tab.choose("accept")
    tab.submit()
    assert loop.pull().unusable == 0
    return loop.labels("sign")


def test_thirty_two_frames_of_twenty_words_come_back_to_the_pixel(loop: Loop, tab: Tab) -> None:
    clip = footage.clip("sign", 32, (720, 1280), 20)
    opened(loop, tab, clip)
    for page in range(1, 33):
        tab.turn_to(page)
    back = handed_in(loop, tab)
    assert [frame.instances for frame in back.frames] == [
        tuple(kept(one) for one in frame.instances) for frame in clip.frames
    ]


def test_thirty_two_frames_of_full_hd_are_opened_and_submitted(
    loop: Loop, tab: Tab, tell: Callable[[str], None]
) -> None:
    clip = footage.clip("sign", 32, (1080, 1920), 10)
    start = time.perf_counter()
    opened(loop, tab, clip)
    seconds = time.perf_counter() - start
    back = handed_in(loop, tab)
    for frame, old in zip(back.frames, clip.frames, strict=True):
        assert (footage.text(frame) == footage.text(old)).all()
    tell(f"32 frames of 1920x1080: pushed and open after {seconds:.0f} s, the tab takes {tab.memory():,} MB at most")
