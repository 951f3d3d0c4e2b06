"""Who sees little or uses no mouse: axe-core on every page in both themes, and the keyboard."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, FileChooser, Page, expect

from tests.support.browser import SECONDS, settled
from tests.support.paths import PAGES
from tests.support.present import present

#: Pages where there is nothing to show yet are looked at as they are; Photo with its example too.
ADDRESSES = ["", *(name for name in PAGES if name != "home"), "photo?from=Example"]

#: What is Streamlit's own and cannot be mended here, by rule and by what its elements match.
STREAMLIT = {
    # The navigation's sections are <div>s between its <ul> and their <li>s.
    "list": "[data-testid=stSidebarNavItems]",
    "listitem": "[data-testid=stSidebarNavItems] li",
}

#: Elements of a violation that no selector of ``STREAMLIT`` matches.
FOREIGN = """([targets, own]) =>
    targets.filter(target => !(own && document.querySelector(target)?.matches(own)))"""


def serious(page: Page, *rules: str) -> list[str]:
    """The serious and critical violations of a page that are of our own making, in words.

    Args:
        page: to look at.
        rules: of axe-core; all where none is named.
    """
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = list(rules)
    found = Axe().run(page, options=options).response
    assert len(found["passes"]) >= (len(rules) or 10), "axe-core has looked at nothing"
    wrong = []
    for violation in found["violations"]:
        if violation["impact"] in ("serious", "critical"):
            html = {node["target"][0]: node["html"][:300] for node in violation["nodes"]}
            own = page.evaluate(FOREIGN, [list(html), STREAMLIT.get(violation["id"])])
            wrong += [f"{violation['id']}: {html[target]}" for target in own]
    return wrong


@pytest.mark.parametrize(("scheme", "rules"), [("light", ()), ("dark", ("color-contrast",))])
def test_axe_finds_nothing_serious(
    browser: Browser, address: str, scheme: Literal["light", "dark"], rules: Any
) -> None:
    """All rules by day; by night those that see colours: nothing else differs."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme=scheme)
    context.set_default_timeout(SECONDS * 1000)
    expect.set_options(timeout=SECONDS * 1000)
    page = context.new_page()
    wrong = {}
    for path in ADDRESSES:
        page.goto(f"{address}/{path}")
        settled(page)
        page.evaluate("document.fonts.ready")
        if found := serious(page, *rules):
            wrong[path] = found
    context.close()
    assert wrong == {}


def test_axe_is_awake(page: Page, address: str) -> None:
    """A picture without words and grey words on grey are told."""
    page.goto(f"{address}/video")
    settled(page)
    page.evaluate(
        "document.querySelector('[data-testid=stMain]').insertAdjacentHTML('beforeend', "
        '\'<img src="data:,"><p style="color:#999;background:#aaa">pale</p>\')'
    )
    assert {line.split(":")[0] for line in serious(page)} == {"image-alt", "color-contrast"}


def tab_to(page: Page, *names: str) -> None:
    """Press Tab until the focus was on all of these names, in this order."""
    wanted, way = list(names), []
    for _ in range(80):
        page.keyboard.press("Tab")
        way.append(
            page.evaluate(
                "() => { const e = document.activeElement; "
                "return e.getAttribute('aria-label') || e.innerText.trim() }"
            )
        )
        if wanted[0] in way[-1]:
            wanted.pop(0)
        if not wanted:
            page.wait_for_timeout(500)  # the next key may else come before the page hears it
            return
    pytest.fail(f"Tab does not reach {wanted}, but {way}")


def test_photo_is_used_without_a_mouse(page: Page, address: str, astronaut_path: Path) -> None:
    """In the order in which the page is read, from the top to the downloads."""
    page.goto(f"{address}/photo")
    settled(page)
    tab_to(page, "Skip to main content", "Home", "Model card", "Detector")
    tab_to(page, "Certainty needed", "Upload", "upload\n\nUpload")
    expect(page.get_by_test_id("stFileUploader").locator("button").first).to_be_focused()
    choosers: list[FileChooser] = []
    page.on("filechooser", lambda chooser: choosers.append(chooser))
    for _ in range(20):  # a browser that is short of time may not have heard it
        page.keyboard.press("Enter")
        page.wait_for_timeout(1000)
        if choosers:
            break
    choosers[0].set_files(astronaut_path)
    expect(page.get_by_test_id("stAlertContentSuccess")).to_contain_text("1 face")
    settled(page)
    tab_to(page, "1: ", "Annotated PNG", "table\n\nCSV")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename == "facespace.csv"


def test_a_face_has_a_name_and_shows_that_it_has_the_focus(page: Page, address: str) -> None:
    page.goto(f"{address}/photo?from=Example")
    settled(page)
    spot = page.get_by_role("img", name="1: ")
    verdict = present(page.get_by_role("img", name="Crop 1").get_attribute("alt")).split("· ")[1]
    expect(spot).to_have_attribute("aria-label", f"1: {verdict}")
    tab_to(page, f"1: {verdict}")
    expect(spot).to_be_focused()
    assert spot.evaluate("e => getComputedStyle(e).outlineStyle") != "none"


@pytest.mark.parametrize("path", ["photo", "video", "grayscale?from=Upload"])
def test_an_empty_page_shows_the_example_by_keyboard(page: Page, address: str, path: str) -> None:
    page.goto(f"{address}/{path}")
    settled(page)
    expect(page.get_by_test_id("stMain").get_by_role("img").first).to_be_visible()
    page.get_by_role("button", name="Show the example").press("Enter")
    expect(page.get_by_text("Eileen Collins").first).to_be_visible()
