"""A tab of Chromium with Label Studio's editor, used as an annotator does: mouse, keys, and what can be seen."""

import io
import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Bool
from PIL import Image
from playwright.sync_api import Page, Response, expect

TEXT, CLICK, DRAG = "text", "click", "drag"
"""Labels"""
BRUSH, ERASER = ("bitmask-tool", "b"), ("eraser", "e")
POINT, BOX = ("key-point-tool", "k"), ("rectangle-tool", "r")
"""Tools and their keys"""
SMALLER, UNSELECT = "[", "u"
"""Keys"""
PICTURE = ".lsf-image img"
PLACE = """picture => {
    const {left, top, width, right, bottom} = picture.getBoundingClientRect()
    const seen = [right, bottom]
    for (let frame = picture.parentElement; frame; frame = frame.parentElement)
        if (getComputedStyle(frame).overflow !== 'visible') {
            const edge = frame.getBoundingClientRect()
            seen[0] = Math.min(seen[0], edge.right)
            seen[1] = Math.min(seen[1], edge.bottom)
        }
    return [left, top, width / picture.naturalWidth, picture.naturalHeight, picture.naturalWidth, ...seen]
}"""
"""Left, top and screen px a px of the picture; its height and width; where what is seen of it ends, right and below"""
SETTLED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
"""The editor looks what the mouse is over after the next frame"""
LOADED = """() => {
    const found = window.Htx?.annotationStore?.selected
    return found && found.type === 'annotation' && found.regions.length && found.regions.every(
        one => one.type !== 'bitmaskregion' || one.bbox)
}"""
"""Whether all masks are decoded"""
SUGGESTED = """() => {
    const found = [...window.Htx.annotationStore.selected.suggestions.values()]
    return found.length && found.every(one => one.type !== 'bitmaskregion' || one.bbox)
}"""
"""Whether a suggestion is there and its mask is decoded"""
NOTHING_SUGGESTED = "() => window.Htx.annotationStore.selected.suggestions.size === 0"
PATIENCE_S = 60.0
"""For what is drawn a moment later"""
GREEN = 45
"""By which text is greener than red, and nothing else is"""

Pixels = Bool[np.ndarray, "h w"]


@dataclass(frozen=True, slots=True)
class Tab:
    """One task in the editor."""

    page: Page
    url: str
    """Of Label Studio"""

    def open(self, project: int, task: int) -> None:
        """Until all masks of the task are there."""
        self.page.goto(f"{self.url}/projects/{project}/data?task={task}")
        self.page.wait_for_function(LOADED)

    def turn_to(self, number: int) -> None:
        """Pages count from 1."""
        field = self.page.locator(".lsf-pagination__page-indicator")
        while not (shown := field.inner_text()).startswith(f"{number} "):
            self.page.locator(".lsf-pagination__btn_arrow-right").first.click()
            expect(field).not_to_have_text(shown)

    def assist(self) -> None:
        """Switch Auto-Annotation on, and leave the switch: keys that are pressed on it do nothing."""
        self.page.get_by_test_id("bottombar-auto-annotation-toggle").check(force=True)
        self.page.get_by_role("heading").first.click()
        expect(self.page.locator("[aria-label=key-point-tool]")).to_be_attached()

    def take(self, tool: tuple[str, str], label: str | None = None) -> None:
        """A tool by its key, then a label."""
        name, key = tool
        self.press(key)
        expect(self.page.locator(f"[aria-label={name}]")).to_have_class(re.compile("lsf-tool_active"))
        if label is not None:
            one = self.page.locator(".lsf-label", has=self.page.get_by_text(label, exact=True)).first
            one.click()
            expect(one).to_have_class(re.compile("lsf-label_selected"))

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.page.evaluate(SETTLED)

    def click(self, x: int, y: int, *held: str) -> None:
        """The middle of a pixel of the picture, with keys held."""
        with self._held(held):
            self._move(x, y)
            self.page.mouse.down()
            self.page.mouse.up()

    def drag(self, *points: tuple[int, int], held: tuple[str, ...] = ()) -> None:
        """From pixel to pixel."""
        with self._held(held):
            self._move(*points[0])
            self.page.mouse.down()
            for point in points[1:]:
                self._move(*point)
            self.page.mouse.up()

    @contextmanager
    def asked(self) -> Iterator[list[Any]]:
        """What the block asks of the ML backend, and what that answers, as (context, regions)."""
        found: list[Any] = []
        with self.page.expect_response(lambda one: "interactive-annotating" in one.url) as answer:
            yield found
        asked = json.loads(answer.value.request.post_data or "")
        found += [asked["context"]["result"], answer.value.json()["data"]["result"]]

    def suggested(self) -> None:
        """Until what was suggested is drawn."""
        self.page.wait_for_function(SUGGESTED)
        self.page.evaluate(SETTLED)

    def accept(self) -> None:
        """All suggestions."""
        self.page.get_by_test_id("bottombar-accept-suggestions-button").click()
        self.page.wait_for_function(NOTHING_SUGGESTED)

    def choose(self, name: str) -> None:
        """A choice about the whole window."""
        self.page.locator(f"input[name={name}]").check()

    def submit(self) -> None:
        """Until the server has it."""
        with self.page.expect_response(_is_submission) as answer:
            self.page.get_by_test_id("bottombar-submit-button").click()
        assert answer.value.status == 201

    def outliner(self, n: int) -> list[str]:
        """Labels of the first n regions, those of the first page before the others."""
        titles = self.page.locator(".lsf-outliner-item__title")
        expect(titles.nth(n - 1)).to_be_visible()
        return titles.all_inner_texts()[:n]

    def shows(self, text: Pixels) -> bool:
        """Whether the picture comes to show just this text, pixel by pixel, looked at in the middle of each."""
        self.press(UNSELECT)
        self.page.mouse.move(2, 2)
        end = time.monotonic() + PATIENCE_S
        while not (same := bool((self._green() == text).all())) and time.monotonic() < end:
            self.page.evaluate(SETTLED)
        return same

    def memory(self) -> int:
        """Most MB that a tab of this browser had so far; on Linux."""
        browser = self.page.context.browser
        assert browser is not None
        processes = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
        tabs = [Path(f"/proc/{one['id']}/status") for one in processes if one["type"] == "renderer"]
        return max(int(re.findall(r"VmHWM:\s+(\d+)", file.read_text())[0]) for file in tabs) // 1000

    def _green(self) -> Pixels:
        shot = np.asarray(Image.open(io.BytesIO(self.page.screenshot())).convert("RGB"))
        left, top, scale, height, width, right, bottom = self._place()
        rows = (top + (np.arange(height) + 0.5) * scale).astype(int)[:, None]
        columns = (left + (np.arange(width) + 0.5) * scale).astype(int)
        seen = shot[rows, columns].astype(int)
        return np.asarray((seen[..., 1] - seen[..., 0] > GREEN) & (rows < bottom) & (columns < right))

    def _place(self) -> list[float]:
        return [float(number) for number in self.page.locator(PICTURE).first.evaluate(PLACE)]

    def _move(self, x: int, y: int) -> None:
        left, top, scale, *_ = self._place()
        self.page.mouse.move(left + (x + 0.5) * scale, top + (y + 0.5) * scale)
        self.page.evaluate(SETTLED)

    @contextmanager
    def _held(self, keys: tuple[str, ...]) -> Iterator[None]:
        for key in keys:
            self.page.keyboard.down(key)
        yield
        for key in keys:
            self.page.keyboard.up(key)


def _is_submission(one: Response) -> bool:
    return one.request.method == "POST" and "/annotations" in one.url
