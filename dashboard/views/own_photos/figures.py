"""The figures of a user's own test: all models beside each other, and one in full."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.views.evaluation import drawing
from dashboard.views.evaluation.tables import FIRST, METRICS, interval, number, short
from dashboard.widgets import output
from facespace.charts import curves, fairness
from facespace.charts import evaluation as charts
from facespace.metrics.groups import LEAST_GROUP


def models(figures: Mapping[str, Any]) -> None:
    """All models beside each other."""
    results = {short(name): entry["metrics"] for name, entry in figures["models"].items()}
    output.table(
        pd.DataFrame(
            {"Metric": title}
            | {
                name: f"{number(metric, cells[metric]['value'])} "
                f"({interval(metric, cells[metric])})"
                for name, cells in results.items()
            }
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
        "; ".join(
            f"{name}: "
            + ", ".join(
                f"{words} {number(metric, cells[metric]['value'])}"
                for metric, words in titles.items()
            )
            for name, cells in results.items()
        ),
    )


def headline(entry: Mapping[str, Any]) -> None:
    """The metrics of one model that come first."""
    drawing.metrics(("accuracy", *FIRST), entry["metrics"])
    st.caption(
        f"Predicted female from a probability of {entry['threshold']:.2f} on, “?” below a "
        f"certainty of {entry['certainty']:.0%}: the model’s own settings, not chosen on these "
        "photos."
    )


def ranking(figures: Mapping[str, Any], name: str) -> None:
    """ROC, confusion, risk and coverage, probabilities, calibration."""
    everything, entry = figures["models"], figures["models"][name]
    pairs = st.columns(2), st.columns(2)
    with pairs[0][0]:
        st.subheader("ROC")
        points = {}
        for key, other in everything.items():
            female, male = other["confusion"]
            rates = {"tpr": female[0] / sum(female), "fpr": male[0] / sum(male)}
            points[short(key)] = rates | {"threshold": other["threshold"]}
        output.draw(
            curves.roc(_all(everything, "roc"), short(name), points),
            "ROC curves; areas: "
            + ", ".join(
                f"{short(key)} {number('auc', other['metrics']['auc']['value'])}"
                for key, other in everything.items()
            ),
        )
    with pairs[0][1]:
        st.subheader("Confusion, without “?”")
        matrix = entry["confusion"]
        output.draw(
            charts.confusion(matrix),
            f"Labelled female: {matrix[0][0]} predicted female, {matrix[0][1]} male. "
            f"Labelled male: {matrix[1][0]} predicted female, {matrix[1][1]} male.",
        )
    with pairs[1][0]:
        st.subheader("Answer fewer, be wrong less")
        points = {
            short(key): {m: other["metrics"][m]["value"] for m in ("coverage", "risk")}
            for key, other in everything.items()
        }
        output.draw(
            curves.risk_coverage(_all(everything, "risk_coverage"), short(name), points),
            "Wrong answers over faces answered. As they are set: "
            + "; ".join(
                f"{title} answers {number('coverage', point['coverage'])}, of which "
                f"{number('risk', point['risk'])} wrong"
                for title, point in points.items()
            ),
        )
    with pairs[1][1]:
        st.subheader("Probabilities")
        scores, certainty = entry["scores"], entry["certainty"]
        counts = {label: scores[label] for label in ("female", "male")}
        output.draw(
            curves.histogram(scores, entry["threshold"], (1 - certainty, certainty)),
            "Faces by probability of female, from 0 to 1 in equal steps. "
            + "; ".join(f"labelled {k}: {', '.join(map(str, v))}" for k, v in counts.items()),
        )
    st.caption("Diamonds mark where each model is set; hollow ones are the other models’.")


def calibration_and_groups(entry: Mapping[str, Any]) -> None:
    """Whether the probabilities mean what they say, and for whom the model is right."""
    left, right = st.columns(2)
    with left:
        st.subheader("Is 90 % right nine times in ten?")
        bins = entry["reliability"]
        output.draw(
            curves.reliability(bins),
            "Probability given, and share labelled female: "
            + ", ".join(
                f"{given:.0%} {seen:.0%}"
                for given, seen in zip(bins["predicted"], bins["observed"], strict=True)
            ),
        )
        st.caption(f"Bins of about {bins['faces'][0]:,} faces each.")
    with right:
        st.subheader("For whom")
        attributes = list(entry["groups"])
        attribute = attributes[0]
        if len(attributes) > 1:
            attribute = st.selectbox(
                "Groups by",
                attributes,
                format_func=lambda key: key.replace(", ", " and "),
                key="own_groups",
            )
        table = entry["groups"][attribute]["by_group"]
        output.draw(
            fairness.groups(
                table,
                "accuracy",
                METRICS["accuracy"][0],
                LEAST_GROUP,
                entry["metrics"]["accuracy"]["value"],
            ),
            "Accuracy: "
            + "; ".join(
                f"{group} {number('accuracy', row['accuracy']['value'])} of {row['faces']} faces"
                for group, row in table.items()
            ),
        )
        st.caption(f"In brackets the number of faces; fewer than {LEAST_GROUP} say little.")


def _all(everything: Mapping[str, Any], kind: str) -> dict[str, Any]:
    return {short(key): entry[kind] for key, entry in everything.items()}
