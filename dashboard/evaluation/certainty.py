"""When to say "?": risk over coverage, and calibration."""

from __future__ import annotations

import streamlit as st

from dashboard.evaluation import drawing
from dashboard.evaluation.tables import View, number, short
from facespace.charts import evaluation as charts


def certainty(view: View) -> None:
    """Risk and coverage, and whether the probabilities mean what they say."""
    left, right = st.columns(2)
    with left:
        st.subheader("Answer fewer, be wrong less")
        points = {
            short(name): {
                metric: entry["tests"][view.test][metric]["value"]
                for metric in ("coverage", "risk")
            }
            for name, entry in view.reports.items()
        }
        drawing.chart(
            charts.risk_coverage(view.curves("risk_coverage"), short(view.name), points),
            "Wrong answers over faces answered. As they are set: "
            + "; ".join(
                f"{title} answers {number('coverage', point['coverage'])}, of which "
                f"{number('risk', point['risk'])} wrong"
                for title, point in points.items()
            ),
        )
        st.caption(
            "The most certain faces are answered first. A diamond marks where a model is set; "
            "hollow ones are the other models’."
        )
    with right:
        st.subheader("Is 90 % right nine times in ten?")
        bins = view.entry["reliability"][view.test]
        drawing.chart(
            charts.reliability(bins),
            "Probability given, and share labelled female: "
            + ", ".join(
                f"{given:.0%} {seen:.0%}"
                for given, seen in zip(bins["predicted"], bins["observed"], strict=True)
            ),
        )
        st.caption(
            f"Bins of about {bins['faces'][0]:,} faces each. Above the line the model says "
            "“female” less often than it should, below it more often."
        )
