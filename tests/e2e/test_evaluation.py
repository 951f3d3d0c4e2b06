"""The threshold of Evaluation, moved by the keyboard and by a click on the curve."""

from __future__ import annotations

import re
import time

from playwright.sync_api import Error, Locator, Page, expect

from facespace.artifacts.manifest import load_manifest
from facespace.artifacts.scores import scored
from tests.support.browser import SECONDS, visit
from tests.support.present import present

MANIFEST = load_manifest()
DEFAULT = MANIFEST.default
FACES = scored(MANIFEST)["fairface"]

#: Where on the page a point of the strong curve of a figure lies, and its rates.
POINT = """
(chart, share) => {
  const figure = chart.querySelector('.js-plotly-plot');
  const curve = figure._fullData.find(trace => trace.mode === 'lines+markers');
  const at = Math.round(share * (curve.x.length - 1));
  const {xaxis, yaxis} = figure._fullLayout;
  const box = figure.getBoundingClientRect();
  return {
    x: box.left + xaxis._offset + xaxis.l2p(curve.x[at]),
    y: box.top + yaxis._offset + yaxis.l2p(curve.y[at]),
    fpr: curve.x[at],
    tpr: curve.y[at],
  };
}
"""

#: The rates at which a figure's filled diamond stands.
MARK = """
chart => {
  const traces = chart?.querySelector('.js-plotly-plot')?._fullData ?? [];
  const mark = traces.find(trace => trace.meta && trace.showlegend);
  return mark ? [mark.x[0], mark.y[0]] : [NaN, NaN];
}
"""


def sentence(threshold: float) -> str:
    read = FACES.probability[DEFAULT] >= threshold
    women = round(1000 * read[FACES.female].mean())
    men = round(1000 * (~read[~FACES.female]).mean())
    return (
        f"Of 1,000 faces labelled female, {women:,} are predicted so, {1000 - women:,} male; "
        f"of 1,000 labelled male, {men:,} are predicted so"
    )


def opened(page: Page, address: str, query: str = "") -> None:
    visit(page, f"{address}/evaluation{query}")
    # The last figure of the part, so that nothing below the first ones moves them any more.
    expect(page.get_by_test_id("stPlotlyChart").nth(5).locator(".main-svg").first).to_be_visible()


def clicked(page: Page, chart: Locator, share: float) -> dict[str, float]:
    """Click on a point of the strong curve until the page hears it; return the point's rates.

    With each new figure Streamlit mounts a new one: a click in that moment is lost.
    """
    before, deadline = page.url, time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        try:
            page.wait_for_timeout(1500)
            point: dict[str, float] = chart.evaluate(POINT, share)
            page.mouse.move(point["x"] + 40, point["y"] + 40)
            page.mouse.move(point["x"], point["y"])
            chart.locator(".hovertext").first.wait_for(timeout=2000)
            page.wait_for_timeout(1500)  # Plotly hears a click only where it has settled
            page.mouse.click(point["x"], point["y"])
            page.wait_for_function("before => location.href != before", arg=before, timeout=4000)
            return point
        except Error:
            continue
    raise AssertionError("no click on the curve was heard")


def test_the_keyboard_moves_the_threshold(page: Page, address: str) -> None:
    opened(page, address)
    own = MANIFEST.models[DEFAULT].threshold
    expect(page.get_by_text(sentence(own))).to_be_visible()
    slider = page.get_by_role("slider", name="Threshold")
    slider.focus()
    slider.press("Home")
    slider.press("ArrowRight")
    expect(page.get_by_text(sentence(0.001))).to_be_visible()
    page.wait_for_url(re.compile(f"{DEFAULT}_try_threshold=0.001"))
    page.get_by_role("button", name=f"Back to {own:.3f}").click()
    expect(page.get_by_text(sentence(own))).to_be_visible()
    expect(slider).to_have_value(f"{round(own, 3):g}")
    page.wait_for_url(re.compile(r"evaluation[^=]*$"))


def test_a_click_on_the_roc_moves_the_point(page: Page, address: str) -> None:
    opened(page, address)
    chart = page.get_by_test_id("stPlotlyChart").nth(2)
    chart.scroll_into_view_if_needed()
    slider = page.get_by_role("slider", name="Threshold")
    # Away from the diamond, which would take the click for its own.
    for share in (0.6, 0.35):  # two clicks: the first must not keep the second from counting
        point = clicked(page, chart, share)
        threshold = float(present(re.search(rf"{DEFAULT}_try_threshold=([\d.]+)", page.url))[1])
        expect(page.get_by_text(sentence(threshold))).to_be_visible()
        expect(slider).to_have_value(f"{threshold:g}")
        read = FACES.probability[DEFAULT] >= threshold
        rates = [float(read[side].mean()) for side in (~FACES.female, FACES.female)]
        page.wait_for_function(
            "rates => {"
            "const charts = document.querySelectorAll('[data-testid=stPlotlyChart]');"
            f"return ({MARK})(charts[2]).every((r, i) => Math.abs(r - rates[i]) < 1e-9)"
            "}",
            arg=rates,
        )
        # Plotly takes a point of the curve within three pixels of the click.
        assert abs(rates[0] - point["fpr"]) < 0.03
        assert abs(rates[1] - point["tpr"]) < 0.03


def test_a_shared_link_opens_at_its_threshold(page: Page, address: str) -> None:
    opened(page, address, f"?{DEFAULT}_try_threshold=0.9")
    expect(page.get_by_text(sentence(0.9))).to_be_visible()
