"""Every figure holds the numbers it was given."""

from __future__ import annotations

import numpy as np
import pytest

from facespace import charts

CURVE = {"fpr": [0, 0.2, 1], "tpr": [0, 0.7, 1], "threshold": [1, 0.6, 0]}
OTHER = {"fpr": [0, 0.4, 1], "tpr": [0, 0.5, 1], "threshold": [1, 0.5, 0]}


def interval(value: float) -> dict[str, float]:
    return {"value": value, "low": value - 0.1, "high": value + 0.05}


def trace(figure, name: str):
    (found,) = (each for each in figure.data if each.name == name)
    return found


def test_roc_lets_the_chosen_curve_stand_out() -> None:
    figure = charts.roc({"One": CURVE, "Other": OTHER}, "One", threshold=0.61)
    assert list(trace(figure, "One").y) == CURVE["tpr"]
    assert trace(figure, "One").line.dash is None
    assert trace(figure, "Other").line.dash is not None
    point = trace(figure, "threshold 0.61")
    assert (point.x[0], point.y[0]) == (0.2, 0.7)


def test_curves_of_many_models_are_all_drawn() -> None:
    curves = {f"model {i}": CURVE for i in range(6)}
    figure = charts.roc(curves, "model 2", 0.5)
    assert {each.name for each in figure.data} >= set(curves)


@pytest.mark.parametrize(("risk", "marked"), [(0.03, True), (None, False)])
def test_risk_coverage_marks_the_operating_point(risk, marked: bool) -> None:
    curve = {"coverage": [0.5, 1], "risk": [0.02, 0.1], "certainty": [0.9, 0.5]}
    figure = charts.risk_coverage({"One": curve}, "One", {"coverage": 0.6, "risk": risk})
    assert list(trace(figure, "One").x) == curve["coverage"]
    assert (len(figure.data) == 2) is marked


def test_reliability() -> None:
    bins = {"predicted": [0.1, 0.9], "observed": [0.2, 0.8], "faces": [50, 51]}
    measured = trace(charts.reliability(bins), "measured")
    assert list(measured.x) == bins["predicted"]
    assert list(measured.y) == bins["observed"]
    assert list(measured.customdata) == bins["faces"]


def test_groups_are_faint_where_small_and_left_out_where_unknown() -> None:
    nothing = dict.fromkeys(("value", "low", "high"))
    table = {
        "large": {"faces": 100, "risk": interval(0.2)},
        "small": {"faces": 9, "risk": interval(0.4)},
        "empty": {"faces": 3, "risk": nothing},
    }
    (drawn,) = charts.groups(table, "risk", "Wrong answers", 30).data
    assert list(drawn.y) == ["large (100)", "small (9)"]
    assert list(drawn.x) == [0.2, 0.4]
    assert drawn.marker.opacity[0] > drawn.marker.opacity[1]
    np.testing.assert_allclose(drawn.error_x.array, 0.05)
    np.testing.assert_allclose(drawn.error_x.arrayminus, 0.1)


def test_shares_sum_to_one() -> None:
    table = {"YuNet": {"right": 0.7, "unsure": 0.2, "wrong": 0.04, "missed": 0.06}}
    figure = charts.shares(table)
    assert sum(each.x[0] for each in figure.data) == pytest.approx(1)
    assert [each.name for each in figure.data][:2] == ["read as labelled", "“?”"]


def test_intervals_of_models() -> None:
    table = {name: {"auc": interval(value)} for name, value in (("a", 0.8), ("b", 0.9))}
    (drawn,) = charts.intervals(table, {"auc": "AUC"}).data
    assert (list(drawn.x), list(drawn.y)) == ([0.8, 0.9], ["a", "b"])


def test_classifiers() -> None:
    row = {"balanced_accuracy": 0.7, "balanced_accuracy_sd": 0.01, "auc": 0.8, "auc_sd": 0.01}
    (drawn,) = charts.classifiers([{"name": "RBF SVM", **row}, {"name": "Majority", **row}]).data
    assert drawn.marker.color[0] != drawn.marker.color[1]
    assert list(drawn.error_x.array) == [0.01, 0.01]


def test_a_logarithmic_axis_names_its_points() -> None:
    figure = charts.line([500, 16000], [0.8, 0.9], "photos", "AUC", logarithmic=True)
    assert figure.layout.xaxis.type == "log"
    assert list(figure.layout.xaxis.ticktext) == ["500", "16,000"]
