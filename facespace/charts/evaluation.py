"""Figures of how often models predict what is labelled, and of what detectors find."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import cycle

import numpy as np
import plotly.graph_objects as go

from facespace.charts.style import BLUES, PALE, PERCENT, ROWS, SYMBOLS, in_words, laid_out, span
from facespace.charts.traces import bars, grid, hatched, spans
from facespace.metrics.intervals import Interval
from facespace.metrics.operating_point import Confusion
from facespace.palette import DARK, FEMALE, MALE, UNSURE, ink

#: What can become of a photo: words, colour and pattern.
OUTCOMES = {
    "right": ("predicted as labelled", MALE, ""),
    "unsure": ("“?”", UNSURE, ""),
    "wrong": ("read wrongly", FEMALE, "/"),
    "missed": ("no face found", PALE, "x"),
}


def across(
    table: Mapping[str, Mapping[str, Interval]], chosen: str, title: str, percent: bool
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
        figure.add_trace(_cells(row, name, marker, f"%{{y}}, {name}: %{{x:{form}}}", form))
    low, high = span(cell for row in table.values() for cell in row.values())
    # No room below 0 but for half a marker.
    shown = {"tickformat": ".0%" if percent else "", "range": [max(low, -0.004), high]}
    look = {"xaxis": shown, "yaxis": ROWS, "scattermode": "group", "scattergap": 0.4}
    sets = len({key for row in table.values() for key in row})
    return laid_out(figure, title.lower() if percent else title, "", 140 + 58 * sets, **look)


def shares(table: Mapping[str, Mapping[str, Interval]]) -> go.Figure:
    """What becomes of photos, as stacked bars: right, "?", wrong or not found.

    Args:
        table: by the name of a bar the shares ``right``, ``unsure``, ``wrong``, ``missed``;
            their values sum to 1.
    """
    figure = go.Figure()
    for outcome, (words, colour, pattern) in OUTCOMES.items():
        cells = [row[outcome] for row in table.values()]
        values, told = [cell.value for cell in cells], [in_words(cell) for cell in cells]
        hover, look = f"%{{y}}: %{{customdata}} {words}", hatched(colour, pattern)
        bar = bars(values, list(table), hover, look, words, orientation="h", customdata=told)
        bar.update(texttemplate="%{x:.0%}", textposition="inside", textangle=0)
        bar.update(insidetextanchor="middle", insidetextfont={"color": ink(colour)})
        figure.add_trace(bar)
    # A share too small for its number has it in the hover alone.
    small = {"minsize": 11, "mode": "hide"}
    look = {"barmode": "stack", "uniformtext": small, "legend_traceorder": "normal"}
    axes = {"xaxis": {**PERCENT, "range": [0, 1.01]}, "yaxis": ROWS}
    return laid_out(figure, "share of all photos", "", 150 + 48 * len(table), **look, **axes)


def intervals(table: Mapping[str, Mapping[str, Interval]], metrics: Mapping[str, str]) -> go.Figure:
    """Some metrics with their intervals, for each of several models; 0.5 is chance.

    Args:
        table: by a model's title its metrics, 0 to 1.
        metrics: which to draw, at most three, and what people call them.
    """
    figure = go.Figure()
    for (metric, title), symbol in zip(metrics.items(), SYMBOLS, strict=False):
        cells = {name: row[metric] for name, row in table.items()}
        hover = f"%{{y}}: {title} %{{x:.3f}}"
        figure.add_trace(_cells(cells, title, {"symbol": symbol}, hover, ".3f"))
    low, high = span(row[metric] for row in table.values() for metric in metrics)
    look = {"colorway": [MALE, FEMALE, UNSURE], "scattermode": "group", "scattergap": 0.5}
    axes = {"xaxis": {"range": [min(low, 0.49), high]}, "yaxis": ROWS}
    height = 140 + 42 * len(table)
    return laid_out(figure, "0.5 is chance, 1 is perfect", "", height, **look, **axes)


def _cells(
    cells: Mapping[str, Interval], name: str, marker: dict[str, str], hover: str, form: str
) -> go.Scatter:
    """Markers with their intervals, one on each line of the y axis."""
    hover += f"<br>95 %: %{{customdata[0]:{form}}} to %{{customdata[1]:{form}}}"
    ends = [[cell.low, cell.high] for cell in cells.values()]
    more = {"name": name, "customdata": ends, "orientation": "h"}
    return spans(list(cells.values()), list(cells), hover, marker, **more)


def confusion(matrix: Confusion) -> go.Figure:
    """Counts and shares; rows are labels, columns verdicts, both female then male."""
    numbers = np.asarray(matrix)
    shares = numbers / numbers.sum(axis=1, keepdims=True)
    verdicts, labels = (
        [f"{done} {sex}" for sex in ("female", "male")] for done in ("predicted", "labelled")
    )
    hover = "%{y}, %{x}: %{z:.1%}"
    figure = go.Figure(grid(shares, verdicts, labels, hover, BLUES, zmin=0, zmax=1))
    for (row, column), number in np.ndenumerate(numbers):
        share = shares[row, column]
        figure.add_annotation(
            x=column,
            y=row,
            text=f"<b>{number:,}</b><br>{share:.1%}",
            showarrow=False,
            font={"size": 16, "color": "white" if share > 0.5 else DARK},
        )
    return laid_out(figure, "", "", 380, yaxis={"autorange": "reversed", "tickangle": -90})


def detection(
    table: Mapping[str, Mapping[str, float | None]], chosen: str, x: str, percent: bool = True
) -> go.Figure:
    """Bars of several detectors beside one another, in groups; one detector stands out.

    Args:
        table: by a detector's title the values of each group; None draws no bar.
        chosen: the title of the one that stands out.
        x: what the x axis shows, with its unit.
        percent: whether values are shares, 0 to 1.
    """
    form = ".1%" if percent else ".1f"
    figure, others = go.Figure(), cycle(("", "/", ".", "x"))
    for title, row in table.items():
        strong = title == chosen
        look = hatched(MALE if strong else PALE, "" if strong else next(others))
        hover = f"%{{y}}, {title}: %{{x:{form}}}"
        bar = bars(list(row.values()), list(row), hover, look, title, orientation="h")
        bar.update(texttemplate=f"%{{x:{form}}}", textposition="outside", cliponaxis=False)
        figure.add_trace(bar)
    shown: dict[str, object] = {"rangemode": "tozero", "tickformat": ""}
    if percent:
        # Numbers stand to the right of the bars.
        shown |= {**PERCENT, "range": [0, 1.15], "tickvals": [0, 0.25, 0.5, 0.75, 1]}
    height = 150 + (24 * len(table) + 16) * len({group for row in table.values() for group in row})
    look = {"barmode": "group", "bargap": 0.12, "legend_traceorder": "normal"}
    return laid_out(figure, x, "", height, xaxis=shown, yaxis=ROWS, **look)
