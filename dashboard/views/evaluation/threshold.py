"""ROC and confusion, and a threshold to try: what moves with it, and what does not."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import streamlit as st

from dashboard.views.evaluation import drawing, tables
from dashboard.views.evaluation.drawing import Trial
from dashboard.views.evaluation.tables import METRICS, View, number, short
from dashboard.widgets import output
from facespace.charts import curves
from facespace.charts.curves import Point
from facespace.metrics.curves import precision_recall
from facespace.metrics.intervals import Interval
from facespace.metrics.operating_point import confusion, from_confusion
from facespace.metrics.thresholds import at_threshold

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
        "Threshold: predicted female from this probability on",
        "Tried on this page alone: everywhere else the model keeps its own.",
    )
    metrics: Mapping[str, Interval] = at_threshold(female, probability, threshold, scores.persons)
    if threshold == view.info.threshold:
        metrics = view.as_reported(metrics)
    matrix = confusion(female, probability, threshold)
    st.markdown(f"#### {tables.of_thousand(matrix)}")
    left, right = st.columns(2)
    with left:
        _roc(view, threshold, metrics, trial)
    with right:
        drawing.confusion(matrix)
    drawing.metrics(MOVED, metrics)
    st.caption(
        "All of these follow the threshold; below each its 95 % interval. Diamonds mark the "
        "threshold; hollow ones are where the other models are set."
    )
    left, right = st.columns(2)
    with left:
        _precision_recall(view, threshold, metrics)
    with right:
        st.subheader("The scores")
        drawing.scores(view, threshold, view.info.certainty)
    with st.container(border=True):
        st.markdown("**The threshold cannot change these:** they count every threshold, or none.")
        drawing.metrics(FIXED, view.figures.metrics)


def _roc(view: View, threshold: float, metrics: Mapping[str, Interval], trial: Trial) -> None:
    """The ROC with where each model is: the one looked at as tried, the others as they are set."""
    st.subheader("ROC")
    of_models = view.metrics(metrics)
    points = {
        short(name): Point(cells["recall_male"].complement, cells["recall_female"], at)
        for name, cells in of_models.items()
        for at in [_threshold(view, name, threshold)]
    }
    lines = {short(name): entry.roc[view.test] for name, entry in view.reports.items()}
    own = short(view.name)
    drawing.clickable(
        curves.roc(lines, own, points),
        f"ROC curves; areas: {_areas(view, 'auc')}. {own} at a threshold of {threshold:.3f} finds "
        f"{points[own].y.value:.1%} of those labelled female and takes {points[own].x.value:.1%} "
        "of those labelled male for female",
        trial,
    )
    st.caption("A click on the strong curve moves the threshold. The cross is its interval.")


def _precision_recall(view: View, threshold: float, metrics: Mapping[str, Interval]) -> None:
    assert view.scores is not None
    st.subheader("Precision and recall of female")
    female = view.scores.female
    lines, points = {}, {}
    for name in view.reports:
        probability, at = view.scores.probability[name], _threshold(view, name, threshold)
        counted = from_confusion(np.array(confusion(female, probability, at)))
        recall, precision = (
            Interval.of(float(counted[f"{metric}_female"])) for metric in ("recall", "precision")
        )
        lines[short(name)] = precision_recall(female, probability)
        points[short(name)] = Point(recall, precision, at)
    spoken = ", ".join(
        f"{METRICS[key][0].lower()} {number(key, metrics[key].value)}"
        for key in ("precision_female", "recall_female")
    )
    output.draw(
        curves.precision_recall(lines, short(view.name), points, float(female.mean())),
        f"Precision-recall curves; average precisions: {_areas(view, 'average_precision')}. "
        f"At the threshold: {spoken}",
    )


def _threshold(view: View, name: str, tried: float) -> float:
    return tried if name == view.name else view.manifest.models[name].threshold


def _areas(view: View, metric: str) -> str:
    return drawing.areas(view.metrics(view.figures.metrics), metric)
