"""How the parts of the pages Evaluation and Fairness put figures, tables and files on the page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Trial:
    """A number of a model that a slider, its address or a click on a curve tries out.

    ``key``: of the slider. ``own``: the model's; the slider shows it rounded to so many
    ``digits``, and where it stands there the model's own counts. ``ends``: of the slider.
    ``words``: what the number is called.
    """

    key: str
    own: float
    digits: int
    ends: tuple[float, float]
    words: str

    @property
    def first(self) -> float:
        """Where the slider stands at first."""
        return round(self.own, self.digits)

    def slider(self, label: str, words: str) -> float:
        """Draw the slider and the way back; return the number tried."""
        left, right = st.columns([3, 1], vertical_alignment="bottom")
        tried = left.slider(
            label,
            *(*self.ends, self.first, 10**-self.digits),
            format=f"%.{self.digits}f",
            help=words,
            key=self.key,
            bind="query-params",
            persist_state="session",
        )
        right.button(
            f"Back to {self.first:.{self.digits}f}",
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

    def clicked(self, chart: str) -> None:
        """Move the slider to what was clicked in the chart of that key, if it says a number."""
        for point in st.session_state[chart].selection.points:
            given = point.get("customdata")
            value = given[0] if isinstance(given, list | tuple) else given
            if value is not None:
                self.set(float(value))


def clickable(figure: go.Figure, words: str, trial: Trial) -> None:
    """A figure whose strong curve moves a trial where it is clicked."""
    key = f"{trial.key}_curve"
    st.plotly_chart(
        figure,
        width="stretch",
        alt=words,
        key=key,
        on_select=lambda: trial.clicked(key),
        selection_mode="points",
    )


def scores(view: View, threshold: float, certainty: float) -> None:
    """The histogram of a model's scores by label, with the threshold and the band of "?"."""
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


def card(title: str, value: str, below: str, words: str | None = None) -> None:
    """A figure with its interval below, and what it says."""
    st.metric(
        title,
        value,
        below,
        help=words,
        border=True,
        delta_color="off",
        delta_arrow="off",
    )


def metrics(names: Iterable[str], cells: Mapping[str, Interval]) -> None:
    """Some metrics with their intervals, side by side."""
    shown = list(names)
    with output.cards(len(shown), "-".join(shown)):
        for metric in shown:
            title, words = METRICS[metric]
            value = tables.number(metric, cells[metric].value)
            card(title, value, tables.interval(metric, cells[metric]), words)


def spoken(rows: Mapping[str, Mapping[str, str]]) -> str:
    """Figures by two names in words: ``One: a 1, b 2; Other: a 3, b 4``."""
    return "; ".join(
        f"{name}: " + ", ".join(f"{part} {figure}" for part, figure in row.items())
        for name, row in rows.items()
    )


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


def helped(metric: str) -> Any:
    """A column of a metric, which says what it means."""
    return st.column_config.TextColumn(help=METRICS[metric][1], alignment="right")
