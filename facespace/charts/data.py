"""Figures of a data set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from facespace.artifacts.dataset_description import Detected, Distribution, Spread
from facespace.charts.style import (
    NEUTRAL,
    PALE,
    PERCENT,
    ROWS,
    SYMBOLS,
    counted,
    laid_out,
    whiskers,
)
from facespace.charts.traces import about_zero, bars, grid, marker_of, middles, spans, square
from facespace.metrics import intervals
from facespace.metrics.groups import LEAST_GROUP
from facespace.palette import DARK, FEMALE, MALE, UNSURE

#: Colours of detectors and other ways to find a face; symbols say the same again.
_WAYS = (MALE, FEMALE, "#2f9e77", UNSURE)


def counts(table: Mapping[str, Mapping[str, int]], unit: str) -> go.Figure:
    """Stacked bars of photos labelled female and male.

    Args:
        table: for each value on the x axis, how many photos carry each label.
        unit: the title of the x axis.
    """
    figure = go.Figure()
    for label in ("female", "male"):
        heights = [row.get(label, 0) for row in table.values()]
        shares = [row.get(label, 0) / max(sum(row.values()), 1) for row in table.values()]
        hover = f"%{{x}}<br>%{{y:,}} labelled {label}, %{{customdata:.1%}}"
        bar = bars(list(table), heights, hover, marker_of(label), label, customdata=shares)
        figure.add_trace(bar)
    look = {"barmode": "stack", "legend_traceorder": "normal", "xaxis": {"type": "category"}}
    return laid_out(figure, unit, "photos", 340, **look)


def crossing(table: Mapping[str, Mapping[str, int]], rows: str, columns: str) -> go.Figure:
    """A heat map of how many photos share a value on each axis, with count and share of all.

    Args:
        table: for each row, counts by column.
        rows, columns: the titles of the axes.
    """
    across = list(next(iter(table.values()), {}))
    z = np.array([[row.get(column, 0) for column in across] for row in table.values()])
    total = max(int(z.sum()), 1)
    drawn = grid(
        z,
        across,
        list(table),
        f"{rows} %{{y}}, {columns} %{{x}}<br>%{{z:,}} photos, %{{customdata:.2%}}",
        [[0, "#eef3f8"], [1, "#5fa2da"]],  # dark words stay legible
        text=[[f"{n:,}<br>{n / total:.1%}" for n in row] for row in z],
        textfont={"size": 11, "color": DARK},
        customdata=z / total,
        **{"zmin": 0, "xgap": 1, "ygap": 1},
    )
    category = {"type": "category"}
    axes = {"xaxis": {**category, "side": "top"}, "yaxis": {**category, **ROWS}}
    return laid_out(go.Figure(drawn), columns, rows, 110 + 42 * len(table), **axes)


def measure(table: Distribution, unit: str) -> go.Figure:
    """A box over a histogram of one measure.

    Args:
        table: of all photos.
        unit: the title of the x axis.
    """
    edges = np.asarray(table.edges, np.float64)
    left, right = edges[:-1], edges[1:]
    everyone, female = np.asarray(table.counts), np.asarray(table.female)
    figure = make_subplots(2, 1, shared_xaxes=True, row_heights=[0.18, 0.82], vertical_spacing=0.03)
    figure.add_trace(_box({"": table}, NEUTRAL), 1, 1)
    for label, heights in (("female", female), ("male", everyone - female)):
        hover = "%{customdata[0]:,.4~g} to %{customdata[1]:,.4~g}: %{y:,} labelled " + label
        ends = {"width": right - left, "customdata": np.stack([left, right], axis=1)}
        bar = bars(middles(edges), heights, hover, marker_of(label), label, **ends)
        figure.add_trace(bar, 2, 1)
    laid_out(figure, "", "", 400, barmode="stack", bargap=0.02, legend_traceorder="normal")
    figure.update_yaxes(showticklabels=False, row=1, col=1)
    figure.update_yaxes(title="photos", row=2, col=1)
    figure.update_xaxes(title=unit, row=2, col=1)
    return figure


def boxes(by: Mapping[str, Spread], unit: str) -> go.Figure:
    """A box a group: its middle half, the median, and whiskers from 5 to 95 % of the photos.

    Args:
        by: the groups; those of fewer than ``LEAST_GROUP`` photos are pale.
        unit: the title of the x axis.
    """
    figure = go.Figure()
    for large, colour in ((True, NEUTRAL), (False, PALE)):
        rows = {k: row for k, row in by.items() if (row.photos >= LEAST_GROUP) == large}
        if rows:
            figure.add_trace(_box(rows, colour))
    named = [counted(name, row.photos) for name, row in by.items()]
    order = {"categoryorder": "array", "categoryarray": named[::-1], "automargin": True}
    return laid_out(figure, unit, "", 130 + 34 * len(by), yaxis=order)


def found(table: Mapping[str, Mapping[str, Detected]]) -> go.Figure:
    """In which share of each group's photos a face was found, with 95 % intervals (Wilson).

    Args:
        table: by a way of looking, by group; every way has all groups.
    """
    figure = go.Figure()
    first = next(iter(table.values()), {})
    named = [counted(name, row.photos) for name, row in first.items()]
    for i, (way, rows) in enumerate(table.items()):
        pairs = [(row.found, row.photos) for row in rows.values()]
        shares = [intervals.proportion(*pair) for pair in pairs]
        # Each way a little higher or lower, so that equal rates do not hide one another.
        offset = (i - (len(table) - 1) / 2) * 0.17
        rates = spans(
            shares,
            np.arange(len(shares)) + offset,
            way + ", %{customdata[0]}<br>%{customdata[1]:,} of %{customdata[2]:,}: %{x:.1%}",
            {"size": 9, "color": _WAYS[i % len(_WAYS)], "symbol": SYMBOLS[i % len(SYMBOLS)]},
            name=way,
            error_x=whiskers(shares) | {"width": 0},
            customdata=[(name, *pair) for name, pair in zip(rows, pairs, strict=True)],
        )
        figure.add_trace(rates)
    names = {"tickvals": np.arange(len(named)), "ticktext": named, "automargin": True}
    axes = {
        "xaxis": {**PERCENT, "zeroline": False},
        "yaxis": {**names, "range": [len(named) - 0.5, -0.5], "zeroline": False},
    }
    height = 170 + 46 * len(named)
    return laid_out(figure, "photos in which a face is found", "", height, **axes)


def difference(picture: npt.NDArray[Any], one: str, other: str) -> go.Figure:
    """What a mean face has more or less of than another, (side, side) grey levels."""
    most = max(float(np.abs(picture).max()), 1e-6)
    bar = {"title": {"text": "grey levels", "side": "right"}, "thickness": 14}
    hover = f"{one} − {other}: %{{z:+.1f}} grey levels<extra></extra>"
    figure = square(go.Figure(about_zero(picture, most, hover, bar)), 340)
    return figure.update_layout(margin={"t": 10})


def nearest(photos: Sequence[int], cutoffs: Mapping[str, float]) -> go.Figure:
    """Photos by how many bits of their hash differ from the photo most like them.

    Args:
        photos: how many for each number of bits, from 0 on.
        cutoffs: by what is said of them, numbers of bits.
    """
    hover, look = "%{x} bits: %{y:,} photos", {"color": NEUTRAL}
    figure = go.Figure(bars(np.arange(len(photos)), photos, hover, look, showlegend=False))
    axis, words = {"type": "log", "dtick": 1}, "bits that differ from the photo most alike"
    laid_out(figure, words, "photos", bargap=0.1, yaxis=axis)
    _mark(figure, {words: bits + 0.5 for words, bits in cutoffs.items()})
    return figure


def _box(rows: Mapping[str, Spread | Distribution], colour: str) -> go.Box:
    named = [counted(n, row.photos) if isinstance(row, Spread) else "" for n, row in rows.items()]
    edges = {"lowerfence": "p5", "q1": "p25", "median": "median", "q3": "p75", "upperfence": "p95"}
    return go.Box(
        y=named,
        orientation="h",
        **{ours: [getattr(row, key) for row in rows.values()] for ours, key in edges.items()},
        marker_color=colour,
        showlegend=False,
        name="",
    )


def _mark(figure: go.Figure, cutoffs: Mapping[str, float]) -> None:
    """Dotted lines through all rows of a figure, the legend says what they are."""
    dashes = ("dot", "dash", "dashdot")
    for i, (words, value) in enumerate(sorted(cutoffs.items(), key=lambda pair: pair[1])):
        line = {"dash": dashes[i % len(dashes)], "width": 2, "color": UNSURE}
        figure.add_vline(value, line=line)
        figure.add_scatter(x=[None], y=[None], mode="lines", line=line, name=words)
