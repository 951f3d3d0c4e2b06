"""Curves of scores, where a model stands on them, and the scores themselves."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from facespace.charts.style import laid_out, styled, whiskers
from facespace.charts.traces import hatched, line, middles
from facespace.metrics.curves import (
    Column,
    Histogram,
    PrecisionRecall,
    Reliability,
    RiskCoverage,
    Roc,
)
from facespace.metrics.intervals import Interval
from facespace.palette import MALE, UNSURE, VERDICTS


@dataclass(frozen=True, slots=True)
class Point:
    """Where a model stands on a curve: the threshold or certainty it stands ``at``, if known."""

    x: Interval
    y: Interval
    at: float | None = None


def roc(curves: Mapping[str, Roc], chosen: str, points: Mapping[str, Point]) -> go.Figure:
    """Receiver operating characteristics and where each model stands on its own; one stands out.

    Args:
        curves: by title.
        chosen: the title of the one that stands out.
        points: by title, at a threshold.
    """
    figure = go.Figure(_dotted("by chance", 0, 1))
    lines = {title: (curve.fpr, curve.tpr, curve.threshold) for title, curve in curves.items()}
    hover = (
        "threshold %{customdata:.2f}<br>%{y:.1%} of those labelled female found<br>"
        "%{x:.1%} of those labelled male taken for female"
    )
    _draw(figure, lines, chosen, hover)
    for title, point in points.items():
        _mark(figure, point, f"threshold {point.at:.3f}", title, title == chosen)
    return _percent(figure, "labelled male, predicted female", "labelled female, predicted female")


def precision_recall(
    curves: Mapping[str, PrecisionRecall],
    chosen: str,
    points: Mapping[str, Point],
    share: float,
) -> go.Figure:
    """How many of the faces predicted female are labelled so, over how many of those are found.

    Args:
        curves: by title.
        chosen: the title of the one that stands out.
        points: by title, at a threshold.
        share: of the faces labelled female: the precision of chance.
    """
    figure = go.Figure(_dotted("by chance", share, share))
    lines = {title: (one.recall, one.precision, one.threshold) for title, one in curves.items()}
    hover = (
        "threshold %{customdata:.2f}<br>%{y:.1%} of those predicted female are labelled so"
        "<br>%{x:.1%} of those labelled female found"
    )
    _draw(figure, lines, chosen, hover, clickable=False)
    for title, point in points.items():
        _mark(figure, point, f"threshold {point.at:.3f}", title, title == chosen)
    return _percent(figure, "labelled female, predicted female", "predicted female, labelled so")


def risk_coverage(
    curves: Mapping[str, RiskCoverage], chosen: str, points: Mapping[str, Point]
) -> go.Figure:
    """The share of wrong answers over the share of faces answered, most certain first.

    Args:
        curves: by title.
        chosen: the title of the one that stands out.
        points: by title, at a certainty, or as the model is set; one that answers nothing has no
            risk and is left out.
    """
    figure = go.Figure()
    lines = {title: (one.coverage, one.risk, one.certainty) for title, one in curves.items()}
    hover = (
        "%{x:.0%} of the faces answered: %{y:.1%} of the answers wrong<br>"
        "certainty asked for: %{customdata:.2f}"
    )
    _draw(figure, lines, chosen, hover)
    for title, point in points.items():
        if not math.isnan(point.x.value + point.y.value):
            name = "as it is set" if point.at is None else f"certainty {point.at:.2f}"
            _mark(figure, point, name, title, title == chosen)
    figure.update_xaxes(range=[0, 1.02], tickformat=".0%")
    figure.update_yaxes(rangemode="tozero", tickformat=".0%")
    return laid_out(figure, "faces answered, of all", "wrong answers, of those given", height=440)


def reliability(bins: Reliability) -> go.Figure:
    """The share labelled female over the probability that was given, in bins of equal mass."""
    figure = go.Figure(_dotted("exactly calibrated", 0, 1))
    hover = "%{customdata:,} faces: %{x:.1%} given, %{y:.1%} labelled female"
    measured = line(bins.predicted, bins.observed, MALE, hover, "measured", customdata=bins.faces)
    figure.add_trace(measured.update(mode="lines+markers", marker={"size": 8}))
    return _percent(figure, "probability of female, as given", "labelled female")


def histogram(counts: Histogram, threshold: float, band: tuple[float, float] | None) -> go.Figure:
    """How many faces of either label got which probability: female upwards, male downwards.

    Args:
        counts: by label.
        threshold: a face is predicted female from there on.
        band: the probabilities between which the verdict is "?"; None shades none.
    """
    edges = np.asarray(counts.edges)
    figure = go.Figure()
    for label, side, sign in (("female", counts.female, 1), ("male", counts.male, -1)):
        numbers = np.asarray(side)
        figure.add_bar(
            x=middles(edges),
            y=sign * numbers,
            width=np.diff(edges),
            name=f"labelled {label}",
            marker=hatched(VERDICTS[label], "/" if label == "female" else "", line={"width": 0}),
            customdata=np.column_stack([numbers, edges[:-1], edges[1:]]),
            hovertemplate=(
                "%{customdata[0]:,} labelled "
                + label
                + "<br>probability %{customdata[1]:.3f} to %{customdata[2]:.3f}<extra></extra>"
            ),
        )
    most = max(*counts.female, *counts.male, 1)
    across = {"yref": "paper", "y0": 0, "y1": 1}
    dashed = {"dash": "dash", "color": UNSURE, "width": 2}
    # All at once: add_vrect and add_vline take plotly 100 ms.
    shapes = [{"type": "line", "x0": threshold, "x1": threshold, **across, "line": dashed}]
    if band is not None:
        shapes.append(
            {
                "type": "rect",
                **dict(zip(("x0", "x1"), band, strict=True)),
                **across,
                "fillcolor": UNSURE,
                "opacity": 0.25,
                "line": {"width": 0},
                "layer": "below",
            }
        )
        # A shape has no legend of its own.
        figure.add_scatter(
            x=[None],
            y=[None],
            mode="markers",
            marker={"symbol": "square", "size": 12, "color": UNSURE, "opacity": 0.5},
            name="“?”",
        )
    figure.update_layout(shapes=shapes)
    figure.update_xaxes(range=[-0.01, 1.01])
    step = _round_step(most)
    ticks = np.arange(-(most // step), most // step + 1) * step
    figure.update_yaxes(
        range=[-1.08 * most, 1.08 * most],
        tickvals=ticks,
        ticktext=[f"{abs(tick):,.0f}" for tick in ticks],
    )
    return laid_out(figure, "probability of female", "faces", height=440, barmode="overlay")


def _dotted(name: str, left: float, right: float) -> go.Scatter:
    """A faint line to compare with, from a height at 0 to one at 1."""
    style = {"dash": "dot", "hoverinfo": "skip"}
    return line([0, 1], [left, right], UNSURE, "", name, width=1, **style)


def _draw(
    figure: go.Figure,
    lines: Mapping[str, tuple[Column, Column, Column]],
    chosen: str,
    hover: str,
    clickable: bool = True,
) -> None:
    """Curves by title: x, y, and what gives each point; the chosen one stands out."""
    for title, (x, y, at), style in styled(lines, chosen):
        figure.add_scatter(
            x=x,
            y=y,
            line=style,
            customdata=at,
            name=title,
            hovertemplate=hover,
            **_clickable(clickable and title == chosen),
        )


def _percent(figure: go.Figure, x: str, y: str) -> go.Figure:
    """The figure, both of whose axes show shares, from 0 to 1."""
    figure.update_xaxes(range=[-0.02, 1.02], tickformat=".0%")
    figure.update_yaxes(range=[-0.02, 1.02], tickformat=".0%")
    return laid_out(figure, x, y, height=440)


def _clickable(strong: bool) -> dict[str, Any]:
    """How the curve that stands out is drawn so that its points can be clicked; others cannot.

    Plotly selects markers, not lines: they are there, but not to be seen, clicked or not.
    """
    if not strong:
        return {"mode": "lines"}
    unseen = {"marker": {"opacity": 0}}
    return {
        "mode": "lines+markers",
        "marker": {"opacity": 0, "size": 4},
        "selected": unseen,
        "unselected": unseen,
    }


def _round_step(most: float) -> int:
    """A round number that goes into ``most`` two to five times."""
    power = 10 ** int(np.log10(max(most, 1)))
    return max(1, int(next(s for s in (power // 4, power // 2, power, 2 * power) if 5 * s >= most)))


def _mark(
    figure: go.Figure,
    point: Point,
    name: str,
    title: str,
    strong: bool,
) -> None:
    """The operating point of a model: filled and in the legend if strong, hollow otherwise.

    Its intervals, where they are known, are drawn as a cross.
    """
    figure.add_scatter(
        x=[point.x.value],
        y=[point.y.value],
        error_x=whiskers([point.x]),
        error_y=whiskers([point.y]),
        mode="markers",
        marker={
            "size": 13 if strong else 10,
            "symbol": "diamond" if strong else "diamond-open",
            "color": VERDICTS["female"] if strong else UNSURE,
            # The border of a filled one would be black in both themes.
            "line": {"width": 0 if strong else 2},
        },
        # Where a point of a curve is clicked, plotly would make all others faint.
        unselected={"marker": {"opacity": 1}},
        name=name,
        meta=title,
        showlegend=strong,
        hovertemplate=f"{title}, {name}<br>%{{y:.1%}} at %{{x:.1%}}<extra></extra>",
    )
