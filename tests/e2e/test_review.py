"""From a covered face to training, decided by keyboard, in a real headless Chromium."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from facespace.datasets.dataset import read_dataset
from facespace.io.archive import Archive
from facespace.review.item import Candidate
from facespace.review.queue import Queue
from facespace.types import RGB
from tests.support.browser import dashboard, download, settled, visit, window
from tests.support.pictures import png
from tests.support.present import present
from tests.support.reviewing import covered, filled


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of the dashboard's queue; not there yet."""
    path = tmp_path / "queue" / "review.db"
    monkeypatch.setenv("FACESPACE_REVIEWS", str(path))
    monkeypatch.delenv("FACESPACE_PUBLIC", raising=False)
    return path


@pytest.fixture
def keeper(store: Path) -> Iterator[str]:
    with dashboard() as url:
        yield url


def key(page: Page, name: str, then: str) -> None:
    """Press a key, as a reviewer does with nothing in focus, and wait for what it leads to."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    page.keyboard.press(name)
    expect(page.get_by_text(then).first).to_be_visible()


def to(page: Page, name: str) -> None:
    page.get_by_test_id("stSidebarNavLink").filter(has_text=name).first.click()
    expect(page.locator("h1")).to_have_text(name)
    settled(page)


def test_a_covered_face_goes_all_the_way_to_training(
    page: Page, keeper: str, store: Path, astronaut: RGB, tmp_path: Path
) -> None:
    cloth = covered(astronaut)
    names = ["first.png", "mirrored.png"]
    for name, rgb in zip(names, (cloth, cloth[:, ::-1]), strict=True):
        (tmp_path / name).write_bytes(png(rgb))
    visit(page, f"{keeper}/review")
    expect(page.get_by_text(str(store))).to_be_visible()
    assert not store.exists()
    page.get_by_text("Keep faces for review").click()
    expect(page.get_by_text("Kept in the file")).to_be_visible()

    to(page, "Photo")
    page.locator("input[type=file]").set_input_files([tmp_path / name for name in names])
    expect(page.get_by_text("2 faces marked “?” in the review queue")).to_be_visible()
    to(page, "Review")
    expect(page.get_by_alt_text("The face, boxed, in the middle")).to_be_visible()
    expect(page.get_by_alt_text("Rebuilt from eigenfaces")).to_be_visible()
    key(page, "f", "1 of 2 faces decided")
    key(page, "z", "0 of 2 faces decided")
    key(page, "n", "1 of 2 faces decided")
    key(page, "z", "0 of 2 faces decided")
    key(page, "f", "1 of 2 faces decided")
    key(page, "m", "Every face is decided")

    page.get_by_text("Export, import, delete", exact=True).click()
    content = download(page, "Decided faces (2)", tmp_path).read_bytes()
    with Archive(content) as archive, archive.outline(lambda _: True) as folder:
        dataset = read_dataset(folder)
        assert sorted(photo.label for photo in dataset.photos) == ["female", "male"]
        assert all(photo.path.stat().st_size > 1000 for photo in dataset.photos)
        with (folder / "labels.csv").open() as file:
            assert {row["source"] for row in csv.DictReader(file)} == set(names)

    page.get_by_text("Yes, delete 2 faces").click()
    page.get_by_role("button", name="Delete all").click()
    expect(page.get_by_text("Yes, delete 0 faces")).to_be_visible()
    page.locator("input[type=file]").set_input_files(tmp_path / "review-decided.zip")
    expect(page.get_by_text("2 faces put in")).to_be_visible()
    assert [item.decision is None for item in Queue(store).items()] == [False, False]
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_two_reviewers_and_a_table_with_check_boxes(
    page: Page, browser: Browser, keeper: str, store: Path, candidate: Candidate
) -> None:
    filled(candidate, 3, store).close()
    with window(browser) as other:
        for reviewer in (page, other):
            visit(reviewer, f"{keeper}/review")
            expect(reviewer.get_by_text("0 of 3 faces decided")).to_be_visible()
        name = page.get_by_role("textbox", name="Your name")
        name.fill("Anna")  # letters in a field decide nothing
        name.press("Enter")
        settled(page)
        page.locator("h1").click()
        key(page, "f", "1 of 3 faces decided")
        key(other, "m", "Another reviewer (Anna) decided this face in the meantime: female")
        (decided,) = [item for item in Queue(store).items() if item.decision]
        assert (decided.decision, decided.reviewer) == ("female", "Anna")

    page.get_by_text("Table", exact=True).click()
    table = page.get_by_test_id("stDataFrameResizable")
    expect(table).to_be_visible()
    settled(page)
    box = present(table.bounding_box())
    page.mouse.click(box["x"] + 16, box["y"] + 18)  # the box that checks all
    expect(page.get_by_text("3 faces checked")).to_be_visible()
    page.get_by_role("button", name="Cannot tell").click()
    expect(page.get_by_text("3 of 3 faces decided")).to_be_visible()
    assert {item.decision for item in Queue(store).items()} == {"unknown"}
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("1 of 3 faces decided")).to_be_visible()
    assert present(Queue(store).get(decided.id)).decision == "female"


def test_on_a_phone_nothing_is_wider_than_the_screen(
    browser: Browser, keeper: str, store: Path, candidate: Candidate
) -> None:
    filled(candidate, 2, store).close()
    with window(browser, 390) as page:
        for view in ("one", "many", "statistics", "files"):
            visit(page, f"{keeper}/review?view={view}")
            assert page.evaluate("document.documentElement.scrollWidth") <= 390
