"""Curves of scores, where a model stands on them, and the scores themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from facespace.charts.style import laid_out, styled, whiskers
from facespace.palette import DARK, MALE, UNSURE, VERDICTS


def roc(
    curves: Mapping[str, Mapping[str, Sequence[float]]],
    chosen: str,
    points: Mapping[str, Mapping[str, Any]],
) -> go.Figure:
    """Receiver operating characteristics and where each model stands on its own; one stands out.

    Args:
        curves: by title, ``fpr``, ``tpr``, ``threshold``, of equal length.
        chosen: the title of the one that stands out.
        points: by title, ``fpr`` and ``tpr`` at a ``threshold``, the probability from which a face
            reads as female; where it is known, ``intervals``: of either the ``low`` and ``high``.
    """
    figure = go.Figure(_dotted("by chance", 0, 1))
    for title, curve, style in styled(curves, chosen):
        figure.add_scatter(
            x=curve["fpr"],
            y=curve["tpr"],
            **_clickable(title == chosen),
            line=style,
            customdata=curve["threshold"],
            name=title,
            hovertemplate=(
                "threshold %{customdata:.2f}<br>%{y:.1%} of those labelled female found<br>"
                "%{x:.1%} of those labelled male taken for female"
            ),
        )
    for title, point in points.items():
        name = f"threshold {point['threshold']:.3f}"
        _mark(figure, point, ("fpr", "tpr"), name, title, title == chosen)
    _percent(figure)
    return laid_out(
        figure, "labelled male, read as female", "labelled female, read as female", height=440
    )


def precision_recall(
    curves: Mapping[str, Mapping[str, Sequence[float]]],
    chosen: str,
    points: Mapping[str, Mapping[str, float]],
    share: float,
) -> go.Figure:
    """How many of the faces read as female are labelled so, over how many of those are found.

    Args:
        curves: by title, ``recall``, ``precision``, ``threshold``, of equal length.
        chosen: the title of the one that stands out.
        points: by title, ``recall`` and ``precision`` at a ``threshold``.
        share: of the faces labelled female: the precision of chance.
    """
    figure = go.Figure(_dotted("by chance", share, share))
    for title, curve, style in styled(curves, chosen):
        figure.add_scatter(
            x=curve["recall"],
            y=curve["precision"],
            mode="lines",
            line=style,
            customdata=curve["threshold"],
            name=title,
            hovertemplate=(
                "threshold %{customdata:.2f}<br>%{y:.1%} of those read as female are labelled so"
                "<br>%{x:.1%} of those labelled female found"
            ),
        )
    for title, point in points.items():
        name = f"threshold {point['threshold']:.3f}"
        _mark(figure, point, ("recall", "precision"), name, title, title == chosen)
    _percent(figure)
    return laid_out(
        figure, "labelled female, read as female", "read as female, labelled so", height=440
    )


def risk_coverage(
    curves: Mapping[str, Mapping[str, Sequence[float]]],
    chosen: str,
    points: Mapping[str, Mapping[str, Any]],
) -> go.Figure:
    """The share of wrong answers over the share of faces answered, most certain first.

    Args:
        curves: by title, ``coverage``, ``risk``, ``certainty``, of equal length.
        chosen: the title of the one that stands out.
        points: by title, ``coverage`` and ``risk`` at a ``certainty``, or as the model is set; no
            ``risk`` (None) where it answers none; where known, ``intervals`` as for ``roc``.
    """
    figure = go.Figure()
    for title, curve, style in styled(curves, chosen):
        figure.add_scatter(
            x=curve["coverage"],
            y=curve["risk"],
            **_clickable(title == chosen),
            line=style,
            customdata=curve["certainty"],
            name=title,
            hovertemplate=(
                "%{x:.0%} of the faces answered: %{y:.1%} of the answers wrong<br>"
                "certainty asked for: %{customdata:.2f}"
            ),
        )
    for title, point in points.items():
        if point["coverage"] is not None and point["risk"] is not None:
            name = f"certainty {point['certainty']:.2f}" if "certainty" in point else "as it is set"
            _mark(figure, point, ("coverage", "risk"), name, title, title == chosen)
    figure.update_xaxes(range=[0, 1.02], tickformat=".0%")
    figure.update_yaxes(rangemode="tozero", tickformat=".0%")
    return laid_out(figure, "faces answered, of all", "wrong answers, of those given", height=440)


def reliability(bins: Mapping[str, Sequence[float]]) -> go.Figure:
    """The share labelled female over the probability that was given, in bins of equal mass.

    Args:
        bins: ``predicted``, ``observed`` and the number of ``faces``, of equal length.
    """
    figure = go.Figure(_dotted("exactly calibrated", 0, 1))
    figure.add_scatter(
        x=bins["predicted"],
        y=bins["observed"],
        mode="lines+markers",
        line={"color": MALE, "width": 3},
        marker={"size": 8},
        customdata=bins["faces"],
        name="measured",
        hovertemplate="%{customdata:,} faces: %{x:.1%} given, %{y:.1%} labelled female",
    )
    _percent(figure)
    return laid_out(figure, "probability of female, as given", "labelled female", height=440)


def histogram(
    counts: Mapping[str, Sequence[float]], threshold: float, band: tuple[float, float] | None
) -> go.Figure:
    """How many faces of either label got which probability: female upwards, male downwards.

    Args:
        counts: ``edges`` (B + 1), ``female`` and ``male`` (B), as ``operating_points.histogram``
            gives.
        threshold: a face reads as female from there on.
        band: the probabilities between which the verdict is "?"; None shades none.
    """
    edges = np.asarray(counts["edges"])
    middles = (edges[:-1] + edges[1:]) / 2
    figure = go.Figure()
    for label, sign in (("female", 1), ("male", -1)):
        numbers = np.asarray(counts[label])
        figure.add_bar(
            x=middles,
            y=sign * numbers,
            width=np.diff(edges),
            name=f"labelled {label}",
            marker={
                "color": VERDICTS[label],
                "line": {"width": 0},
                "pattern": {
                    "shape": "/" if label == "female" else "",
                    "fillmode": "overlay",
                    "fgcolor": DARK,
                    "fgopacity": 0.4,
                    "size": 7,
                    "solidity": 0.2,
                },
            },
            customdata=np.column_stack([numbers, edges[:-1], edges[1:]]),
            hovertemplate=(
                "%{customdata[0]:,} labelled "
                + label
                + "<br>probability %{customdata[1]:.3f} to %{customdata[2]:.3f}<extra></extra>"
            ),
        )
    most = max(max(counts["female"]), max(counts["male"]), 1)
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
    line = {"dash": "dot", "color": UNSURE, "width": 1}
    return go.Scatter(
        x=[0, 1], y=[left, right], mode="lines", line=line, name=name, hoverinfo="skip"
    )


def _percent(figure: go.Figure) -> None:
    """Both axes show shares, from 0 to 1."""
    figure.update_xaxes(range=[-0.02, 1.02], tickformat=".0%")
    figure.update_yaxes(range=[-0.02, 1.02], tickformat=".0%")


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
    point: Mapping[str, Any],
    axes: tuple[str, str],
    name: str,
    title: str,
    strong: bool,
) -> None:
    """The operating point of a model: filled and in the legend if strong, hollow otherwise.

    Its ``intervals``, if it has some, are drawn as a cross.
    """
    x, y = axes
    bars = {
        f"error_{side}": whiskers([{axis: {"value": point[axis]} | point["intervals"][axis]}], axis)
        for side, axis in zip("xy", axes, strict=True)
        if "intervals" in point
    }
    figure.add_scatter(
        x=[point[x]],
        y=[point[y]],
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
        **bars,
    )
