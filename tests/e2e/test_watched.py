"""A camera in the network in a real browser: a real stream, seen until it is stopped."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from facespace.types import RGB
from tests.support import rtsp_server
from tests.support.browser import visit
from tests.support.streams import RATE, scene, units

#: What the camera asks for.
LOGIN = "anna:geheim"


def test_a_camera_in_the_network(page: Page, address: str, astronaut: RGB) -> None:
    if why := rtsp_server.missing():
        pytest.skip(why)
    visit(page, f"{address}/webcam?where=another")
    field = page.get_by_test_id("stTextInputField")
    with rtsp_server.serving(units(scene(astronaut, 4, 3)), RATE, login=LOGIN) as (_, port):
        field.fill(f"rtsp://{LOGIN}@127.0.0.1:{port}/camera")
        page.get_by_role("button", name="Watch", exact=True).click()
        expect(page.get_by_role("img", name="What the camera sees, with 1 face")).to_be_visible()
        expect(page.locator("strong", has_text=f"127.0.0.1:{port}/camera")).to_be_visible()
        expect(page.get_by_text("A computer labels faces here")).to_be_visible()
        # Once somebody has left there is a bar.
        bars = page.get_by_test_id("stPlotlyChart").locator(".bars path[d*=V]")
        expect(bars.first).to_be_attached()
        assert "geheim" not in page.content() and "anna" not in page.content()
    expect(page.get_by_text("Lost: ")).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("is no longer being watched")).to_be_visible()
    expect(field).to_have_value("")
    assert "geheim" not in page.content() and "anna" not in page.content()
