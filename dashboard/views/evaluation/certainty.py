"""When to say "?": a certainty to try, risk over coverage, and calibration."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from dashboard.views.evaluation import drawing, tables
from dashboard.views.evaluation.drawing import Trial
from dashboard.views.evaluation.tables import View, short
from facespace.charts.curves import Point
from facespace.metrics.intervals import Interval
from facespace.metrics.operating_point import OperatingPoint
from facespace.metrics.thresholds import at_point


@st.fragment
def certainty(view: View) -> None:
    """Risk and coverage at a certainty that a slider or a click moves, and calibration."""
    scores = view.scores
    if scores is None:
        st.info("The scores beside the report are missing.", icon=":material/block:")
        return
    trial = Trial(f"{view.name}_try_certainty", view.info.certainty, 2, (0.5, 0.99), "certainty")
    asked = trial.slider(
        "Certainty needed for an answer",
        "The least probability of the likelier class; below it the verdict is “?”. Tried on this "
        "page alone.",
    )
    point = OperatingPoint(view.info.threshold, asked)
    metrics: Mapping[str, Interval] = at_point(
        scores.female, scores.probability[view.name], point, scores.persons
    )
    if asked == view.info.certainty:
        metrics = view.as_reported(metrics)
    st.markdown(f"#### {tables.answered_of_thousand(metrics)}")
    drawing.metrics(("coverage", "risk"), metrics)
    left, right = st.columns(2)
    with left:
        lines = {short(name): one.risk_coverage[view.test] for name, one in view.reports.items()}
        points = {
            short(name): Point(cells["coverage"], cells["risk"], at)
            for name, cells in view.metrics(metrics).items()
            for at in [asked if name == view.name else view.manifest.models[name].certainty]
        }
        drawing.clickable(*drawing.risk_coverage(lines, short(view.name), points), trial)
        st.caption(
            "The most certain faces are answered first. A click on the strong curve moves the "
            "certainty; hollow diamonds are where the other models are set."
        )
    with right:
        st.subheader("The scores")
        drawing.scores(view, view.info.threshold, asked)
    with st.container(border=True):
        st.markdown("**The certainty cannot change this:** calibration counts every face.")
        _calibration(view)


def _calibration(view: View) -> None:
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
