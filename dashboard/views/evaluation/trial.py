"""A threshold and a certainty to try: what moves with each, and what does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from dashboard.views.evaluation import drawing, tables
from dashboard.views.evaluation.tables import METRICS, View, number, short
from dashboard.widgets import output
from facespace.artifacts.scores import Scored
from facespace.charts import curves
from facespace.charts.curves import Point
from facespace.metrics.curves import precision_recall
from facespace.metrics.intervals import Interval
from facespace.metrics.operating_point import OperatingPoint, confusion, from_confusion
from facespace.metrics.thresholds import at_point, at_threshold

#: What follows the threshold, besides the confusion, and what does not.
MOVED = (
    *("recall_female", "recall_male", "precision_female", "precision_male"),
    *("balanced_accuracy", "accuracy", "f1", "kappa"),
)
FIXED = ("auc", "average_precision", "brier", "ece")


@dataclass(frozen=True, slots=True)
class Trial:
    """A number of a model that a slider, its address or a click on a curve tries out.

    ``key``: of the slider. ``own``: the model's; the slider shows it rounded to so many
    ``digits``, and where it stands there the model's own counts. ``ends``: of the slider.
    ``percent``: whether a share is shown as a percentage.
    """

    key: str
    own: float
    digits: int
    ends: tuple[float, float]
    percent: bool = False

    @property
    def first(self) -> float:
        """Where the slider stands at first."""
        low, high = self.ends
        return min(max(round(self.own, self.digits), low), high)

    def slider(self, label: str, words: str) -> float:
        """Draw the slider and the way back; return the number tried."""
        left, right = st.columns([3, 1], vertical_alignment="bottom")
        tried = left.slider(
            label,
            *(*self.ends, self.first, 10**-self.digits),
            format="percent" if self.percent else f"%.{self.digits}f",
            help=words,
            key=self.key,
            bind="query-params",
            persist_state="session",
        )
        right.button(
            f"Back to {self.first:.0%}"
            if self.percent
            else f"Back to {self.first:.{self.digits}f}",
            help="The model’s own",
            on_click=self.set,
            args=(self.first,),
            disabled=tried == self.first,
            icon=":material/undo:",
            key=f"{self.key}_back",
            width="stretch",
        )
        return self.own if tried == self.first else float(tried)

    def set(self, value: float) -> None:
        """Move the slider, before the page runs again."""
        low, high = self.ends
        st.session_state[self.key] = round(min(max(value, low), high), self.digits)

    def draw(self, figure: go.Figure, words: str) -> None:
        """Draw a figure on whose strong curve a click moves the slider."""
        key = f"{self.key}_curve"

        def clicked() -> None:
            for point in st.session_state[key].selection.points:
                given = point.get("customdata")
                value = given[0] if isinstance(given, list | tuple) else given
                if value is not None:
                    self.set(float(value))

        output.draw(figure, words, key=key, on_select=clicked, selection_mode="points")


@st.fragment
def ranking(view: View) -> None:
    """ROC and confusion at a threshold that a slider or a click on the curve moves."""
    if (scores := _scores(view)) is None:
        return
    own = view.info.threshold
    trial = Trial(f"{view.name}_try_threshold", own, 3, (0.0, 1.0))
    threshold = trial.slider(
        "Threshold: predicted female from this probability on",
        "Tried on this page alone: everywhere else the model keeps its own.",
    )
    female, probability = scores.female, scores.probability[view.name]
    metrics: Mapping[str, Interval] = at_threshold(female, probability, threshold, scores.persons)
    if threshold == own:
        metrics = view.as_reported(metrics)
    matrix = confusion(female, probability, threshold)
    st.markdown(f"#### {tables.of_thousand(matrix)}")
    at = {name: view.manifest.models[name].threshold for name in view.reports}
    at[view.name] = threshold
    left, right = st.columns(2)
    with left:
        _roc(view, at, metrics, trial)
    with right:
        drawing.confusion(matrix)
    drawing.metrics(MOVED, metrics)
    st.caption(
        "All of these follow the threshold; below each its 95 % interval. Diamonds mark the "
        "threshold; hollow ones are where the other models are set."
    )
    left, right = st.columns(2)
    with left:
        _precision_recall(view, scores, at, metrics)
    with right:
        drawing.scores(view, threshold, view.info.certainty)
    with st.container(border=True):
        st.markdown("**The threshold cannot change these:** they count every threshold, or none.")
        drawing.metrics(FIXED, view.figures.metrics)


def _scores(view: View) -> Scored | None:
    """The scores of the test set; None where there are none, which is said."""
    if view.scores is None:
        st.info("The scores beside the report are missing.", icon=":material/block:")
    return view.scores


def _roc(
    view: View, at: Mapping[str, float], metrics: Mapping[str, Interval], trial: Trial
) -> None:
    """The ROC with where each model is: the one looked at as tried, the others as they are set."""
    st.subheader("ROC")
    points = {
        short(name): Point(cells["recall_male"].complement, cells["recall_female"], at[name])
        for name, cells in view.metrics(metrics).items()
    }
    lines = {short(name): entry.roc[view.test] for name, entry in view.reports.items()}
    own = short(view.name)
    trial.draw(
        curves.roc(lines, own, points),
        f"ROC curves; areas: {_areas(view, 'auc')}. {own} at a threshold of {at[view.name]:.3f} "
        f"finds {points[own].y.value:.1%} of those labelled female and takes "
        f"{points[own].x.value:.1%} of those labelled male for female",
    )
    st.caption("A click on the strong curve moves the threshold. The cross is its interval.")


def _precision_recall(
    view: View, scores: Scored, at: Mapping[str, float], metrics: Mapping[str, Interval]
) -> None:
    st.subheader("Precision and recall of female")
    female = scores.female
    lines, points = {}, {}
    for name in view.reports:
        probability = scores.probability[name]
        counted = from_confusion(np.array(confusion(female, probability, at[name])))
        recall, precision = (
            Interval.of(float(counted[f"{metric}_female"])) for metric in ("recall", "precision")
        )
        lines[short(name)] = precision_recall(female, probability)
        points[short(name)] = Point(recall, precision, at[name])
    spoken = ", ".join(
        f"{METRICS[key][0].lower()} {number(key, metrics[key].value)}"
        for key in ("precision_female", "recall_female")
    )
    output.draw(
        curves.precision_recall(lines, short(view.name), points, float(female.mean())),
        f"Precision-recall curves; average precisions: {_areas(view, 'average_precision')}. "
        f"At the threshold: {spoken}",
    )


def _areas(view: View, metric: str) -> str:
    return drawing.areas(view.metrics(view.figures.metrics), metric)


@st.fragment
def certainty(view: View) -> None:
    """Risk and coverage at a certainty that a slider or a click moves, and calibration."""
    if (scores := _scores(view)) is None:
        return
    own = view.info.certainty
    trial = Trial(f"{view.name}_try_certainty", own, 2, (0.5, 0.99))
    asked = trial.slider(
        "Certainty needed for an answer",
        "The least probability of the likelier class; below it the verdict is “?”. Tried on this "
        "page alone.",
    )
    point = OperatingPoint(view.info.threshold, asked)
    probability = scores.probability[view.name]
    metrics: Mapping[str, Interval] = at_point(scores.female, probability, point, scores.persons)
    if asked == own:
        metrics = view.as_reported(metrics)
    st.markdown(f"#### {tables.answered_of_thousand(metrics)}")
    drawing.metrics(("coverage", "risk"), metrics)
    at = {name: view.manifest.models[name].certainty for name in view.reports}
    at[view.name] = asked
    left, right = st.columns(2)
    with left:
        lines = {short(name): one.risk_coverage[view.test] for name, one in view.reports.items()}
        points = {
            short(name): Point(cells["coverage"], cells["risk"], at[name])
            for name, cells in view.metrics(metrics).items()
        }
        trial.draw(*drawing.risk_coverage(lines, short(view.name), points))
        st.caption(
            "The most certain faces are answered first. A click on the strong curve moves the "
            "certainty; hollow diamonds are where the other models are set."
        )
    with right:
        drawing.scores(view, view.info.threshold, asked)
    with st.container(border=True):
        st.markdown("**The certainty cannot change this:** calibration counts every face.")
        left, right = st.columns([2, 1])
        bins = view.entry.reliability[view.test]
        with left:
            drawing.calibration(bins)
        with right:
            drawing.metrics(("ece", "brier"), view.figures.metrics)
            st.caption(
                f"Bins of about {bins.faces[0]:,} faces each. Above the line the model says "
                "“female” less often than it should, below it more often."
            )
