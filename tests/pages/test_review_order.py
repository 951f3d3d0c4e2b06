"""What the page Review says of its order is what ``benchmarks/review.json`` says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dashboard.views.review import statistics
from facespace.charts import review as charts
from facespace.review.item import Candidate
from facespace.review.queue import Queue
from tests.support.pages import opened, text
from tests.support.reviewing import filled


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The dashboard runs on the user's own machine; the file of its queue."""
    monkeypatch.setenv("FACESPACE_PUBLIC", "0")
    monkeypatch.setenv("FACESPACE_REVIEWS", str(tmp_path / "review.db"))
    return tmp_path / "review.db"


def test_the_figure_behind_the_order_is_the_measured_one(own: Path, candidate: Candidate) -> None:
    filled(candidate, 1, own).close()
    told = json.loads(statistics.ORDERS_FILE.read_text("utf-8"))
    app = opened("review")
    assert not app.exception
    words = text(app)
    assert f"**{told['reviews_needed_over_random']:.0%}** of the reviews" in words
    assert f"left {told['error_random']:.1%} errors" in words
    (chart,) = app.get("plotly_chart")
    drawn = {line["name"]: line for line in json.loads(chart.proto.spec)["data"]}
    assert set(drawn) == set(statistics.ORDERS.values())
    for name, title in statistics.ORDERS.items():
        curve = statistics._curve(told, name)
        assert len(curve) == 21 and max(curve) == 2000
        assert curve[2000] == pytest.approx(told[f"error_{name}"], abs=1e-4)
        assert f"{title} {curve[0]:.1%} and {curve[2000]:.1%}" in chart.proto.alt


@pytest.mark.parametrize("content", [None, "no JSON"])
def test_without_the_figures_the_page_goes_on(
    content: str | None,
    own: Path,
    candidate: Candidate,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    filled(candidate, 1, own).close()
    file = tmp_path / "review.json"
    if content:
        file.write_text(content)
    monkeypatch.setattr(statistics, "ORDERS_FILE", file)
    app = opened("review")
    assert not app.exception and not app.get("plotly_chart")
    assert len(Queue(own).items()) == 1


def test_the_chosen_order_stands_out_and_its_numbers_are_there() -> None:
    figure = charts.orders({"a": {0: 0.4, 100: 0.3}, "b": {0: 0.4, 100: 0.2}}, "b")
    assert [line.name for line in figure.data] == ["a", "b"]
    assert list(figure.data[1].x) == [0, 100] and list(figure.data[1].y) == [0.4, 0.2]
    assert figure.data[1].line.width > figure.data[0].line.width
