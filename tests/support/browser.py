"""A dashboard that runs, and what a browser does with its pages."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from dashboard.app.error_boundary import FAILED
from tests.support.paths import ROOT

FLAGS = [
    *("--no-sandbox", "--disable-background-networking", "--disable-component-update"),
    *("--disable-sync", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"),
]


SECONDS = 60


@contextmanager
def dashboard() -> Iterator[str]:
    """The address of a dashboard, started as a user starts it, on a free port."""
    with serving() as (url, _):
        yield url


@contextmanager
def serving() -> Iterator[tuple[str, int]]:
    """Like ``dashboard``, with the number of the server's process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py"]
    options = ["--server.headless=true", f"--server.port={port}", "--server.address=127.0.0.1"]
    options.append("--server.fileWatcherType=none")  # other tests write beside the program
    server = subprocess.Popen([*command, *options], cwd=ROOT, stdout=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(SECONDS * 4):
            try:
                urllib.request.urlopen(f"{url}/_stcore/health", timeout=5)
                break
            except OSError:
                time.sleep(0.25)
        else:
            pytest.fail("the dashboard did not start")
        yield url, server.pid
    finally:
        server.terminate()
        server.wait(20)


Launch = Callable[[list[str]], Browser]


#: Whether the page's script has not been running for so many milliseconds (Streamlit says it at the
#: root of its page; a component that has just come may ask for one more run) and every chart is
#: drawn, but for those behind another tab, which Plotly draws once that opens.
RESTS = """milliseconds => {
    const {testScriptState, testConnectionState} =
        document.querySelector("[data-testid=stApp]")?.dataset ?? {};
    const rests = testScriptState === "notRunning" && testConnectionState === "CONNECTED";
    window.restsSince = rests ? window.restsSince ?? performance.now() : undefined;
    return rests && performance.now() - window.restsSince > milliseconds &&
        [...document.querySelectorAll("[data-testid=stPlotlyChart]")]
            .filter(chart => chart.checkVisibility())
            .map(chart => chart.querySelector(".main-svg"))
            .every(drawing => drawing?.checkVisibility({visibilityProperty: true}));
}"""


def patient(context: BrowserContext) -> None:
    """Give what is done and expected in it the time that a busy machine needs."""
    context.set_default_timeout(SECONDS * 1000)
    expect.set_options(timeout=SECONDS * 1000)


@contextmanager
def window(browser: Browser, width: int = 1280, height: int = 900, **more: Any) -> Iterator[Page]:
    """A page of its own, with ``patient`` waits.

    Args:
        browser: that shows it.
        width: in CSS pixels, as ``height``.
        more: other options of Playwright's ``new_context``.
    """
    size: ViewportSize = {"width": width, "height": height}
    context = browser.new_context(viewport=size, **more)
    patient(context)
    try:
        yield context.new_page()
    finally:
        context.close()


def settled(page: Page) -> None:
    """Wait until the page's script has run to its end and no more, and the charts are drawn."""
    expect(page.locator("h1")).to_be_visible()
    page.evaluate("window.restsSince = undefined")
    page.wait_for_function(RESTS, arg=500)
    expect(page.get_by_text(FAILED)).to_have_count(0)


def visit(page: Page, url: str) -> None:
    """Open an address, and wait until it is settled: earlier, a click may be lost."""
    page.goto(url)
    settled(page)


def choose_tab(page: Page, name: str) -> None:
    """Open a tab, and wait until what is on it is settled."""
    tab = page.get_by_role("tab", name=name, exact=True)
    tab.click()
    expect(tab).to_have_attribute("aria-selected", "true")
    settled(page)


def choose(page: Page, box: str, option: str) -> None:
    """Choose an option of a box, opening its list again where the page moved, which closes it."""
    chosen = page.get_by_role("option", name=option, exact=True)
    for _ in range(SECONDS // 5):
        page.get_by_role("combobox", name=box).click()
        with suppress(PlaywrightTimeout):
            chosen.click(timeout=5000)
            return
    pytest.fail(f"the list of {box} shows no {option}")


def download(page: Page, button: str, folder: Path) -> Path:
    """Press a download button and keep the file."""
    with page.expect_download() as waiting:
        page.get_by_test_id("stDownloadButton").filter(has_text=button).click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path
