"""ROC and confusion, and a threshold to try: what moves with it, and what does not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import streamlit as st

from dashboard.views.evaluation import drawing, tables
from dashboard.views.evaluation.drawing import Trial
from dashboard.views.evaluation.tables import METRICS, Interval, View, number, short
from dashboard.widgets import output
from facespace.charts import curves
from facespace.charts import evaluation as charts
from facespace.metrics import thresholds
from facespace.metrics.curves import precision_recall
from facespace.metrics.operating_point import confusion, from_confusion

#: What follows the threshold, besides the confusion, and what does not.
MOVED = (
    *("recall_female", "recall_male", "precision_female", "precision_male"),
    *("balanced_accuracy", "accuracy", "f1", "kappa"),
)
FIXED = ("auc", "average_precision", "brier", "ece")


@st.fragment
def ranking(view: View) -> None:
    """ROC and confusion at a threshold that a slider or a click on the curve moves."""
    scores = view.scores
    if scores is None:
        st.info("The scores beside the report are missing.", icon=":material/block:")
        return
    female, probability = scores.female, scores.probability[view.name]
    trial = Trial(f"{view.name}_try_threshold", view.info.threshold, 3, (0.0, 1.0), "threshold")
    threshold = trial.slider(
        "Threshold: reads as female from this probability on",
        "Tried on this page alone: everywhere else the model keeps its own.",
    )
    found: Mapping[str, Interval] = thresholds.at_threshold(
        female, probability, threshold, scores.persons
    )
    if threshold == view.info.threshold:
        found = view.as_reported(found)
    matrix = confusion(female, probability, threshold)
    st.markdown(f"#### {tables.of_thousand(matrix)}")
    left, right = st.columns(2)
    with left:
        st.subheader("ROC")
        points = _points(view, threshold, found)
        drawing.clickable(
            curves.roc(view.curves("roc"), short(view.name), points),
            f"ROC curves; areas: {_areas(view, 'auc')}. {short(view.name)} at a threshold of "
            f"{threshold:.3f} finds {points[short(view.name)]['tpr']:.1%} of those labelled female "
            f"and takes {points[short(view.name)]['fpr']:.1%} of those labelled male for female",
            trial,
        )
        st.caption("A click on the strong curve moves the threshold. The cross is its interval.")
    with right:
        st.subheader("Confusion, without “?”")
        output.draw(
            charts.confusion(matrix),
            f"Labelled female: {matrix[0][0]} read as female, {matrix[0][1]} as male. "
            f"Labelled male: {matrix[1][0]} read as female, {matrix[1][1]} as male.",
        )
    drawing.metrics(MOVED, found)
    st.caption(
        "All of these follow the threshold; below each its 95 % interval. Diamonds mark the "
        "threshold; hollow ones are where the other models are set."
    )
    left, right = st.columns(2)
    with left:
        st.subheader("Precision and recall of female")
        output.draw(_precision_recall(view, threshold, found), _spoken(view, found))
    with right:
        st.subheader("The scores")
        drawing.scores(view, threshold, view.info.certainty)
    with st.container(border=True):
        st.markdown("**The threshold cannot change these:** they count every threshold, or none.")
        drawing.metrics(FIXED, view.figures)


def _points(
    view: View, threshold: float, found: Mapping[str, Interval]
) -> dict[str, dict[str, Any]]:
    """Where each model is on the ROC: the one looked at as tried, the others as they are set."""
    points = {}
    for name, entry in view.reports.items():
        cells = found if name == view.name else entry["tests"][view.test]
        tpr, male = cells["recall_female"], cells["recall_male"]
        fpr = tables.complement(male)
        points[short(name)] = {
            "tpr": tpr["value"],
            "fpr": fpr["value"],
            "threshold": threshold if name == view.name else view.manifest.models[name].threshold,
            "intervals": {"tpr": tpr, "fpr": fpr},
        }
    return points


def _precision_recall(view: View, threshold: float, found: Mapping[str, Interval]) -> Any:
    assert view.scores is not None
    female = view.scores.female
    lines, points = {}, {}
    for name in view.reports:
        probability, own = view.scores.probability[name], view.manifest.models[name].threshold
        lines[short(name)] = precision_recall(female, probability)
        cells: Mapping[str, Any] = found
        if name != view.name:
            matrix = confusion(female, probability, own)
            read = from_confusion(np.array(matrix))
            cells = {key: {"value": float(value)} for key, value in read.items()}
        points[short(name)] = {
            "recall": cells["recall_female"]["value"],
            "precision": cells["precision_female"]["value"],
            "threshold": threshold if name == view.name else own,
        }
    return curves.precision_recall(lines, short(view.name), points, float(female.mean()))


def _spoken(view: View, found: Mapping[str, Interval]) -> str:
    shown = ", ".join(
        f"{METRICS[key][0].lower()} {number(key, found[key]['value'])}"
        for key in ("precision_female", "recall_female")
    )
    return (
        f"Precision-recall curves; average precisions: {_areas(view, 'average_precision')}. "
        f"At the threshold: {shown}"
    )


def _areas(view: View, metric: str) -> str:
    return ", ".join(
        f"{short(name)} {number(metric, entry['tests'][view.test][metric]['value'])}"
        for name, entry in view.reports.items()
    )
