"""The figures of a user's own test: all models beside each other, and one in full."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard.views.evaluation import answer, drawing
from dashboard.views.evaluation.tables import FIRST, METRICS, VERDICTS, short, whole
from dashboard.views.fairness import groups
from dashboard.widgets import output
from facespace.artifacts.report import ModelReport
from facespace.charts import curves
from facespace.charts.curves import Point
from facespace.datasets.scoring import Measured, ModelFigures
from facespace.faces import detectors
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
    drawing.models(results)


def beside_ours(entry: ModelFigures, report: ModelReport) -> None:
    """What the app gives for these photos, beside what it gives for the public test sets."""
    if entry.end_to_end is None:
        return
    ours = {test.title: report.end_to_end[name] for name, test in report.tests.items()}
    sets = {"Your photos": entry.end_to_end} | {
        title: served[detectors.DEFAULT] for title, served in ours.items()
    }
    output.table(
        pd.DataFrame(
            {"Photos of": title, "Photos": f"{served.photos:,}"}
            | {
                words: whole(metric, served.metrics[metric])
                for metric, (words, _) in VERDICTS.items()
                if metric in served.metrics
            }
            for title, served in sets.items()
        ),
        "What the app gives for your photos and for the public test sets, with 95 % intervals",
        {"Photos of": st.column_config.TextColumn(pinned=True)},
    )
    st.caption("Where the intervals lie apart, your photos are easier or harder than those.")


def headline(entry: ModelFigures) -> None:
    """What the app gives for these photos, and the metrics of the model alone that come first."""
    if entry.end_to_end is not None:
        answer.shown(entry.end_to_end.metrics)
        st.caption(
            f"{entry.end_to_end.photos:,} photos, read as every page of the app reads them: the "
            "same verdicts. What follows is about the model alone, on the faces that were found."
        )
    drawing.metrics(("accuracy", *FIRST), entry.metrics)
    st.caption(
        f"Predicted female from a probability of {entry.threshold:.2f} on, “?” below a "
        f"certainty of {entry.certainty:.0%}: the model’s own settings, not chosen on these "
        "photos. The app itself counts more than this certainty."
    )


def ranking(figures: Measured, name: str) -> None:
    """ROC, confusion, risk and coverage, probabilities, calibration."""
    everything = {short(key): entry for key, entry in figures.models.items()}
    chosen, entry = short(name), figures.models[name]
    set_at, answered = {}, {}
    for key, other in everything.items():
        fpr, tpr = (Interval.of(row[0] / sum(row)) for row in reversed(other.confusion))
        coverage, risk = (Interval.of(other.metrics[m].value) for m in ("coverage", "risk"))
        set_at[key], answered[key] = Point(fpr, tpr, other.threshold), Point(coverage, risk)
    pairs = st.columns(2), st.columns(2)
    with pairs[0][0]:
        st.subheader("ROC")
        areas = drawing.areas({key: other.metrics for key, other in everything.items()}, "auc")
        lines = {key: other.roc for key, other in everything.items()}
        output.draw(curves.roc(lines, chosen, set_at), f"ROC curves; areas: {areas}")
    with pairs[0][1]:
        drawing.confusion(entry.confusion)
    with pairs[1][0]:
        risks = {key: other.risk_coverage for key, other in everything.items()}
        output.draw(*drawing.risk_coverage(risks, chosen, answered))
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
        attribute, *others = entry.groups
        if others:
            attribute = st.selectbox(
                "Groups by",
                entry.groups,
                format_func=lambda key: key.replace(", ", " and "),
                key="own_groups",
            )
        table, overall = entry.groups[attribute].by_group, entry.metrics["accuracy"].value
        groups.intervals(table, "accuracy", overall)
        st.caption(f"In brackets the number of faces; fewer than {LEAST_GROUP} say little.")
