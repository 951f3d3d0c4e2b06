"""Figures of how often models predict what is labelled."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import cycle

import numpy as np
import plotly.graph_objects as go

from facespace.charts.style import SYMBOLS, in_words, laid_out, span, whiskers
from facespace.charts.traces import hatched
from facespace.metrics.intervals import Interval
from facespace.metrics.operating_point import Confusion
from facespace.palette import DARK, MALE, UNSURE, VERDICTS, ink


def across(
    table: Mapping[str, Mapping[str, Interval]],
    chosen: str,
    title: str,
    percent: bool,
) -> go.Figure:
    """One metric of several models on several test sets, with intervals.

    Args:
        table: by a model's title, by test set its interval.
        chosen: the title of the one that stands out.
        title: what people call the metric.
        percent: whether it is a percentage.
    """
    figure = go.Figure()
    form = ".1%" if percent else ".3f"
    for (name, row), symbol in zip(table.items(), cycle(SYMBOLS), strict=False):
        marker = {"symbol": symbol, "color": MALE if name == chosen else UNSURE}
        _add(figure, row, name, marker, f"%{{y}}, {name}: %{{x:{form}}}", form)
    figure.update_layout(scattermode="group", scattergap=0.4)
    low, high = span(cell for row in table.values() for cell in row.values())
    # No room below 0 but for half a marker.
    figure.update_xaxes(tickformat=".0%" if percent else "", range=[max(low, -0.004), high])
    figure.update_yaxes(autorange="reversed", automargin=True)
    sets = len({key for row in table.values() for key in row})
    return laid_out(figure, title.lower() if percent else title, "", height=140 + 58 * sets)


def shares(table: Mapping[str, Mapping[str, Interval]]) -> go.Figure:
    """What becomes of photos, as stacked bars: right, "?", wrong or not found.

    Args:
        table: by the name of a bar the shares ``right``, ``unsure``, ``wrong``, ``missed``;
            their values sum to 1.
    """
    figure = go.Figure()
    for outcome, (words, colour, pattern) in OUTCOMES.items():
        cells = [row[outcome] for row in table.values()]
        figure.add_bar(
            y=list(table),
            x=[cell.value for cell in cells],
            name=words,
            orientation="h",
            marker=hatched(colour, pattern),
            texttemplate="%{x:.0%}",
            textposition="inside",
            insidetextanchor="middle",
            insidetextfont={"color": ink(colour)},
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
    "right": ("predicted as labelled", MALE, ""),
    "unsure": ("“?”", UNSURE, ""),
    "wrong": ("read wrongly", VERDICTS["female"], "/"),
    "missed": ("no face found", "#b9c0c8", "x"),
}


def intervals(table: Mapping[str, Mapping[str, Interval]], metrics: Mapping[str, str]) -> go.Figure:
    """Some metrics with their intervals, for each of several models; 0.5 is chance.

    Args:
        table: by a model's title its metrics, 0 to 1.
        metrics: which to draw, at most three, and what people call them.
    """
    figure = go.Figure()
    for (metric, title), symbol in zip(metrics.items(), SYMBOLS, strict=False):
        cells = {name: row[metric] for name, row in table.items()}
        _add(figure, cells, title, {"symbol": symbol}, f"%{{y}}: {title} %{{x:.3f}}", ".3f")
    figure.update_layout(
        colorway=[MALE, VERDICTS["female"], UNSURE], scattermode="group", scattergap=0.5
    )
    low, high = span(row[metric] for row in table.values() for metric in metrics)
    figure.update_xaxes(range=[min(low, 0.49), high])
    figure.update_yaxes(autorange="reversed", automargin=True)
    return laid_out(figure, "0.5 is chance, 1 is perfect", "", height=140 + 42 * len(table))


def _add(
    figure: go.Figure,
    cells: Mapping[str, Interval],
    name: str,
    marker: dict[str, str],
    hover: str,
    form: str,
) -> None:
    """Markers with their intervals, one on each line of the y axis."""
    figure.add_scatter(
        x=[cell.value for cell in cells.values()],
        y=list(cells),
        mode="markers",
        orientation="h",
        marker={"size": 11, **marker},
        error_x=whiskers(list(cells.values())),
        customdata=[[cell.low, cell.high] for cell in cells.values()],
        name=name,
        hovertemplate=(
            f"{hover}<br>95 %: %{{customdata[0]:{form}}} to %{{customdata[1]:{form}}}"
            "<extra></extra>"
        ),
    )


def confusion(matrix: Confusion) -> go.Figure:
    """Counts and shares; rows are labels, columns verdicts, both female then male."""
    numbers = np.asarray(matrix)
    shares = numbers / numbers.sum(axis=1, keepdims=True)
    figure = go.Figure(
        go.Heatmap(
            z=shares,
            x=["predicted female", "predicted male"],
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
            font={"size": 16, "color": "white" if shares[row, column] > 0.5 else DARK},
        )
    figure.update_yaxes(autorange="reversed", tickangle=-90)
    return laid_out(figure, "", "", height=380)
