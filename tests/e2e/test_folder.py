"""The Folder page in a real headless Chromium."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path

import pandas as pd
from playwright.sync_api import Page, expect

from facespace.types import RGB
from tests.support.browser import download, settled, visit
from tests.support.pictures import GREY, packed, png


def zipped(variants: list[bytes], folder: Path) -> Path:
    files = {f"Trip/{i}.png": content for i, content in enumerate(variants)}
    path = folder / "trip.zip"
    path.write_bytes(packed(files | {"Trip/grey.png": png(GREY), "Trip/bad.png": b"x"}))
    return path


def test_a_zip_becomes_a_table_and_files(
    page: Page, address: str, variants: list[bytes], tmp_path: Path
) -> None:
    visit(page, f"{address}/folder?from=ZIP")
    page.locator("input[type=file]").set_input_files(zipped(variants, tmp_path))
    page.get_by_role("button", name="Read 8 photos").click()
    success = page.get_by_test_id("stAlertContentSuccess")
    expect(success).to_contain_text("7 photos read, 6 faces")
    settled(page)
    for words in ("Faces by verdict", "How sure the verdicts are", "How large the faces are"):
        expect(page.get_by_role("figure", name=words)).to_be_visible()
    expect(page.get_by_test_id("stDataFrame")).to_be_visible()

    with download(page, "CSV", tmp_path).open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert [row["source"] for row in rows] == sorted(row["source"] for row in rows)
    assert len(rows) == 8
    lines = download(page, "JSON Lines", tmp_path).read_text("utf-8").splitlines()
    assert sum(len(json.loads(line)["faces"]) for line in lines) == 6
    assert len(pd.read_parquet(download(page, "Parquet", tmp_path))) == 8
    with zipfile.ZipFile(io.BytesIO(download(page, "Crops", tmp_path).read_bytes())) as crops:
        folders = sorted(name.split("/")[0] for name in crops.namelist())
    names = {"female": "female", "male": "male", "?": "unsure"}
    assert folders == sorted(names[row["label"]] for row in rows if row["label"])
    with zipfile.ZipFile(io.BytesIO(download(page, "Annotated", tmp_path).read_bytes())) as drawn:
        assert len(drawn.namelist()) == 7

    sheet = download(page, "Contact sheet", tmp_path)
    page.goto(f"file://{sheet}")
    expect(page.locator("figure img")).to_have_count(6)
    shown = page.locator("figure:visible")
    expect(shown).to_have_count(8)
    page.get_by_label("no face, or not read").uncheck()
    expect(shown).to_have_count(6)


def test_a_directory_is_uploaded(
    page: Page, address: str, variants: list[bytes], tmp_path: Path
) -> None:
    trip = tmp_path / "Trip"
    (trip / "day two").mkdir(parents=True)
    (trip / "one.png").write_bytes(variants[0])
    (trip / "day two" / "Zoë & co.png").write_bytes(variants[1])
    visit(page, f"{address}/folder")
    page.locator("input[type=file]").set_input_files(trip)
    page.get_by_role("button", name="Read 2 photos").click()
    expect(page.get_by_test_id("stAlertContentSuccess")).to_contain_text("2 photos read, 2 faces")
    with download(page, "CSV", tmp_path).open(encoding="utf-8-sig") as file:
        names = {row["source"] for row in csv.DictReader(file)}
    assert {name.rpartition("/")[2] for name in names} == {"one.png", "Zoë & co.png"}


def test_a_run_is_stopped_and_goes_on(
    page: Page, address: str, astronaut: RGB, tmp_path: Path
) -> None:
    """Enough photos that the run is not over before the button is found."""
    path = tmp_path / "many.zip"
    path.write_bytes(packed({f"{i}.png": png(astronaut[i:, i:]) for i in range(100)}))
    visit(page, f"{address}/folder?from=ZIP")
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_role("button", name="Read 100 photos").click()
    page.get_by_role("button", name="Stop, and keep what is read").click()
    expect(page.get_by_text("of 100 photos are read.")).to_be_visible()
    settled(page)  # a button that is drawn anew while it is clicked misses the click
    page.get_by_role("button", name="Go on").click()
    success = page.get_by_test_id("stAlertContentSuccess")
    expect(success).to_contain_text("100 photos read")
