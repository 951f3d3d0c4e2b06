"""Who sees little, has a small screen or uses no mouse: every page, and the keyboard."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, FileChooser, Page, expect

from tests.support.browser import settled, visit, window
from tests.support.paths import PAGES
from tests.support.present import present

#: Pages where there is nothing to show yet are looked at as they are; Photo with its example too,
#: and Webcam with what runs in the browser.
ADDRESSES = ["", *(name for name in PAGES if name != "home")]
ADDRESSES += ["photo?from=Example", "webcam?where=browser"]

#: What is Streamlit's own and cannot be mended here, by rule and by what its elements match.
STREAMLIT = {
    # The navigation's sections are <div>s between its <ul> and their <li>s.
    "list": "[data-testid=stSidebarNavItems]",
    "listitem": "[data-testid=stSidebarNavItems] li",
    # A wide table of Markdown scrolls on a phone, and Streamlit makes it no tab stop; its tabs are
    # one only once the page has come to rest.
    "scrollable-region-focusable": "[data-testid=stMarkdownContainer] table, [role=tablist]",
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


@pytest.mark.parametrize(
    ("width", "scheme", "rules"), [(390, "light", ()), (1280, "dark", ("color-contrast",))]
)
def test_every_page_fits_and_can_be_read(
    browser: Browser, address: str, width: int, scheme: Literal["light", "dark"], rules: Any
) -> None:
    """On a phone by day and on a desk by night: no exception, no sideways scrolling, every chart
    drawn, and nothing serious by axe-core: all its rules by day, by night those that see colours.
    """
    with window(browser, width, color_scheme=scheme) as page:
        wrong = {}
        for path in ADDRESSES:
            visit(page, f"{address}/{path}")
            page.evaluate("document.fonts.ready")
            expect(page.get_by_test_id("stException")).to_have_count(0)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            if found := serious(page, *rules):
                wrong[path] = found
    assert wrong == {}


#: Of the words around all charts of a page the least contrast to the page, and how many there are.
WORDS_OF_CHARTS = """() => {
    const channels = colour => colour.match(/[\\d.]+/g).map(Number);
    const light = rgb => {
        const [r, g, b] = rgb.map(c => c / 255).map(
            c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const page = channels(getComputedStyle(document.querySelector(".stApp")).backgroundColor);
    const words = [...document.querySelectorAll(
        ".js-plotly-plot :is(.xtick, .ytick, .y2tick) text, " +
        ".js-plotly-plot :is(.xtitle, .ytitle, .legendtext)")];
    const contrasts = words.map(word => {
        const style = getComputedStyle(word), opacity = Number(style.fillOpacity);
        const fill = channels(style.fill).slice(0, 3);
        const seen = fill.map((c, i) => c * opacity + page[i] * (1 - opacity));
        const [low, high] = [light(seen), light(page.slice(0, 3))].sort((a, b) => a - b);
        return (high + 0.05) / (low + 0.05);
    });
    return [Math.min(...contrasts), words.length];
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["evaluation", "fairness", "data", "eigenfaces"])
def test_the_words_around_charts_can_be_read(
    browser: Browser, address: str, scheme: Literal["light", "dark"], path: str
) -> None:
    """By the colours that the browser computed; axe-core does not look at drawings."""
    with window(browser, color_scheme=scheme) as page:
        visit(page, f"{address}/{path}")
        expect(page.locator(".js-plotly-plot .xtick text").first).to_be_visible()
        contrast, number = page.evaluate(WORDS_OF_CHARTS)
    assert number > 5 and contrast >= 4.5


def test_axe_is_awake(page: Page, address: str) -> None:
    """A picture without words and grey words on grey are told."""
    visit(page, f"{address}/video")
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
    visit(page, f"{address}/photo")
    tab_to(page, "Skip to main content", "Home", "Model card", "Detector")
    tab_to(page, "chance of being wrong is at most", "Upload", "upload\n\nUpload")
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
    assert download.value.suggested_filename == "astronaut-faces.csv"


def test_a_face_has_a_name_and_shows_that_it_has_the_focus(page: Page, address: str) -> None:
    visit(page, f"{address}/photo?from=Example")
    spot = page.get_by_role("img", name="1: ")
    verdict = present(page.get_by_role("img", name="Crop 1").get_attribute("alt")).split("· ")[1]
    expect(spot).to_have_attribute("aria-label", f"1: {verdict}")
    tab_to(page, f"1: {verdict}")
    expect(spot).to_be_focused()
    assert spot.evaluate("e => getComputedStyle(e).outlineStyle") != "none"


@pytest.mark.parametrize("path", ["photo", "video", "grayscale?from=Upload"])
def test_an_empty_page_shows_the_example_by_keyboard(page: Page, address: str, path: str) -> None:
    visit(page, f"{address}/{path}")
    expect(page.get_by_test_id("stMain").get_by_role("img").first).to_be_visible()
    page.get_by_role("button", name="Show the example").press("Enter")
    expect(page.get_by_text("Eileen Collins").first).to_be_visible()
