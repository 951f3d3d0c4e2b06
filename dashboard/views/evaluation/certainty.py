"""When to say "?": a certainty to try, risk over coverage, and calibration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboard.views.evaluation import drawing, tables
from dashboard.views.evaluation.drawing import Trial
from dashboard.views.evaluation.tables import Interval, View, number, short
from dashboard.widgets import output
from facespace.charts import curves
from facespace.metrics import operating_point, thresholds


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
    point = operating_point.OperatingPoint(view.info.threshold, asked)
    found: Mapping[str, Interval] = thresholds.at_point(
        scores.female, scores.probability[view.name], point, scores.persons
    )
    if asked == view.info.certainty:
        found = view.as_reported(found)
    st.markdown(f"#### {tables.answered_of_thousand(found)}")
    drawing.metrics(("coverage", "risk"), found)
    left, right = st.columns(2)
    with left:
        st.subheader("Answer fewer, be wrong less")
        points = _points(view, asked, found)
        drawing.clickable(
            curves.risk_coverage(view.curves("risk_coverage"), short(view.name), points),
            "Wrong answers over faces answered. "
            + "; ".join(
                f"{title} answers {number('coverage', point['coverage'])}, of which "
                f"{number('risk', point['risk'])} wrong"
                for title, point in points.items()
            ),
            trial,
        )
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


def _points(view: View, asked: float, found: Mapping[str, Interval]) -> dict[str, dict[str, Any]]:
    """Where each model is: the one looked at as tried, the others as they are set."""
    points = {}
    for name, entry in view.reports.items():
        cells = found if name == view.name else entry["tests"][view.test]
        pair = {metric: tables.known(cells[metric]) for metric in ("coverage", "risk")}
        points[short(name)] = {
            **{metric: cell["value"] for metric, cell in pair.items()},
            "certainty": asked if name == view.name else view.manifest.models[name].certainty,
            "intervals": pair,
        }
    return points


def _calibration(view: View) -> None:
    """Whether the probabilities mean what they say."""
    left, right = st.columns([2, 1])
    bins = view.entry["reliability"][view.test]
    with left:
        st.subheader("Is 90 % right nine times in ten?")
        output.draw(
            curves.reliability(bins),
            "Probability given, and share labelled female: "
            + ", ".join(
                f"{given:.0%} {seen:.0%}"
                for given, seen in zip(bins["predicted"], bins["observed"], strict=True)
            ),
        )
    with right:
        drawing.metrics(("ece", "brier"), view.figures)
        st.caption(
            f"Bins of about {bins['faces'][0]:,} faces each. Above the line the model says "
            "“female” less often than it should, below it more often."
        )
