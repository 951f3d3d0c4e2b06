"""What is broken, odd or hostile, brought to the pages by a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import FilePayload, Page, expect

from facespace import limits
from facespace.faces.wording import count
from tests.support.browser import settled, visit
from tests.support.hostile import archives, films, photos
from tests.support.hostile.names import FOREIGN, NAME
from tests.support.pictures import packed


def payload(name: str, kind: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": kind, "buffer": content}


def warnings(page: Page) -> list[str]:
    """The sentences of a page's warnings; it shows no exception, no red box and no traceback."""
    settled(page)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.get_by_test_id("stAlertContentError")).to_have_count(0)
    expect(page.get_by_text("Traceback")).to_have_count(0)
    return page.get_by_test_id("stAlertContentWarning").all_inner_texts()


@pytest.mark.parametrize("start", range(0, len(photos.CASES), limits.MAX_FILES))
def test_photos(page: Page, address: str, start: int) -> None:
    """All of the corpus: every file that is refused is named with its sentence, the others read."""
    cases = list(photos.CASES)[start : start + limits.MAX_FILES]
    files = {f"{number:03d}.jpg": name for number, name in enumerate(cases)}
    sentences = {file: photos.in_library(name) for file, name in files.items()}
    visit(page, f"{address}/photo")
    page.locator("input[type=file]").set_input_files(
        [payload(file, "image/jpeg", photos.content(name)) for file, name in files.items()]
    )
    good = sum(not sentence for sentence in sentences.values())
    expect(page.get_by_test_id("stAlertContentSuccess")).to_contain_text(count(good, "picture"))
    shown = "\n".join(warnings(page))
    for file, sentence in sentences.items():
        assert (f"{file}: {sentence}" in shown) is bool(sentence), files[file]


def test_films(page: Page, address: str) -> None:
    page.goto(f"{address}/video")
    for name, refused in films.FEW.items():
        settled(page)
        page.locator("input[type=file]").set_input_files(
            payload(f"{name}.mp4", "video/mp4", films.content(name))
        )
        page.get_by_role("button", name="Read the film").click()
        ended = "stAlertContentWarning" if refused else "stAlertContentSuccess"
        expect(page.get_by_test_id(ended)).to_have_count(1)
        assert len(warnings(page)) == refused
        page.reload()


def test_archives(page: Page, address: str) -> None:
    page.goto(f"{address}/folder?from=ZIP")
    for name in archives.FEW:
        settled(page)
        page.locator("input[type=file]").set_input_files(
            payload("photos.zip", "application/zip", archives.content(name))
        )
        either = page.get_by_test_id("stAlertContentWarning").or_(
            page.get_by_role("button", name="Read")
        )
        expect(either.first).to_be_visible()
        warnings(page)
        page.reload()


def test_an_address_that_says_too_much(page: Page, address: str) -> None:
    visit(page, f"{address}/photo?from=Example&" + "&".join(f"x{i}={'y' * 50}" for i in range(100)))
    assert any("characters of settings" in sentence for sentence in warnings(page))


def test_names_that_are_markdown(page: Page, address: str) -> None:
    """They are read as they are, lead nowhere, and the browser asks nobody for their pictures."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    table = f"file,gender\na.png,female\nb.png,male\nc.png,{NAME}\n"
    archive = packed({f"{NAME}.png": b"x", f"{NAME}.txt": b"x"})
    brought = {
        "photo": payload(f"{NAME}.png", "image/png", b"x"),
        "folder?from=ZIP": payload(f"{NAME}.zip", "application/zip", archive),
        "eigenfaces?face_from=Upload": payload(f"{NAME}.png", "image/png", b"x"),
        "video": payload(f"{NAME}.mp4", "video/mp4", b"x"),
        "own_photos": payload(f"{NAME}.zip", "application/zip", packed({f"../{NAME}": b"x"})),
        "own_photos#": payload("x.zip", "application/zip", packed({"labels.csv": table})),
    }
    for path, file in brought.items():
        visit(page, f"{address}/{path}")
        page.locator("input[type=file]").set_input_files(file)
        if path in ("folder?from=ZIP", "video"):
            page.get_by_role("button", name="Read ").click()
        expect(page.get_by_test_id("stAlertContentWarning")).to_be_visible()
        said = page.get_by_test_id("stMarkdownContainer").filter(has_text=NAME[:30])
        assert said.count(), path
        foreign = (
            f"a[href*='{FOREIGN}'], img[src*='{FOREIGN}'], strong strong, .katex, code:text-is('c')"
        )
        expect(page.locator(foreign)).to_have_count(0)
    assert [url for url in asked if FOREIGN in url] == []
