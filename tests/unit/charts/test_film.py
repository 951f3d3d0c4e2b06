"""Figures of a camera hold the numbers they were given."""

from __future__ import annotations

from datetime import datetime, timedelta

from facespace.charts.film import people
from tests.support.figures import trace

NOON = datetime(2026, 11, 30, 12, 0)


def test_people_are_stacked_by_verdict_minute_by_minute() -> None:
    starts = [NOON, NOON + timedelta(minutes=1)]
    counts = {"female": [2, 0], "male": [1, 3], "?": [0, 9]}
    figure = people(starts, counts)
    for label, values in counts.items():
        assert list(trace(figure, label).y) == values
        assert list(trace(figure, label).x) == starts
        assert label in trace(figure, label).hovertemplate
    assert figure.layout.barmode == "stack"
    assert figure.layout.yaxis.range[1] == 12
    first, last = figure.layout.xaxis.range
    assert last - first >= timedelta(minutes=9)  # one minute alone is no wall of colour
    assert first < starts[0] < starts[-1] < last


def test_nobody_yet() -> None:
    figure = people([NOON], {"female": [0], "male": [0], "?": [0]})
    assert figure.layout.yaxis.range[1] == 3
    assert people([], {"female": [], "male": [], "?": []}).layout.yaxis.range[1] == 3
