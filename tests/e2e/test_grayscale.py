"""The lessons of the Grayscale page in a real browser."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from dashboard.views.grayscale.lessons import LESSONS
from facespace.faces.analyze import analyze
from tests.support.browser import choose_tab, download, visit, window
from tests.support.present import present


def lens_at(page: Page, column: int, row: int) -> None:
    expect(page.get_by_text(f"The pixel at column {column}, row {row} is")).to_be_visible()


def test_upload_look_through_the_lens_and_take_the_numbers(
    page: Page, address: str, astronaut_path: Path, tmp_path: Path
) -> None:
    visit(page, f"{address}/grayscale?from=Upload&lesson=The+crop")
    page.locator("input[type=file]").set_input_files(str(astronaut_path))
    chart = page.get_by_test_id("stPlotlyChart").first
    lens_at(page, 19, 21)
    chart.scroll_into_view_if_needed()
    box = present(chart.locator("image").first.bounding_box())
    # Three quarters across and half way down: pixel 48, 32 of 64.
    page.mouse.click(box["x"] + box["width"] * 48.5 / 64, box["y"] + box["height"] * 32.5 / 64)
    lens_at(page, 48, 32)
    page.wait_for_url("**crop_lens_x=48**")
    row = page.get_by_role("slider", name="Row")
    row.focus()
    row.press("ArrowRight")
    lens_at(page, 48, 33)

    (face,) = analyze(astronaut_path).faces
    expect(page.get_by_text(f"column 48, row 33 is {face.grey[33, 48]}")).to_be_visible()
    numbers = np.loadtxt(download(page, "Crop CSV", tmp_path), delimiter=",", dtype=int)
    assert numbers.size == 4096
    assert (numbers == face.grey).all()
    with Image.open(download(page, "Crop PNG", tmp_path)) as picture:
        assert (np.asarray(picture) == face.grey).all()


def test_a_place_outside_of_a_smaller_picture_is_left(
    page: Page, address: str, tmp_path: Path
) -> None:
    """The address may carry the place of another picture."""
    small = tmp_path / "small.png"
    Image.new("RGB", (5, 9), "red").save(small)
    visit(page, f"{address}/grayscale?lens_x=500&lens_y=400")
    lens_at(page, 500, 400)
    page.get_by_role("radio", name="Upload").click()
    page.locator("input[type=file]").set_input_files(str(small))
    expect(page.get_by_text("5 × 9 pixels")).to_be_visible()
    lens_at(page, 2, 4)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    page.goto(f"{address}/grayscale?lens_x=99999&lens_y=-7&lens=x&lesson=Nothing")
    lens_at(page, 202, 105)


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1280, "dark")])
def test_every_lesson_fits(
    browser: Browser, address: str, width: int, scheme: Literal["light", "dark"]
) -> None:
    with window(browser, width, color_scheme=scheme) as page:
        visit(page, f"{address}/grayscale")
        for lesson in LESSONS:
            choose_tab(page, lesson)
            expect(page.get_by_test_id("stException")).to_have_count(0)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
