"""Figures of how often models read as labelled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Any

import numpy as np
import plotly.graph_objects as go

from facespace.charts.style import SYMBOLS, in_words, laid_out, span, whiskers
from facespace.palette import DARK, MALE, UNSURE, VERDICTS, ink


def across(
    table: Mapping[str, Mapping[str, Mapping[str, float | None]]],
    chosen: str,
    title: str,
    percent: bool,
) -> go.Figure:
    """One metric of several models on several test sets, with intervals.

    Args:
        table: by a model's title, by test set its interval (``value``, ``low``, ``high``).
        chosen: the title of the one that stands out.
        title: what people call the metric.
        percent: whether it reads as a percentage.
    """
    figure = go.Figure()
    form = ".1%" if percent else ".3f"
    for (name, row), symbol in zip(table.items(), cycle(SYMBOLS), strict=False):
        cells = [{title: cell} for cell in row.values()]
        figure.add_scatter(
            x=[cell["value"] for cell in row.values()],
            y=list(row),
            mode="markers",
            orientation="h",
            marker={
                "size": 11,
                "symbol": symbol,
                "color": MALE if name == chosen else UNSURE,
            },
            error_x=whiskers(cells, title),
            customdata=[[cell["low"], cell["high"]] for cell in row.values()],
            name=name,
            hovertemplate=(
                f"%{{y}}, {name}: %{{x:{form}}}<br>95 %: %{{customdata[0]:{form}}} to "
                f"%{{customdata[1]:{form}}}<extra></extra>"
            ),
        )
    figure.update_layout(scattermode="group", scattergap=0.4)
    every = [{title: cell} for row in table.values() for cell in row.values()]
    low, high = span(every, (title,))
    # No room below 0 but for half a marker.
    figure.update_xaxes(tickformat=".0%" if percent else "", range=[max(low, -0.004), high])
    figure.update_yaxes(autorange="reversed", automargin=True)
    sets = len({key for row in table.values() for key in row})
    return laid_out(figure, title.lower() if percent else title, "", height=140 + 58 * sets)


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
            font={"size": 16, "color": "white" if shares[row, column] > 0.5 else DARK},
        )
    figure.update_yaxes(autorange="reversed", tickangle=-90)
    return laid_out(figure, "", "", height=380)
