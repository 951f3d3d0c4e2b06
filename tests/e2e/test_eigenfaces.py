"""A face of one's own, walked through face space by keyboard."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import choose_tab, download, visit, window

PARTS = ["Eigenfaces", "Rebuild", "Walk", "Female or male", "All test faces", "What it looks at"]


def test_a_face_is_uploaded_and_walked_by_keyboard(
    page: Page, address: str, astronaut_path: Path, tmp_path: Path
) -> None:
    visit(page, f"{address}/eigenfaces?part=Walk&face_from=Upload")
    expect(page.get_by_text("Add a picture")).to_be_visible()
    page.locator("input[type=file]").set_input_files(str(astronaut_path))
    shown = page.get_by_test_id("stMetric").filter(has_text="Female, by ")
    value = shown.get_by_test_id("stMetricValue")
    expect(value).to_be_visible()
    before = value.inner_text()
    walked = page.get_by_role("img", name="The face where the sliders are")
    picture = walked.get_attribute("src")
    slider = page.get_by_role("slider", name="Eigenface 3, standard deviations")
    slider.focus()
    for _ in range(12):
        slider.press("ArrowRight")
    expect(value).not_to_have_text(before)
    expect(shown).to_contain_text("points")
    expect(walked).not_to_have_attribute("src", picture or "")
    assert download(page, "This face (PNG)", tmp_path).read_bytes().startswith(b"\x89PNG")
    page.get_by_role("button", name="Back to the face").click()
    expect(value).to_have_text(before)


def test_the_open_tab_and_its_settings_are_in_the_address(page: Page, address: str) -> None:
    visit(page, f"{address}/eigenfaces")
    choose_tab(page, "Rebuild")
    page.wait_for_url("**part=Rebuild**")
    slider = page.get_by_role("slider", name="Eigenfaces used")
    expect(slider).to_be_visible()
    slider.focus()
    slider.press("ArrowLeft")
    page.wait_for_url("**k=149**")
    expect(page.get_by_text("From 149 numbers")).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1280, "dark")])
def test_every_tab_fits(
    browser: Browser, address: str, width: int, scheme: Literal["light", "dark"]
) -> None:
    """No exception, no sideways scrolling; every picture has words."""
    with window(browser, width, color_scheme=scheme) as page:
        visit(page, f"{address}/eigenfaces")
        for part in PARTS:
            choose_tab(page, part)
            expect(page.get_by_test_id("stDownloadButton").first).to_be_visible()
            expect(page.get_by_test_id("stException")).to_have_count(0)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            for image in page.get_by_test_id("stImage").locator("img").all():
                assert image.get_attribute("alt")
