"""Every figure holds the numbers it was given."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from facespace.artifacts.chance import Term
from facespace.artifacts.report import Classifier, Tried
from facespace.charts import chance, curves, fairness, model_selection
from facespace.charts import evaluation as charts
from facespace.charts.curves import Point
from facespace.metrics.curves import Histogram, PrecisionRecall, Reliability, RiskCoverage, Roc
from facespace.metrics.fairness import EqualisedGroup
from facespace.metrics.groups import Group
from facespace.metrics.intervals import Interval
from tests.support.figures import trace

CURVE = Roc(fpr=(0, 0.2, 1), tpr=(0, 0.7, 1), threshold=(1, 0.6, 0))
OTHER = Roc(fpr=(0, 0.4, 1), tpr=(0, 0.5, 1), threshold=(1, 0.5, 0))


def interval(value: float) -> Interval:
    return Interval(value, value - 0.1, value + 0.05)


def point(x: float, y: float, at: float | None = None) -> Point:
    return Point(Interval.of(x), Interval.of(y), at)


POINTS = {
    "One": point(0.2, 0.7, 0.61),
    "Other": point(0.4, 0.5, 0.5),
}
RISKS = RiskCoverage(coverage=(0.5, 1), risk=(0.02, 0.1), certainty=(0.9, 0.5))


def points(figure: go.Figure) -> dict[str, tuple[float, float]]:
    """The operating points of a figure, by model."""
    return {each.meta: (each.x[0], each.y[0]) for each in figure.data if each.meta}


def test_roc_lets_the_chosen_curve_stand_out() -> None:
    figure = curves.roc({"One": CURVE, "Other": OTHER}, "One", POINTS)
    assert list(trace(figure, "One").y) == list(CURVE.tpr)
    assert list(trace(figure, "Other").customdata) == list(OTHER.threshold)
    assert trace(figure, "One").line.dash is None
    assert trace(figure, "Other").line.dash is not None
    assert points(figure) == {"One": (0.2, 0.7), "Other": (0.4, 0.5)}
    assert trace(figure, "threshold 0.610").marker.symbol == "diamond"
    assert trace(figure, "threshold 0.500").marker.symbol == "diamond-open"


@pytest.mark.parametrize(("draw", "curve"), [(curves.roc, CURVE), (curves.risk_coverage, RISKS)])
def test_curves_of_many_models_are_all_drawn(draw: Any, curve: Any) -> None:
    table = {f"model {i}": curve for i in range(6)}
    figure = draw(table, "model 2", {})
    assert {each.name for each in figure.data} >= set(table)
    dashes = {each.line.dash for each in figure.data if each.name in table}
    assert len(dashes) >= 4


@pytest.mark.parametrize(("risk", "marked"), [(0.03, {"One", "Other"}), (math.nan, {"Other"})])
def test_risk_coverage_marks_the_operating_points(risk: float, marked: set[str]) -> None:
    settings = {"One": point(0.6, risk), "Other": point(0.7, 0.05)}
    figure = curves.risk_coverage({"One": RISKS, "Other": RISKS}, "One", settings)
    assert list(trace(figure, "One").x) == list(RISKS.coverage)
    assert list(trace(figure, "One").customdata) == list(RISKS.certainty)
    assert set(points(figure)) == marked
    assert points(figure)["Other"] == (0.7, 0.05)


def test_reliability() -> None:
    bins = Reliability(predicted=(0.1, 0.9), observed=(0.2, 0.8), faces=(50, 51))
    measured = trace(curves.reliability(bins), "measured")
    assert list(measured.x) == list(bins.predicted)
    assert list(measured.y) == list(bins.observed)
    assert list(measured.customdata) == list(bins.faces)


NOTHING = Interval.of(math.nan)


def group(faces: int, risk: Interval, accuracy: float = 0.8) -> Group:
    metrics = {"accuracy": interval(accuracy), "coverage": interval(0.5), "risk": risk}
    return Group(faces, metrics)


GROUPS = {
    "large": group(100, interval(0.2)),
    "very_small": group(9, interval(0.4)),
    "empty": group(3, NOTHING),
}


def test_groups_are_hollow_where_small_and_left_out_where_unknown() -> None:
    figure = fairness.groups(GROUPS, "risk", "Wrong answers", 30, 0.25)
    large, small = trace(figure, "30 faces or more"), trace(figure, "fewer than 30 faces")
    assert (list(large.x), list(large.y)) == ([0.2], ["large (100)"])
    assert (list(small.x), list(small.y)) == ([0.4], ["very small (9)"])
    assert large.marker.symbol != small.marker.symbol
    np.testing.assert_allclose(large.error_x.array, 0.05)
    np.testing.assert_allclose(large.error_x.arrayminus, 0.1)
    assert "100 faces" in large.customdata[0]
    assert "answered 50.0% (40.0% to 55.0%)" in large.customdata[0]
    assert set(trace(figure, "all faces: 25.0%").x) == {0.25}
    assert list(figure.layout.yaxis.categoryarray) == ["large (100)", "very small (9)"]


def test_groups_say_where_a_figure_is_missing() -> None:
    figure = fairness.groups(GROUPS, "accuracy", "Accuracy", 30, None)
    small = trace(figure, "fewer than 30 faces")
    assert small.customdata[1].endswith("wrong answers –")
    assert len(figure.data) == 2


def test_groups_none_of_which_is_answered() -> None:
    assert not fairness.groups({"empty": GROUPS["empty"]}, "risk", "Wrong", 30, 0.2).data


def test_shares_sum_to_one() -> None:
    row = {"right": 0.7, "unsure": 0.2, "wrong": 0.04, "missed": 0.06}
    figure = charts.shares({"YuNet": {name: interval(value) for name, value in row.items()}})
    assert [each.x[0] for each in figure.data] == list(row.values())
    assert sum(each.x[0] for each in figure.data) == pytest.approx(1)
    assert [each.name for each in figure.data][:2] == ["predicted as labelled", "“?”"]
    assert figure.data[0].customdata[0] == "70.0% (60.0% to 75.0%)"
    looks = {(each.marker.color, each.marker.pattern.shape) for each in figure.data}
    assert len(looks) == len(row)


def test_intervals_of_models() -> None:
    table: dict[str, dict[str, Any]] = {
        name: {"auc": interval(value)} for name, value in (("a", 0.8), ("b", 0.9))
    }
    table["unknown"] = {"auc": NOTHING}
    figure = charts.intervals(table, {"auc": "AUC"})
    (drawn,) = figure.data
    assert (list(drawn.x)[:2], list(drawn.y)) == ([0.8, 0.9], ["a", "b", "unknown"])
    assert math.isnan(drawn.x[2])
    np.testing.assert_allclose(drawn.error_x.arrayminus[:2], 0.1)
    low, high = figure.layout.xaxis.range
    assert low < 0.5
    assert high > 0.95


def test_classifiers() -> None:
    table = [Classifier(n, 0.7, 0.01, 0.8, 0.02, 1.0, 2.0, 3e6) for n in ("RBF SVM", "Majority")]
    (drawn,) = model_selection.classifiers(table, "RBF SVM").data
    assert drawn.marker.color[0] != drawn.marker.color[1]
    assert drawn.marker.symbol[0] != drawn.marker.symbol[1]
    assert list(drawn.x) == [0.7, 0.7]
    assert list(drawn.error_x.array) == [0.01, 0.01]
    assert list(drawn.customdata[1]) == [0.01, 0.8, 0.02]


def test_confusion_has_counts_and_shares() -> None:
    figure = charts.confusion(((30, 10), (0, 1200)))
    assert figure.data[0].z.tolist() == [[0.75, 0.25], [0, 1]]
    words = [note.text for note in figure.layout.annotations]
    assert words[0] == "<b>30</b><br>75.0%"
    assert words[3] == "<b>1,200</b><br>100.0%"


@pytest.mark.parametrize(("components", "stars"), [(75, 0), (150, 1)])
def test_search_stars_the_best_alone(components: int, stars: int) -> None:
    keys = [(k, c, g) for k in (75, 150) for c in (1.0, 3.0) for g in (0.5, 2.0)]
    table = [
        Tried(components=k, C=c, gamma=g, auc=0.7 + i / 100, auc_sd=i / 1000)
        for i, (k, c, g) in enumerate(keys)
    ]
    best = Tried(components=150, C=3.0, gamma=2.0)
    (drawn,) = model_selection.search(table, components, best).data
    own = [each for each in table if each.components == components]
    rows = [[own[0].auc, own[2].auc], [own[1].auc, own[3].auc]]
    assert [list(row) for row in drawn.z] == rows
    assert drawn.customdata[1][0] == own[1].auc_sd
    assert (drawn.zmin, drawn.zmax) == (0.7, 0.7 + 7 / 100)
    assert sum("★" in word for row in drawn.text for word in row) == stars
    assert bool(stars) is ("★" in drawn.text[1][1])


def test_lines_of_models_are_told_apart_without_colour() -> None:
    table = {"One": ([500, 16000], [0.8, 0.9]), "Other": ([500], [0.7])}
    figure = model_selection.lines(table, "One", "photos", "AUC", logarithmic=True)
    one, other = trace(figure, "One"), trace(figure, "Other")
    assert (list(one.x), list(one.y)) == ([500, 16000], [0.8, 0.9])
    assert (one.line.dash, one.marker.symbol) != (other.line.dash, other.marker.symbol)
    assert figure.layout.xaxis.type == "log"
    assert list(figure.layout.xaxis.ticktext) == ["500", "16,000"]
    assert not figure.layout.shapes


def test_logarithmic_ticks_stand_apart() -> None:
    figure = model_selection.lines(
        {"One": ([100, 125, 150], [0.8, 0.9, 0.9])}, "One", "n", "AUC", True
    )
    assert list(figure.layout.xaxis.tickvals) == [100, 150]


def test_a_term_is_drawn_as_a_factor_in_the_unit_of_its_measure() -> None:
    """A face of 16 pixels multiplies the odds by e squared, one of 64 by nothing."""
    figure = chance.term("size", Term((4.0, 6.0), (2.0, 0.0)), enough=1.0, most=3.0)
    (curve,) = figure.data
    assert list(curve.x) == [16, 64]
    assert list(curve.y) == pytest.approx([np.exp(2), 1])
    (line,) = figure.layout.shapes
    assert line.y0 == pytest.approx(np.exp(1))
    assert (figure.layout.xaxis.type, figure.layout.yaxis.type) == ("log", "log")
    assert figure.layout.yaxis.range[1] > np.log10(np.exp(3))
    plain = chance.term("yaw", Term((0.0, 0.1), (0.0, 1.0)), enough=9.0, most=3.0)
    assert (list(plain.data[0].x), plain.layout.xaxis.type) == ([0, 0.1], "linear")
    assert plain.layout.yaxis.range[1] > np.log10(np.exp(9))


def test_precision_recall_marks_the_threshold_and_chance() -> None:
    table = {"One": PrecisionRecall(recall=(0.1, 1), precision=(1, 0.4), threshold=(0.9, 0.1))}
    figure = curves.precision_recall(table, "One", {"One": point(0.6, 0.8, 0.5)}, 0.4)
    assert points(figure) == {"One": (0.6, 0.8)}
    assert list(trace(figure, "by chance").y) == [0.4, 0.4]
    assert list(trace(figure, "One").customdata) == [0.9, 0.1]


@pytest.mark.parametrize(("draw", "curve"), [(curves.roc, CURVE), (curves.risk_coverage, RISKS)])
def test_the_strong_curve_alone_can_be_clicked(draw: Any, curve: Any) -> None:
    figure = draw({"One": curve, "Other": curve}, "One", {})
    strong, other = trace(figure, "One"), trace(figure, "Other")
    assert strong.mode == "lines+markers"
    assert strong.marker.opacity == strong.unselected.marker.opacity == 0
    assert other.mode == "lines"


def test_points_have_their_intervals() -> None:
    known = Point(Interval(0.2, 0.1, 0.4), Interval(0.7, 0.6, 0.75), 0.61)
    figure = curves.roc({"One": CURVE}, "One", {"One": known})
    mark = trace(figure, "threshold 0.610")
    np.testing.assert_allclose(mark.error_y.array, [0.05])
    np.testing.assert_allclose(mark.error_x.arrayminus, [0.1])


@pytest.mark.parametrize("band", [None, (0.2, 0.8)])
def test_histogram_has_female_up_and_male_down(band: tuple[float, float] | None) -> None:
    counts = Histogram(edges=(0, 0.5, 1), female=(2, 30), male=(1200, 4))
    figure = curves.histogram(counts, 0.45, band)
    assert list(trace(figure, "labelled female").y) == [2, 30]
    assert list(trace(figure, "labelled male").y) == [-1200, -4]
    shapes = {shape.type: (shape.x0, shape.x1) for shape in figure.layout.shapes}
    assert shapes == {"line": (0.45, 0.45)} | ({} if band is None else {"rect": band})
    assert "1,000" in figure.layout.yaxis.ticktext
    assert not any("-" in word for word in figure.layout.yaxis.ticktext)


def test_across_has_every_model_on_every_set() -> None:
    table = {"One": {"a": interval(0.9), "b": interval(0.8)}, "Other": {"a": interval(0.7)}}
    figure = charts.across(table, "One", "AUC", False)
    assert list(trace(figure, "One").x) == [0.9, 0.8]
    assert list(trace(figure, "Other").y) == ["a"]
    assert trace(figure, "One").marker.color != trace(figure, "Other").marker.color
    low, high = figure.layout.xaxis.range
    assert low < 0.6
    assert high > 0.95


def test_crossings_colour_large_groups_and_show_all() -> None:
    table = {
        "3-9, a_b": group(100, interval(0.1)),
        "10-19, a_b": group(9, interval(0.1), 0.2),
        "3-9, c": group(40, interval(0.1), 0.6),
    }
    small, large = fairness.crossing(table, "accuracy", "Accuracy", 30).data
    assert list(large.y) == ["3-9", "10-19"]
    assert list(large.x) == ["a b", "c"]
    assert [list(line) for line in large.z] == [[0.8, 0.6], [None, None]]
    assert "20%" in small.text[1][0]
    assert small.text[1][1] == large.text[1][1] == ""
    assert (large.zmin, large.zmax) == (0.6, 0.8)
    assert "100 faces" in large.customdata[0][0]


def test_thresholds_join_before_and_after() -> None:
    before, after = ({"recall_female": x, "recall_male": 0.9} for x in (0.6, 0.7))
    table = {"a_b": EqualisedGroup(50, before, after)}
    female = trace(fairness.thresholds(table), "labelled female")
    assert list(female.x) == [0.6, 0.7, None]
    assert set(female.y) == {"a b (50)"}
    assert female.marker.symbol[0].endswith("open")
    assert not female.marker.symbol[1].endswith("open")
