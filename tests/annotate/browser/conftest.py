"""One Chromium for all tests marked `browser`, logged in to the one Label Studio, and a clean tab for each test."""

import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, StorageState, ViewportSize, expect, sync_playwright

from tests.annotate.browser import backing
from tests.annotate.browser.tab import Tab
from tests.annotate.studio import RunningStudio

NAMES = ("chromium", "google-chrome", "chromium-browser")
FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SIZE = ViewportSize(width=1600, height=1500)
"""px; the outliner shows as many regions as there is place for"""
PATIENCE_MS = 540_000


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip(f"no browser: none of {', '.join(NAMES)} is installed")
    with sync_playwright() as driver:
        expect.set_options(timeout=PATIENCE_MS)
        browser = driver.chromium.launch(executable_path=found, chromium_sandbox=False, args=[*FLAGS])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def login(chromium: Browser, studio: RunningStudio) -> StorageState:
    """What the browser knows after a person logged in."""
    context = chromium.new_context()
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{studio.url}/user/login/")
    page.fill("input[name=email]", studio.access["LABEL_STUDIO_USERNAME"])
    page.fill("input[name=password]", studio.access["LABEL_STUDIO_PASSWORD"])
    page.keyboard.press("Enter")
    page.wait_for_url(f"{studio.url}/")
    known = context.storage_state()
    context.close()
    return known


@pytest.fixture
def tab(chromium: Browser, login: StorageState, studio: RunningStudio) -> Iterator[Tab]:
    context = chromium.new_context(viewport=SIZE, storage_state=login)
    context.set_default_timeout(PATIENCE_MS)
    yield Tab(context.new_page(), studio.url)
    context.close()


@pytest.fixture(scope="session")
def strokes(studio: RunningStudio, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a backend that needs no network weights."""
    with backing.serving(tmp_path_factory.mktemp("serve"), studio.files, backing.STROKE) as address:
        yield address


@pytest.fixture
def tell(pytestconfig: pytest.Config, capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Shows a line that was measured, whatever becomes of the test."""

    def tell(line: str) -> None:
        with capsys.disabled():
            pytestconfig.get_terminal_writer().line(f"\n{line}")

    return tell
