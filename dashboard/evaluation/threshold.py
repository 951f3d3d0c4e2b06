"""ROC and confusion."""

from __future__ import annotations

import streamlit as st

from dashboard.evaluation import drawing
from dashboard.evaluation.tables import View, number, short
from facespace.charts import evaluation as charts


def ranking(view: View) -> None:
    """ROC and confusion."""
    left, right = st.columns(2)
    with left:
        st.subheader("ROC")
        drawing.chart(
            charts.roc(view.curves("roc"), short(view.name), _operating_points(view)),
            "ROC curves; areas: "
            + ", ".join(
                f"{short(name)} {number('auc', entry['tests'][view.test]['auc']['value'])}"
                for name, entry in view.reports.items()
            ),
        )
    with right:
        st.subheader("Confusion, without “?”")
        matrix = view.entry["confusion"][view.test]
        drawing.chart(
            charts.confusion(matrix),
            f"Labelled female: {matrix[0][0]} read as female, {matrix[0][1]} as male. "
            f"Labelled male: {matrix[1][0]} read as female, {matrix[1][1]} as male.",
        )
    st.caption("Diamonds mark where each model is set; hollow ones are the other models’.")


def _operating_points(view: View) -> dict[str, dict[str, float]]:
    points = {}
    for name, entry in view.reports.items():
        female, male = entry["confusion"][view.test]
        points[short(name)] = {
            "tpr": female[0] / sum(female),
            "fpr": male[0] / sum(male),
            "threshold": view.manifest.models[name].threshold,
        }
    return points
