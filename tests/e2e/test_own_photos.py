"""A user's own test and the model card, in a real headless Chromium."""

from __future__ import annotations

import csv
import json
import zipfile
from pathlib import Path

from playwright.sync_api import Page, expect

from facespace.artifacts.manifest import load_manifest
from facespace.types import RGB
from tests.support.browser import choose_tab, download, settled, visit
from tests.support.pictures import GREY, packed, png


def test_photos_are_tested_and_the_figures_kept(
    page: Page, address: str, labelled_zip: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "photos.zip"
    path.write_bytes(labelled_zip)
    visit(page, f"{address}/own_photos")
    template = download(page, "Download template", tmp_path).read_text("utf-8-sig")
    assert template.startswith("file,gender,age")
    page.locator("input[type=file]").set_input_files(path)
    expect(page.get_by_test_id("stAlertContentWarning").first).to_contain_text("6 faces measured")
    settled(page)
    for words in ("ROC curves; areas: Embedding", "Labelled female: 4", "Wrong answers over faces"):
        expect(page.get_by_role("figure", name=words)).to_be_visible()
    expect(page.get_by_test_id("stMetric")).to_have_count(10)
    page.get_by_text("4 photos left out").click()

    figures = json.loads(download(page, "All figures", tmp_path).read_text("utf-8"))
    assert figures["data"]["faces"] == 6
    with download(page, "All photos", tmp_path).open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 10
    with download(page, "Errors", tmp_path).open(encoding="utf-8-sig") as file:
        errors = list(csv.DictReader(file))
    default = load_manifest().default
    model = figures["models"][default]
    wrong = model["confusion"][0][1] + model["confusion"][1][0]
    assert len(errors) == wrong > 0
    given = {row["file"]: row[default] for row in rows}
    assert all(row["probability_female"] == given[row["file"]] for row in errors)
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_a_run_is_stopped(page: Page, address: str, astronaut: RGB, tmp_path: Path) -> None:
    """Enough photos that the run is not over before the button is found."""
    photos = {f"{'fe' * (i % 2)}male/{i}.png": png(astronaut[i:, i:]) for i in range(120)}
    path = tmp_path / "many.zip"
    path.write_bytes(packed(photos))
    visit(page, f"{address}/own_photos")
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_role("button", name="Stop", exact=True).last.click()
    expect(page.get_by_text("Stopped; nothing was kept.")).to_be_visible()
    for kind in ("Success", "Warning"):
        expect(page.get_by_test_id(f"stAlertContent{kind}")).to_have_count(0)
    page.get_by_role("button", name="Start again").click()
    expect(page.get_by_text("min left")).to_be_visible()


def test_what_is_wrong_is_said(page: Page, address: str, tmp_path: Path) -> None:
    for content, words in (
        (b"no ZIP", "The file is not a ZIP archive"),
        (packed({"male/a.png": png(GREY)}), "The ZIP has no photo labelled female"),
        (packed({"male/a.png": png(GREY), "../female/b.png": b"x"}), "outside its own folder"),
    ):
        path = tmp_path / "bad.zip"
        path.write_bytes(content)
        visit(page, f"{address}/own_photos")
        page.locator("input[type=file]").set_input_files(path)
        expect(page.get_by_test_id("stAlertContentWarning")).to_contain_text(words)


def test_a_folder_is_tested_by_its_path(
    page: Page, address: str, labelled_zip: bytes, tmp_path: Path
) -> None:
    (tmp_path / "photos.zip").write_bytes(labelled_zip)
    with zipfile.ZipFile(tmp_path / "photos.zip") as archive:
        archive.extractall(tmp_path)
    visit(page, f"{address}/own_photos")
    field = page.get_by_role("textbox", name="Or the path")
    field.fill(str(tmp_path / "Own"))
    field.press("Enter")
    expect(page.get_by_test_id("stAlertContentWarning").first).to_contain_text("6 faces measured")


def test_the_model_card_and_all_artifacts(page: Page, address: str, tmp_path: Path) -> None:
    visit(page, f"{address}/card")
    expect(page.get_by_test_id("stAlertContentSuccess")).to_contain_text("as listed")
    expect(page.get_by_role("heading", name="Intended use")).to_be_visible()
    expect(page.locator("h1")).to_have_count(1)
    assert "## Intended use" in download(page, "Model card", tmp_path).read_text("utf-8")
    with zipfile.ZipFile(download(page, "All artifacts", tmp_path)) as archive:
        assert archive.testzip() is None
        archive.extractall(tmp_path / "artifacts")
    manifest = load_manifest(tmp_path / "artifacts")
    for info in manifest.models.values():
        manifest.path(info.file)
    choose_tab(page, "When it says “?”")
    expect(page.get_by_text("How sure the model is")).to_be_visible()
