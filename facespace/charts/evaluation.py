"""Figures of how well a model reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from facespace.charts.style import DARK, SYMBOLS, in_words, laid_out, span, styled, whiskers
from facespace.palette import MALE, UNSURE, VERDICTS


def roc(
    curves: Mapping[str, Mapping[str, Sequence[float]]],
    chosen: str,
    points: Mapping[str, Mapping[str, float]],
) -> go.Figure:
    """Receiver operating characteristics and where each model stands on its own; one stands out.

    Args:
        curves: by title, ``fpr``, ``tpr``, ``threshold``, of equal length.
        chosen: the title of the one that stands out.
        points: by title, ``fpr`` and ``tpr`` at the model's ``threshold``, the probability from
            which a face reads as female.
    """
    figure = go.Figure(_diagonal("by chance"))
    for title, curve, style in styled(curves, chosen):
        figure.add_scatter(
            x=curve["fpr"],
            y=curve["tpr"],
            mode="lines",
            line=style,
            customdata=curve["threshold"],
            name=title,
            hovertemplate=(
                "threshold %{customdata:.2f}<br>%{y:.1%} of those labelled female found<br>"
                "%{x:.1%} of those labelled male taken for female"
            ),
        )
    for title, point in points.items():
        name = f"threshold {point['threshold']:.2f}"
        _mark(figure, point["fpr"], point["tpr"], name, title, title == chosen)
    figure.update_xaxes(range=[-0.02, 1.02], tickformat=".0%")
    figure.update_yaxes(range=[-0.02, 1.02], tickformat=".0%")
    return laid_out(
        figure, "labelled male, read as female", "labelled female, read as female", height=440
    )


def risk_coverage(
    curves: Mapping[str, Mapping[str, Sequence[float]]],
    chosen: str,
    points: Mapping[str, Mapping[str, float | None]],
) -> go.Figure:
    """The share of wrong answers over the share of faces answered, most certain first.

    Args:
        curves: by title, ``coverage``, ``risk``, ``certainty``, of equal length.
        chosen: the title of the one that stands out.
        points: by title, ``coverage`` and ``risk`` as the model is set; no ``risk`` (None) where
            it answers none.
    """
    figure = go.Figure()
    for title, curve, style in styled(curves, chosen):
        figure.add_scatter(
            x=curve["coverage"],
            y=curve["risk"],
            mode="lines",
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
            _mark(figure, point["coverage"], point["risk"], "as it is set", title, title == chosen)
    figure.update_xaxes(range=[0, 1.02], tickformat=".0%")
    figure.update_yaxes(rangemode="tozero", tickformat=".0%")
    return laid_out(figure, "faces answered, of all", "wrong answers, of those given", height=440)


def reliability(bins: Mapping[str, Sequence[float]]) -> go.Figure:
    """The share labelled female over the probability that was given, in bins of equal mass.

    Args:
        bins: ``predicted``, ``observed`` and the number of ``faces``, of equal length.
    """
    figure = go.Figure(_diagonal("exactly calibrated"))
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
    figure.update_xaxes(range=[-0.02, 1.02], tickformat=".0%")
    figure.update_yaxes(range=[-0.02, 1.02], tickformat=".0%")
    return laid_out(figure, "probability of female, as given", "labelled female", height=440)


def shares(table: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> go.Figure:
    """What becomes of photos, as stacked bars: right, "?", wrong or not found.

    Args:
        table: by the name of a bar the shares ``right``, ``unsure``, ``wrong``, ``missed`` as
            intervals (``value``, ``low``, ``high``); their values sum to 1.
    """
    figure = go.Figure()
    for outcome, (words, colour, pattern) in OUTCOMES.items():
        cells = [row[outcome] for row in table.values()]
        figure.add_bar(
            y=list(table),
            x=[cell["value"] for cell in cells],
            name=words,
            orientation="h",
            marker={
                "color": colour,
                "pattern": {
                    "shape": pattern,
                    "fillmode": "overlay",
                    "fgcolor": DARK,
                    "fgopacity": 0.4,
                    "size": 7,
                    "solidity": 0.2,
                },
            },
            texttemplate="%{x:.0%}",
            textposition="inside",
            insidetextanchor="middle",
            insidetextfont={"color": DARK},
            textangle=0,
            customdata=[in_words(cell) for cell in cells],
            hovertemplate=f"%{{y}}: %{{customdata}} {words}<extra></extra>",
        )
    figure.update_xaxes(tickformat=".0%", range=[0, 1.01])
    figure.update_yaxes(autorange="reversed", automargin=True)
    # A share too small for its number has it in the hover alone.
    figure.update_layout(uniformtext={"minsize": 11, "mode": "hide"}, legend_traceorder="normal")
    return laid_out(
        figure, "share of all photos", "", height=150 + 48 * len(table), barmode="stack"
    )


#: What can become of a photo: words, colour and pattern.
OUTCOMES = {
    "right": ("read as labelled", MALE, ""),
    "unsure": ("“?”", UNSURE, ""),
    "wrong": ("read wrongly", VERDICTS["female"], "/"),
    "missed": ("no face found", "#b9c0c8", "x"),
}


def intervals(table: Mapping[str, Mapping[str, Any]], metrics: Mapping[str, str]) -> go.Figure:
    """Some metrics with their intervals, for each of several models; 0.5 is chance.

    Args:
        table: by a model's title its metrics (``value``, ``low``, ``high``), 0 to 1.
        metrics: which to draw, at most three, and what people call them.
    """
    figure = go.Figure()
    for (metric, title), symbol in zip(metrics.items(), SYMBOLS, strict=False):
        figure.add_scatter(
            x=[row[metric]["value"] for row in table.values()],
            y=list(table),
            mode="markers",
            orientation="h",
            marker={"size": 11, "symbol": symbol},
            error_x=whiskers(list(table.values()), metric),
            customdata=[[row[metric]["low"], row[metric]["high"]] for row in table.values()],
            name=title,
            hovertemplate=(
                f"%{{y}}: {title} %{{x:.3f}}<br>"
                "95 %: %{customdata[0]:.3f} to %{customdata[1]:.3f}<extra></extra>"
            ),
        )
    figure.update_layout(
        colorway=[MALE, VERDICTS["female"], UNSURE], scattermode="group", scattergap=0.5
    )
    low, high = span(table.values(), metrics)
    figure.update_xaxes(range=[min(low, 0.49), high])
    figure.update_yaxes(autorange="reversed", automargin=True)
    return laid_out(figure, "0.5 is chance, 1 is perfect", "", height=140 + 42 * len(table))


def confusion(matrix: Sequence[Sequence[int]]) -> go.Figure:
    """Counts and shares; rows are labels, columns verdicts, both female then male."""
    numbers = np.asarray(matrix)
    shares = numbers / numbers.sum(axis=1, keepdims=True)
    figure = go.Figure(
        go.Heatmap(
            z=shares,
            x=["read as female", "read as male"],
            y=["labelled female", "labelled male"],
            zmin=0,
            zmax=1,
            colorscale=[[0, "#eef3f8"], [1, "#0b63a5"]],
            showscale=False,
            hovertemplate="%{y}, %{x}: %{z:.1%}<extra></extra>",
        )
    )
    for (row, column), number in np.ndenumerate(numbers):
        figure.add_annotation(
            x=column,
            y=row,
            text=f"<b>{number:,}</b><br>{shares[row, column]:.1%}",
            showarrow=False,
            font={"size": 16, "color": "white" if shares[row, column] > 0.5 else "#17202b"},
        )
    figure.update_yaxes(autorange="reversed", tickangle=-90)
    return laid_out(figure, "", "", height=380)


def _diagonal(name: str) -> go.Scatter:
    line = {"dash": "dot", "color": UNSURE, "width": 1}
    return go.Scatter(x=[0, 1], y=[0, 1], mode="lines", line=line, name=name, hoverinfo="skip")


def _mark(figure: go.Figure, x: float, y: float, name: str, title: str, strong: bool) -> None:
    """The operating point of a model: filled and in the legend if strong, hollow otherwise."""
    figure.add_scatter(
        x=[x],
        y=[y],
        mode="markers",
        marker={
            "size": 13 if strong else 10,
            "symbol": "diamond" if strong else "diamond-open",
            "color": VERDICTS["female"] if strong else UNSURE,
            # The border of a filled one would be black in both themes.
            "line": {"width": 0 if strong else 2},
        },
        name=name,
        meta=title,
        showlegend=strong,
        hovertemplate=f"{title}, {name}<br>%{{y:.1%}} at %{{x:.1%}}<extra></extra>",
    )
