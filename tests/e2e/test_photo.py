"""The page Photo in a real browser: thumbnails, boxes at the screen's size, the clipboard."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from facespace.artifacts.manifest import load_manifest
from facespace.faces import detectors
from facespace.io import images
from facespace.types import RGB
from tests.support.browser import choose, dashboard, download, settled, visit, window
from tests.support.pictures import png
from tests.support.present import present

DEFAULT = load_manifest().default

#: Puts a picture, drawn by the browser, on the clipboard of a paste event.
PASTE = """async () => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 64;
    canvas.getContext("2d").fillRect(0, 0, 64, 64);
    const blob = await new Promise(done => canvas.toBlob(done, "image/png"));
    const clipboardData = new DataTransfer();
    clipboardData.items.add(new File([blob], "pasted.png", { type: "image/png" }));
    document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }));
}"""


def brought(page: Page, address: str, *files: Path) -> None:
    visit(page, f"{address}/photo")
    page.locator("input[type=file]").set_input_files([str(file) for file in files])
    expect(page.get_by_test_id("stAlertContentSuccess")).to_be_visible()
    settled(page)


@pytest.fixture
def two(astronaut: RGB, tmp_path: Path) -> list[Path]:
    left, right = tmp_path / "left.png", tmp_path / "right.png"
    left.write_bytes(png(astronaut[:300]))
    right.write_bytes(png(astronaut[:400, ::-1]))
    return [left, right]


def test_a_thumbnail_and_a_row_show_their_picture(
    page: Page, address: str, two: list[Path]
) -> None:
    brought(page, address, *two)
    expect(page.get_by_role("img", name="left.png: 1 picture")).to_be_visible()
    # On the picture itself, over which the button is stretched.
    place = present(page.get_by_role("img", name="right.png", exact=True).bounding_box())
    page.mouse.click(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    expect(page.get_by_role("img", name="right.png: 1 picture")).to_be_visible()
    table = page.get_by_test_id("stDataFrame").first
    table.scroll_into_view_if_needed()
    settled(page)
    place = present(table.bounding_box())
    page.mouse.click(place["x"] + 16, place["y"] + 35 + 17)  # the box of the first row
    expect(page.get_by_role("img", name="left.png: 1 picture")).to_be_visible()


def test_on_a_phone_a_small_picture_has_labels_that_can_be_read(
    browser: Browser, address: str, astronaut: RGB, tmp_path: Path
) -> None:
    small = tmp_path / "small.png"
    small.write_bytes(png(astronaut[:250, 100:350]))
    with window(browser, 390, 800) as page:
        brought(page, address, small)
        label = page.locator(".fs-label i").first
        expect(label).to_be_visible()
        assert label.evaluate("label => parseFloat(getComputedStyle(label).fontSize)") >= 13
        face, picture = (
            present(page.locator(c).bounding_box()) for c in (".fs-face", ".fs-picture")
        )
        assert picture["width"] > 300  # wider than the picture has pixels
        assert face["x"] >= picture["x"]


def test_home_reads_ones_own_picture_at_the_press_of_one_button(
    page: Page, address: str, astronaut_path: Path
) -> None:
    visit(page, address)
    button = page.get_by_role("button", name="Find the faces")
    expect(button).to_be_disabled()
    box = present(button.bounding_box())
    assert box["y"] + box["height"] < 900  # above the fold
    page.locator("input[type=file]").set_input_files(str(astronaut_path))
    expect(button).to_be_enabled()
    button.click()
    expect(
        page.get_by_role("img", name="astronaut.png: 1 picture, 1 face: 1 female")
    ).to_be_visible()


def test_what_is_covered_says_so_and_its_leaning_on_request(page: Page, address: str) -> None:
    visit(page, address)
    page.get_by_role("button", name="Half of it covered").click()
    label = page.locator(".fs-label i").first
    expect(label).to_have_text("1 · ? covered")
    visit(page, f"{address}/photo?from=Example&{DEFAULT}_most_wrong=1")
    expect(label).to_have_text("1 · ? unsure")
    page.get_by_test_id("stSidebar").get_by_text("Show which way “?” leans").click()
    expect(label).to_have_text(re.compile(r"1 · \? unsure, \d\d% female"))


def test_faces_are_hidden_at_a_choice_in_what_is_shown_and_in_the_file(
    page: Page, address: str, tmp_path: Path
) -> None:
    visit(page, f"{address}/photo?from=Example")
    expect(page.locator(".fs-face")).to_have_count(1)
    choose(page, "Make faces unrecognisable", "Pixelate")
    expect(page.get_by_role("img", name="every face found in it hidden")).to_be_visible()
    expect(page.locator(".fs-face")).to_have_count(0)
    assert "anonymise=pixelate" in page.url
    file = download(page, "Anonymous PNG", tmp_path)
    assert file.name == "astronaut-faces-anonymous.png"
    assert detectors.get().detect(images.load(file.read_bytes())) == []


def test_a_wrong_verdict_is_put_right_and_the_file_says_how_it_came_about(
    page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FACESPACE_REVIEWS", str(tmp_path / "review.db"))
    with dashboard() as own:
        _put_right(page, own, tmp_path)


def _put_right(page: Page, address: str, tmp_path: Path) -> None:
    visit(page, f"{address}/photo?from=Example")
    (reading,) = json.loads(download(page, "JSON", tmp_path).read_text("utf-8"))
    assert reading["made_by"]["model_sha256"] == load_manifest().model().file.sha256
    shown = present(page.locator(".fs-label i").first.text_content())
    assert shown.endswith(f"{round(100 - 100 * reading['faces'][0]['chance_wrong'])}%")
    page.get_by_role("button", name="This is wrong").click()
    expect(page.get_by_text("the button turns keeping on")).to_be_visible()
    page.get_by_role("button", name="Turn keeping on, and put it there").click()
    kept = page.get_by_test_id("stMain").get_by_text("In the review queue").first
    expect(kept).to_be_visible()
    page.get_by_test_id("stSidebarNav").get_by_role("link", name="Review").click()
    expect(page.get_by_text("someone disputes the verdict")).to_be_visible()


def test_a_picture_is_pasted(page: Page, address: str) -> None:
    visit(page, f"{address}/photo")
    page.locator("[data-listens=paste]").wait_for(state="attached")
    page.evaluate(PASTE)
    expect(page.get_by_role("img", name="pasted.png: 1 picture, no face found")).to_be_visible()
