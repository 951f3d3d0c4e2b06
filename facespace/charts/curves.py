"""Curves of scores, where a model stands on them, and the scores themselves."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from facespace.charts.style import PERCENT, WHOLE, laid_out, styled, whiskers
from facespace.charts.traces import bars, hatched, line, middles, spans
from facespace.metrics.curves import (
    AnswersByChance,
    Histogram,
    PrecisionRecall,
    Reliability,
    RiskCoverage,
    Roc,
)
from facespace.metrics.intervals import Interval
from facespace.palette import FEMALE, MALE, UNSURE, VERDICTS

#: Where a model stands: filled for the one that stands out, hollow for the others. The border of a
#: filled one would be black in both themes.
_STRONG = {"size": 13, "symbol": "diamond", "color": FEMALE, "line": {"width": 0}}
_HOLLOW = {"size": 10, "symbol": "diamond-open", "color": UNSURE, "line": {"width": 2}}

_UNSEEN = {"marker": {"opacity": 0}}

#: How a curve is drawn so that its points can be clicked. Plotly selects markers, not lines: they
#: are there, but not to be seen, clicked or not.
_CLICKABLE = {
    "mode": "lines+markers",
    "marker": {"opacity": 0, "size": 4},
    "selected": _UNSEEN,
    "unselected": _UNSEEN,
}


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
    hover = (
        "threshold %{customdata:.2f}<br>%{y:.1%} of those labelled female found<br>"
        "%{x:.1%} of those labelled male taken for female"
    )
    _draw(figure, curves, chosen, points, hover)
    return _percent(figure, "labelled male, predicted female", "labelled female, predicted female")


def precision_recall(
    curves: Mapping[str, PrecisionRecall], chosen: str, points: Mapping[str, Point], share: float
) -> go.Figure:
    """How many of the faces predicted female are labelled so, over how many of those are found.

    Args:
        curves: by title.
        chosen: the title of the one that stands out.
        points: by title, at a threshold.
        share: of the faces labelled female: the precision of chance.
    """
    figure = go.Figure(_dotted("by chance", share, share))
    hover = (
        "threshold %{customdata:.2f}<br>%{y:.1%} of those predicted female are labelled so"
        "<br>%{x:.1%} of those labelled female found"
    )
    _draw(figure, curves, chosen, points, hover, clickable=False)
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
    hover = (
        "%{x:.0%} of the faces answered: %{y:.1%} of the answers wrong<br>"
        "certainty asked for: %{customdata:.2f}"
    )
    return _answers(curves, chosen, points, hover, "certainty {:.2f}", "faces")


def answers_by_chance(
    curves: Mapping[str, AnswersByChance], chosen: str, points: Mapping[str, Point]
) -> go.Figure:
    """The same of photo in, verdict out, by how often an answer may be wrong.

    Args:
        curves: by title.
        chosen: the title of the one that stands out.
        points: by title, at a chance of being wrong.
    """
    hover = (
        "%{x:.0%} of the photos answered: %{y:.1%} of the answers wrong<br>"
        "chance of being wrong allowed: %{customdata:.1%}"
    )
    return _answers(curves, chosen, points, hover, "at most {:.0%} wrong", "photos")


def _answers(
    curves: Mapping[str, Any],
    chosen: str,
    points: Mapping[str, Point],
    hover: str,
    named: str,
    what: str,
) -> go.Figure:
    figure = go.Figure()
    known = {k: at for k, at in points.items() if not math.isnan(at.x.value + at.y.value)}
    _draw(figure, curves, chosen, known, hover, named)
    axes = {
        "xaxis": {**PERCENT, "range": [0, 1.02]},
        "yaxis": {**PERCENT, "rangemode": "tozero"},
    }
    return laid_out(
        figure, f"{what} answered, of all", "wrong answers, of those given", 440, **axes
    )


def reliability(bins: Reliability) -> go.Figure:
    """The share labelled female over the probability that was given, in bins of equal mass."""
    figure = go.Figure(_dotted("exactly calibrated", 0, 1))
    hover = "%{customdata:,} faces: %{x:.1%} given, %{y:.1%} labelled female"
    measured = line(bins.predicted, bins.observed, MALE, hover, "measured", marker={"size": 8})
    figure.add_trace(measured.update(customdata=bins.faces))
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
    for label, side, sign, pattern in (
        ("female", counts.female, 1, "/"),
        ("male", counts.male, -1, ""),
    ):
        numbers = np.asarray(side)
        hover = (
            f"%{{customdata[0]:,}} labelled {label}<br>"
            "probability %{customdata[1]:.3f} to %{customdata[2]:.3f}"
        )
        look = hatched(VERDICTS[label], pattern, line={"width": 0})
        told = np.column_stack([numbers, edges[:-1], edges[1:]])
        bar = bars(middles(edges), sign * numbers, hover, look, f"labelled {label}")
        figure.add_trace(bar.update(width=np.diff(edges), customdata=told))
    across = {"yref": "paper", "y0": 0, "y1": 1}
    dashed = {"dash": "dash", "color": UNSURE, "width": 2}
    # All at once: add_vrect and add_vline take plotly 100 ms.
    shapes = [{"type": "line", "x0": threshold, "x1": threshold, **across, "line": dashed}]
    if band is not None:
        look = {"fillcolor": UNSURE, "opacity": 0.25, "line": {"width": 0}, "layer": "below"}
        shapes.append({"type": "rect", "x0": band[0], "x1": band[1], **across, **look})
        # A shape has no legend of its own.
        shade = {"symbol": "square", "size": 12, "color": UNSURE, "opacity": 0.5}
        figure.add_scatter(x=[None], y=[None], mode="markers", marker=shade, name="“?”")
    most = max(*counts.female, *counts.male, 1)
    step = _round_step(most)
    ticks = np.arange(-(most // step), most // step + 1) * step
    words = [f"{abs(tick):,.0f}" for tick in ticks]
    axes = {
        "xaxis": {"range": [-0.01, 1.01]},
        "yaxis": {"range": [-1.08 * most, 1.08 * most], "tickvals": ticks, "ticktext": words},
    }
    look = {"barmode": "overlay", "shapes": shapes, **axes}
    return laid_out(figure, "probability of female", "faces", 440, **look)


def _dotted(name: str, left: float, right: float) -> go.Scatter:
    """A faint line to compare with, from a height at 0 to one at 1."""
    style = {"dash": "dot", "hoverinfo": "skip"}
    return line([0, 1], [left, right], UNSURE, "", name, width=1, **style)


def _draw(
    figure: go.Figure,
    curves: Mapping[str, Any],
    chosen: str,
    points: Mapping[str, Point],
    hover: str,
    named: str = "threshold {:.3f}",
    clickable: bool = True,
) -> None:
    """Curves by title, and where models stand on them; the chosen one stands out.

    The fields of a curve are x, y, and what gives each point. The intervals of a model's point,
    where they are known, are drawn as a cross; ``named`` is what it is called in the legend.
    """
    for title, curve, style in styled(curves, chosen):
        x, y, at = astuple(curve)
        look = _CLICKABLE if clickable and title == chosen else {"mode": "lines"}
        told = {"customdata": at, "name": title, "hovertemplate": hover}
        figure.add_scatter(x=x, y=y, line=style, **told, **look)
    for title, point in points.items():
        name = "as it is set" if point.at is None else named.format(point.at)
        strong = title == chosen
        mark = spans(
            [point.x],
            [point.y.value],
            f"{title}, {name}<br>%{{y:.1%}} at %{{x:.1%}}",
            _STRONG if strong else _HOLLOW,
            **{"error_y": whiskers([point.y]), "name": name, "meta": title, "showlegend": strong},
            # Where a point of a curve is clicked, plotly would make all others faint.
            unselected={"marker": {"opacity": 1}},
        )
        figure.add_trace(mark)


def _percent(figure: go.Figure, x: str, y: str) -> go.Figure:
    """The figure, both of whose axes show shares, from 0 to 1."""
    return laid_out(figure, x, y, 440, xaxis=WHOLE, yaxis=WHOLE)


def _round_step(most: float) -> int:
    """A round number that goes into ``most`` two to five times."""
    power = 10 ** int(np.log10(max(most, 1)))
    return max(1, int(next(s for s in (power // 4, power // 2, power, 2 * power) if 5 * s >= most)))
