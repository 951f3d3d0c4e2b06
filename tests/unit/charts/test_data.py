"""The figures of a data set hold the numbers they were given."""

from __future__ import annotations

import numpy as np
import pytest

from facespace.artifacts.dataset_description import Detected, Distribution, Spread
from facespace.charts import data as charts
from facespace.metrics import intervals
from tests.support.figures import trace

TABLE = Distribution((0, 2, 4, 6), (5, 7, 1), *(0, 1, 2, 3, 4, 5, 6), female=(5, 2, 0))


def test_counts_have_shares() -> None:
    figure = charts.counts({"a": {"female": 30, "male": 10}, "b": {"male": 5}}, "group")
    assert list(trace(figure, "female").y) == [30, 0]
    assert list(trace(figure, "male").y) == [10, 5]
    assert list(trace(figure, "female").customdata) == [0.75, 0]


def test_crossing_tells_count_and_share() -> None:
    table = {"0-2": {"X": 1500, "Y": 0}, "3-9": {"X": 400, "Y": 100}}
    (drawn,) = charts.crossing(table, "age", "group").data
    assert drawn.z.tolist() == [[1500, 0], [400, 100]]
    assert drawn.text[0][0] == "1,500<br>75.0%"
    assert (list(drawn.x), list(drawn.y)) == (["X", "Y"], ["0-2", "3-9"])


def test_measure_stacks_labels_under_a_box() -> None:
    figure = charts.measure(TABLE, "pixels")
    assert list(trace(figure, "female").y) == [5, 2, 0]
    assert list(trace(figure, "male").y) == [0, 5, 1]
    assert list(trace(figure, "male").x) == [1, 3, 5]
    box = figure.data[0]
    found = [box[key][0] for key in ("lowerfence", "q1", "median", "q3", "upperfence")]
    assert found == [1, 2, 3, 4, 5]


def test_boxes_of_few_photos_are_pale() -> None:
    by = {"A": Spread(1200, 1, 2, 3, 4, 5), "B": Spread(29, 1, 2, 3.5, 4, 5)}
    figure = charts.boxes(by, "pixels")
    large, small = figure.data
    assert (list(large.y), list(small.y)) == (["A (1,200)"], ["B (29)"])
    assert large.marker.color != small.marker.color
    assert list(small.median) == [3.5]
    assert list(figure.layout.yaxis.categoryarray) == ["B (29)", "A (1,200)"]


def test_found_has_rates_and_intervals() -> None:
    groups = {"A": Detected(50, 40), "B": Detected(10, 10)}
    figure = charts.found({"YuNet": groups, "Haar": groups})
    one, other = figure.data
    assert list(one.x) == [0.8, 1.0]
    share = intervals.proportion(40, 50)
    low, high = share.low, share.high
    assert one.error_x.array[0] == pytest.approx(high - 0.8)
    assert one.error_x.arrayminus[0] == pytest.approx(0.8 - low)
    assert list(figure.layout.yaxis.ticktext) == ["A (50)", "B (10)"]
    assert (one.marker.symbol, one.marker.color) != (other.marker.symbol, other.marker.color)
    assert one.y[0] != other.y[0]


def test_difference_is_diverging_about_zero() -> None:
    (drawn,) = charts.difference(np.array([[-3.0, 1.0], [0.0, 2.0]]), "one", "other").data
    assert (drawn.zmin, drawn.zmax) == (-3, 3)
    assert drawn.z.tolist() == [[-3, 1], [0, 2]]
    assert "247" in dict(drawn.colorscale)[0.5]  # white
    assert charts.difference(np.zeros((2, 2)), "one", "one").data[0].zmax > 0


def test_nearest_marks_what_counts_as_alike() -> None:
    figure = charts.nearest([0, 2, 0, 5], {"alike": 1})
    assert list(figure.data[0].y) == [0, 2, 0, 5]
    assert figure.layout.shapes[0].x0 == 1.5
    assert figure.layout.yaxis.type == "log"
