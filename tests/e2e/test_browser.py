"""What people do, in a real headless Chromium against the running dashboard."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from facespace.artifacts.manifest import load_manifest
from facespace.types import Box
from tests.support.browser import dashboard, download, visit, window
from tests.support.present import present

DEFAULT = load_manifest().default


def upload(page: Page, address: str, *files: Path) -> None:
    visit(page, f"{address}/photo")
    page.locator("input[type=file]").set_input_files([str(file) for file in files])
    expect(page.get_by_test_id("stAlertContentSuccess")).to_be_visible()


def test_home_is_alive_at_once(page: Page, address: str) -> None:
    visit(page, address)
    expect(page.get_by_role("img", name="several.png: 1 picture, 3 faces")).to_be_visible()
    page.get_by_role("button", name="A clear face").click()
    expect(page.get_by_role("img", name="astronaut.png: 1 picture, 1 face")).to_be_visible()
    page.get_by_role("link", name="Read your own photos").click()
    expect(page.get_by_role("heading", name="Photo", exact=True)).to_be_visible()
    page.get_by_role("navigation").get_by_role("link", name="Evaluation").click()
    expect(page.get_by_role("heading", name="Evaluation", exact=True)).to_be_visible()


def test_a_shared_link_works_on_a_server_that_has_just_started(page: Page) -> None:
    with dashboard() as url:
        page.goto(f"{url}/photo?from=Example&detector=Haar")
        expect(page.get_by_test_id("stAlertContentSuccess")).to_contain_text("1 face")
        expect(page.get_by_role("combobox", name="Detector")).to_have_value("Haar")
        navigation = page.get_by_test_id("stSidebarNav")
        expect(navigation.get_by_role("link", name="Evaluation")).to_be_visible()
        expect(navigation).to_contain_text("How it works")


def test_a_photo_is_uploaded_read_and_downloaded(
    page: Page, address: str, astronaut_path: Path, tmp_path: Path
) -> None:
    upload(page, address, astronaut_path)
    expect(page.get_by_test_id("stAlertContentSuccess")).to_contain_text("1 picture, 1 face")
    crop = page.get_by_role("img", name="Crop 1")
    expect(crop).to_be_visible()
    verdict = present(crop.get_attribute("alt")).split("·")[1].split()[0]
    assert verdict in ("female", "male", "?")

    (result,) = json.loads(download(page, "JSON", tmp_path).read_text("utf-8"))
    (face,) = result["faces"]
    assert face["label"] == verdict
    box = Box(*face["box"])
    assert abs(box.x + box.width / 2 - 223) < 12
    with download(page, "CSV", tmp_path).open(encoding="utf-8-sig") as file:
        (row,) = csv.DictReader(file)
    assert (row["source"], row["label"]) == ("astronaut.png", verdict)
    annotated = download(page, "Annotated PNG", tmp_path)
    with Image.open(annotated) as drawn, Image.open(astronaut_path) as original:
        assert drawn.size == original.size
        assert drawn.convert("RGB").tobytes() != original.convert("RGB").tobytes()


def test_a_bad_file_is_named_and_the_good_one_read(
    page: Page, address: str, astronaut_path: Path, tmp_path: Path
) -> None:
    bad = tmp_path / "holiday.jpg"
    bad.write_text("no picture")
    upload(page, address, bad, astronaut_path)
    expect(page.get_by_text("The file is not a JPEG")).to_be_visible()
    expect(page.get_by_test_id("stAlertContentSuccess")).to_contain_text("1 picture, 1 face")
    expect(page.get_by_text("Traceback")).to_have_count(0)


def test_many_pictures_come_back_as_one_zip(
    page: Page, address: str, astronaut_path: Path, tmp_path: Path
) -> None:
    grey, bad = tmp_path / "grey.jpg", tmp_path / "bad.jpg"
    Image.new("RGB", (300, 200), "gray").save(grey)
    bad.write_text("no picture")
    upload(page, address, astronaut_path, grey, bad)
    with zipfile.ZipFile(download(page, "Annotated PNGs (ZIP)", tmp_path)) as archive:
        sizes = {}
        for name in archive.namelist():
            with Image.open(io.BytesIO(archive.read(name))) as drawn:
                sizes[name] = drawn.size
    assert sizes == {"astronaut-faces.png": (512, 512), "grey-faces.png": (300, 200)}
    with download(page, "CSV", tmp_path).open(encoding="utf-8-sig") as file:
        rows = {row["source"]: row for row in csv.DictReader(file)}
    assert list(rows) == ["astronaut.png", "grey.jpg", "bad.jpg"]
    assert rows["astronaut.png"]["face"] == "1"
    assert rows["bad.jpg"]["error"]


def test_the_camera(page: Page, address: str) -> None:
    """Chromium's fake camera shows a test pattern: no face, and the page says so."""
    page.context.grant_permissions(["camera"])
    visit(page, f"{address}/photo?from=Camera")
    page.wait_for_function("document.querySelector('video')?.readyState >= 3")
    page.get_by_role("button", name="Take Photo").click()
    expect(page.get_by_test_id("stAlertContentSuccess")).to_contain_text("1 picture")


def test_settings_live_in_the_address(page: Page, address: str) -> None:
    own = f"{DEFAULT}_most_wrong=30"
    visit(page, f"{address}/photo?from=Example&{own}&detector=Haar")
    expect(page.get_by_role("combobox", name="Detector")).to_have_value("Haar")
    slider = page.get_by_role("slider", name="Answer while the chance")
    expect(slider).to_have_value("30")
    slider.focus()
    slider.press("ArrowRight")
    page.wait_for_url("**most_wrong=31**")
    visit(page, f"{address}/photo?from=Nowhere&{DEFAULT}_most_wrong=much&detector=%3Cscript%3E")
    expect(page.get_by_test_id("stMain")).to_contain_text("Add a picture")


@pytest.mark.parametrize("path", ["data", "evaluation", "grayscale"])
def test_a_finger_scrolls_over_a_chart(browser: Browser, address: str, path: str) -> None:
    """Also over those that can be clicked on, where Plotly would pan."""
    with window(browser, 390, 844, has_touch=True, is_mobile=True) as page:
        visit(page, f"{address}/{path}")
        chart = page.get_by_test_id("stPlotlyChart").first
        chart.evaluate("chart => chart.scrollIntoView({block: 'center'})")
        scrolled = "document.querySelector('[data-testid=stMain]').scrollTop"
        before = page.evaluate(scrolled)
        touch = page.context.new_cdp_session(page)
        for kind, y in (("touchStart", 470), *(("touchMove", 470 - 12 * i) for i in range(10))):
            point = {"x": 195, "y": y}
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
            page.wait_for_timeout(20)
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        page.wait_for_function(f"{scrolled} > {before} + 50")
