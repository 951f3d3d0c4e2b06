"""Links: what they name is chosen, what is chosen they name, from page to page and back."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from facespace.artifacts.manifest import load_manifest
from facespace.artifacts.report import load_report
from tests.support.browser import choose, settled

TESTS = load_report(load_manifest()).models["embedding"].tests
TITLES = {name: f"{test.title} ({test.kind})" for name, test in TESTS.items()}


def shows(page: Page, name: str) -> None:
    """The page's choice of a test set shows one."""
    settled(page)
    expect(page.get_by_role("combobox", name="Test set")).to_have_value(TITLES[name])


def test_a_choice_goes_from_page_to_page_and_back(page: Page, address: str) -> None:
    page.goto(f"{address}/evaluation?test=us_congress")
    shows(page, "us_congress")
    expect(page).to_have_title("Evaluation · Facespace")
    page.get_by_role("link", name="Fairness").first.click()
    expect(page).to_have_title("Fairness · Facespace")
    shows(page, "us_congress")
    expect(page).to_have_url(re.compile(r"/fairness\?test=us_congress$"))
    choose(page, "Test set", TITLES["lfw"])
    expect(page).to_have_url(re.compile(r"test=lfw"))
    shows(page, "lfw")
    page.reload()
    shows(page, "lfw")
    page.go_back()
    shows(page, "us_congress")


def test_a_link_to_what_is_not_there_says_so(page: Page, address: str) -> None:
    page.goto(f"{address}/fairness?test=congress")
    shows(page, next(iter(TITLES)))
    expect(page.get_by_text("asks for “congress” under “Test set”")).to_be_visible()
    page.goto(address)
    expect(page).to_have_title("Facespace")
