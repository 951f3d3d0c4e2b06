"""How the parts of the pages Evaluation and Fairness put figures, tables and files on the page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from dashboard.views.evaluation import tables
from dashboard.views.evaluation.tables import METRICS, View
from dashboard.widgets import output
from facespace.charts import curves
from facespace.charts import evaluation as charts
from facespace.charts.curves import Point
from facespace.metrics.curves import Reliability, RiskCoverage, histogram
from facespace.metrics.intervals import Interval
from facespace.metrics.operating_point import Confusion, OperatingPoint


def scores(view: View, threshold: float, certainty: float) -> None:
    """The histogram of a model's scores by label, with the threshold and the band of "?"."""
    st.subheader("The scores")
    assert view.scores is not None
    female, probability = view.scores.female, view.scores.probability[view.name]
    counts, band = histogram(female, probability), (1 - certainty, certainty)
    unsure = ~OperatingPoint(threshold, certainty).answered(probability)
    inside = {"female": unsure[female].mean(), "male": unsure[~female].mean()}
    output.draw(
        curves.histogram(counts, threshold, band),
        "Probabilities of female by label: "
        + ", ".join(f"of those labelled {label} {share:.1%} “?”" for label, share in inside.items())
        + f"; threshold {threshold:.3f}",
    )
    st.caption(
        f"Grey: from {band[0]:.2f} to {band[1]:.2f} the verdict is “?”. Dashed: the threshold."
    )


def metrics(
    names: Iterable[str],
    cells: Mapping[str, Interval],
    words_of: Mapping[str, tuple[str, str]] = METRICS,
) -> None:
    """Some metrics with their intervals, side by side, by the title and the words of each."""
    shown = list(names)
    with output.cards(len(shown), "-".join(shown)):
        for metric in shown:
            title, words = words_of[metric]
            value = tables.number(metric, cells[metric].value)
            output.metric(title, value, tables.interval(metric, cells[metric]), help=words)


def models(cells: Mapping[str, Mapping[str, Interval]]) -> None:
    """The two metrics of models that say most, by a model's title all that it has."""
    titles = {metric: METRICS[metric][0] for metric in ("balanced_accuracy", "auc")}
    words = {
        model: {title: tables.whole(metric, row[metric]) for metric, title in titles.items()}
        for model, row in cells.items()
    }
    output.draw(charts.intervals(cells, titles), output.spoken(words))


def calibration(bins: Reliability) -> None:
    """Whether the probabilities mean what they say."""
    st.subheader("Is 90 % right nine times in ten?")
    pairs = zip(bins.predicted, bins.observed, strict=True)
    output.draw(
        curves.reliability(bins),
        "Probability given, and share labelled female: "
        + ", ".join(f"{given:.0%} {observed:.0%}" for given, observed in pairs),
    )


def confusion(matrix: Confusion) -> None:
    """How many faces of either label are predicted what."""
    st.subheader("Confusion, without “?”")
    women, men = matrix
    output.draw(
        charts.confusion(matrix),
        f"Labelled female: {women[0]} predicted female, {women[1]} male. "
        f"Labelled male: {men[0]} predicted female, {men[1]} male.",
    )


def risk_coverage(
    lines: Mapping[str, RiskCoverage], chosen: str, points: Mapping[str, Point]
) -> tuple[go.Figure, str]:
    """What answering fewer faces brings, with where models stand, and the same in words."""
    st.subheader("Answer fewer, be wrong less")
    return curves.risk_coverage(lines, chosen, points), (
        "Wrong answers over faces answered. "
        + "; ".join(
            f"{title} answers {tables.number('coverage', point.x.value)}, of which "
            f"{tables.number('risk', point.y.value)} wrong"
            for title, point in points.items()
        )
    )


def areas(metrics: Mapping[str, Mapping[str, Interval]], metric: str) -> str:
    """The area under a curve of every model, in words."""
    return ", ".join(
        f"{tables.short(name)} {tables.number(metric, cells[metric].value)}"
        for name, cells in metrics.items()
    )


def explained(names: Iterable[str]) -> dict[str, Any]:
    """Columns of metrics, each of which says what it means."""
    return {
        title: st.column_config.TextColumn(help=words, alignment="right")
        for title, words in (METRICS[metric] for metric in names)
    }
