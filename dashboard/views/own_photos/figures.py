"""The figures of a user's own test: all models beside each other, and one in full."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard.views.evaluation import drawing
from dashboard.views.evaluation.tables import FIRST, METRICS, number, short, whole
from dashboard.widgets import output
from facespace.charts import curves, fairness
from facespace.charts import evaluation as charts
from facespace.charts.curves import Point
from facespace.datasets.scoring import Measured, ModelFigures
from facespace.metrics.groups import LEAST_GROUP
from facespace.metrics.intervals import Interval


def models(figures: Measured) -> None:
    """All models beside each other."""
    results = {short(name): entry.metrics for name, entry in figures.models.items()}
    output.table(
        pd.DataFrame(
            {"Metric": title}
            | {name: whole(metric, cells[metric]) for name, cells in results.items()}
            for metric, (title, _) in METRICS.items()
            if all(metric in cells for cells in results.values())
        ),
        "All metrics of all models with 95 % intervals",
        {"Metric": st.column_config.TextColumn(pinned=True)},
    )
    st.caption("In brackets 95 % intervals (bootstrap, by person where persons are known).")
    titles = {metric: METRICS[metric][0] for metric in ("balanced_accuracy", "auc")}
    output.draw(
        charts.intervals(results, titles),
        drawing.spoken(
            {
                name: {title: number(key, cells[key].value) for key, title in titles.items()}
                for name, cells in results.items()
            }
        ),
    )


def headline(entry: ModelFigures) -> None:
    """The metrics of one model that come first."""
    drawing.metrics(("accuracy", *FIRST), entry.metrics)
    st.caption(
        f"Predicted female from a probability of {entry.threshold:.2f} on, “?” below a "
        f"certainty of {entry.certainty:.0%}: the model’s own settings, not chosen on these "
        "photos."
    )


def ranking(figures: Measured, name: str) -> None:
    """ROC, confusion, risk and coverage, probabilities, calibration."""
    everything = {short(key): entry for key, entry in figures.models.items()}
    chosen, entry = short(name), figures.models[name]
    pairs = st.columns(2), st.columns(2)
    with pairs[0][0]:
        st.subheader("ROC")
        points = {}
        for key, other in everything.items():
            fpr, tpr = (Interval.of(row[0] / sum(row)) for row in reversed(other.confusion))
            points[key] = Point(fpr, tpr, other.threshold)
        areas = {key: other.metrics for key, other in figures.models.items()}
        output.draw(
            curves.roc({key: other.roc for key, other in everything.items()}, chosen, points),
            f"ROC curves; areas: {drawing.areas(areas, 'auc')}",
        )
    with pairs[0][1]:
        drawing.confusion(entry.confusion)
    with pairs[1][0]:
        points = {
            key: Point(Interval.of(cells["coverage"].value), Interval.of(cells["risk"].value))
            for key, cells in ((key, other.metrics) for key, other in everything.items())
        }
        lines = {key: other.risk_coverage for key, other in everything.items()}
        output.draw(*drawing.risk_coverage(lines, chosen, points))
    with pairs[1][1]:
        st.subheader("Probabilities")
        counts, band = entry.scores, (1 - entry.certainty, entry.certainty)
        sides = {"female": counts.female, "male": counts.male}
        output.draw(
            curves.histogram(counts, entry.threshold, band),
            "Faces by probability of female, from 0 to 1 in equal steps. "
            + "; ".join(f"labelled {k}: {', '.join(map(str, v))}" for k, v in sides.items()),
        )
    st.caption("Diamonds mark where each model is set; hollow ones are the other models’.")


def calibration_and_groups(entry: ModelFigures) -> None:
    """Whether the probabilities mean what they say, and for whom the model is right."""
    left, right = st.columns(2)
    with left:
        drawing.calibration(entry.reliability)
        st.caption(f"Bins of about {entry.reliability.faces[0]:,} faces each.")
    with right:
        st.subheader("For whom")
        attributes = list(entry.groups)
        attribute = attributes[0]
        if len(attributes) > 1:
            attribute = st.selectbox(
                "Groups by",
                attributes,
                format_func=lambda key: key.replace(", ", " and "),
                key="own_groups",
            )
        table = entry.groups[attribute].by_group
        title, overall = METRICS["accuracy"][0], entry.metrics["accuracy"].value
        output.draw(
            fairness.groups(table, "accuracy", title, LEAST_GROUP, overall),
            "Accuracy: "
            + "; ".join(
                f"{group} {number('accuracy', row.metrics['accuracy'].value)} of {row.faces} faces"
                for group, row in table.items()
            ),
        )
        st.caption(f"In brackets the number of faces; fewer than {LEAST_GROUP} say little.")
