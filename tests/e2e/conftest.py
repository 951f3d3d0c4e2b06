"""A running dashboard and a real headless Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.harness import ort_web as ort_web_package
from facespace.cli.doctor import chromium
from facespace.types import FacespaceError
from tests.support.browser import FLAGS, Launch, dashboard, window


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    with dashboard() as url:
        yield url


@pytest.fixture(scope="session")
def launch() -> Iterator[Launch]:
    """Starts the system's Chromium, or Playwright's own, with some flags."""
    with sync_playwright() as playwright:
        path = chromium() or playwright.chromium.executable_path
        if not Path(path).exists():
            pytest.skip("no Chromium on this machine")
        yield lambda flags: playwright.chromium.launch(executable_path=path, args=flags)


@pytest.fixture(scope="session")
def browser(launch: Launch) -> Iterator[Browser]:
    started = launch(FLAGS)
    yield started
    started.close()


@pytest.fixture(scope="session")
def ort_web() -> Path:
    """The folder of ONNX Runtime Web; skips the test where it can be had from nowhere."""
    try:
        return ort_web_package.folder()
    except FacespaceError as error:
        pytest.skip(str(error))


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with window(browser) as page:
        yield page


@pytest.fixture
def astronaut_path(tmp_path: Path, astronaut_file: bytes) -> Path:
    path = tmp_path / "astronaut.png"
    path.write_bytes(astronaut_file)
    return path
