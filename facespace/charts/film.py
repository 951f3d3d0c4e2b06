"""Figures of a film, who was in view when, and how many; and of what a webcam sees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from facespace.charts.style import NEUTRAL, laid_out
from facespace.charts.traces import PATTERNS, bars, line, marker_of
from facespace.palette import MALE, VERDICTS


def timeline(spans: Sequence[Mapping[str, Any]]) -> go.Figure:
    """One row a track, a bar for each stretch in view; the surer the verdict, the stronger.

    Args:
        spans: ``track``, ``label``, ``confidence`` (0 to 1), and ``start`` and ``end`` in
            seconds. A bar's ``customdata`` begins with its start.
    """
    figure = go.Figure()
    for label in PATTERNS:
        of_label = [span for span in spans if span["label"] == label]
        if not of_label:
            continue
        bar = bars(
            [span["end"] - span["start"] for span in of_label],
            [f"Face {span['track']}" for span in of_label],
            f"%{{y}}: {label}, %{{customdata[2]:.0%}} sure<br>"
            "%{customdata[0]:.1f} to %{customdata[1]:.1f} s",
            marker_of(label, opacity=[_opacity(span["confidence"]) for span in of_label]),
            label,
            base=[span["start"] for span in of_label],
            customdata=[[span["start"], span["end"], span["confidence"]] for span in of_label],
            orientation="h",
        )
        figure.add_trace(bar)
    rows = [f"Face {track}" for track in sorted({span["track"] for span in spans}, reverse=True)]
    look = {"barmode": "overlay", "bargap": 0.25, "legend_traceorder": "normal"}
    look["yaxis"] = {"categoryorder": "array", "categoryarray": rows, "automargin": True}
    return laid_out(figure, "seconds", "", 130 + 30 * max(1, len(rows)), showlegend=True, **look)


def _opacity(confidence: float) -> float:
    return 0.35 + 1.3 * (max(confidence, 0.5) - 0.5)


def in_view(seconds: Sequence[float], counts: Mapping[str, Sequence[int]]) -> go.Figure:
    """How many faces of each verdict are in view, stacked over time.

    Args:
        seconds: (N,), rising.
        counts: by verdict, (N,).
    """
    figure = go.Figure()
    for label, values in counts.items():
        if any(values):
            hover, colour = f"%{{x:.1f}} s: %{{y}} {label}<extra></extra>", VERDICTS[label]
            area = line(list(seconds), list(values), colour, hover, label, 1.5, shape="hv")
            figure.add_trace(area.update(stackgroup="all"))
    most = max((sum(values) for values in zip(*counts.values(), strict=True)), default=0)
    axis = {"rangemode": "tozero", "dtick": 1 if most < 8 else None}
    return laid_out(figure, "seconds", "faces in view", 260, showlegend=True, yaxis=axis)


def people(starts: Sequence[datetime], counts: Mapping[str, Sequence[int]]) -> go.Figure:
    """How many people of each verdict left in each minute, stacked.

    Args:
        starts: (N,), of the minutes, as a clock on the wall shows them.
        counts: by verdict, (N,).
    """
    figure = go.Figure()
    for label, values in counts.items():
        hover = f"%{{x|%H:%M}}: %{{y}} {label}"
        figure.add_trace(bars(list(starts), list(values), hover, marker_of(label), label))
    most = max((sum(values) for values in zip(*counts.values(), strict=True)), default=0)
    axis = {"rangemode": "tozero", "dtick": 1 if most < 8 else None, "range": [0, max(most, 3)]}
    # A bar is as wide as a minute, also where there is one alone.
    figure.update_traces(width=50_000, xperiod=60_000, xperiodalignment="start")
    look = {"barmode": "stack", "legend_traceorder": "normal", "showlegend": True, "yaxis": axis}
    laid_out(figure, "", "people per minute", 240, **look)
    if starts:
        first = min(starts[0], starts[-1] - timedelta(minutes=9))
        ends = [first - timedelta(minutes=0.5), starts[-1] + timedelta(minutes=0.5)]
        figure.update_xaxes(range=ends, tickformat="%H:%M")
    return figure


def history(rows: Sequence[tuple[float, int, float]]) -> go.Figure:
    """Faces in view and frames per second, over the last minute.

    Args:
        rows: seconds ago, faces in view, frames shown a second.
    """
    ago = [-row[0] for row in rows]
    figure = make_subplots(specs=[[{"secondary_y": True}]])
    hover, faces = "%{y} faces<extra></extra>", [row[1] for row in rows]
    figure.add_trace(line(ago, faces, MALE, hover, "faces in view", shape="hv"))
    hover, rates = "%{y:.0f} frames per second<extra></extra>", [row[2] for row in rows]
    second = line(ago, rates, NEUTRAL, hover, "frames per second", 2, dash="dot")
    figure.add_trace(second, secondary_y=True)
    laid_out(figure, "seconds", "", 220, margin={"l": 10, "r": 10, "t": 30, "b": 10})
    figure.update_xaxes(range=[-60, 0])
    figure.update_yaxes(rangemode="tozero", dtick=1, secondary_y=False)
    right = {"showgrid": False, "tickformat": ".0f", "nticks": 4}
    return figure.update_yaxes(rangemode="tozero", **right, secondary_y=True)
