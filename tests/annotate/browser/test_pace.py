"""Click after click in the real editor, answered by each segmenter that ships; prints how long a mask takes."""

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from annotate import bitmask
from sts import masks
from sts.types import Clip, TextInstance
from tests.annotate.browser import backing, footage
from tests.annotate.browser.tab import CLICK, POINT, Tab
from tests.annotate.looping import Loop
from tests.annotate.studio import RunningStudio

pytestmark = [pytest.mark.browser, pytest.mark.timeout(1800)]

SIZE = 720, 1280
UID = "sign:000000-000007"
CLICKS = 10
NANO = '{class = "model.sam2text.closer:CloserLook"}'


def bare(clip: Clip) -> Clip:
    """Words without strokes."""
    frames = (replace(f, instances=tuple(replace(one, mask=None) for one in f.instances)) for f in clip.frames)
    return replace(clip, frames=tuple(frames))


def seconds(tab: Tab, word: TextInstance) -> tuple[float, float]:
    """From a click into the middle of a word until its mask is drawn, and the IoU of that."""
    (x0, y0), _, (x1, y1), _ = word.polygon
    tab.take(POINT, CLICK)
    start = time.perf_counter()
    with tab.asked() as asked:
        tab.click(int(x0 + x1) // 2, int(y0 + y1) // 2, "Control")
    tab.suggested()
    took = time.perf_counter() - start
    found = masks.encode(bitmask.decode(asked[1][0]["value"]["imageDataURL"], *SIZE))
    tab.accept()
    assert word.mask is not None
    return took, masks.iou(found, word.mask)


@pytest.fixture(params=[(backing.STROKE, 0.8), (NANO, 0.5)], ids=["stroke", "nano"])
def backend(request: pytest.FixtureRequest, studio: RunningStudio, tmp_path: Path) -> Iterator[tuple[str, float]]:
    """Its address, and the IoU that its masks must have."""
    segmenter, least = request.param
    with backing.serving(tmp_path, studio.files, segmenter) as address:
        yield address, least


def test_every_click_is_answered_with_its_word(
    loop: Loop, tab: Tab, backend: tuple[str, float], tell: Callable[[str], None]
) -> None:
    address, least = backend
    whole = footage.clip("sign", 8, SIZE, 20)
    loop.push(loop.layer("prelabel", [bare(whole)]))
    backing.connect(loop.editor, address)
    tab.open(loop.editor.project_id, loop.editor.tasks()[UID])
    tab.assist()
    answers = [seconds(tab, word) for word in whole.frames[0].instances[:CLICKS]]
    times = [took for took, _ in answers]
    tell(f"click to mask: first {times[0]:.2f} s, then {statistics.median(times[1:]):.2f}, max {max(times[1:]):.2f} s")
    assert statistics.median(iou for _, iou in answers) > least
