"""Figures of a film: who was in view when, and how many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from facespace.charts.style import laid_out
from facespace.charts.traces import PATTERNS, line, marker_of
from facespace.palette import VERDICTS


def timeline(spans: Sequence[Mapping[str, Any]]) -> go.Figure:
    """One row a track, a bar for each stretch in view; the surer the verdict, the stronger.

    Args:
        spans: ``track``, ``label``, ``certainty`` (0.5 to 1), and ``start`` and ``end`` in
            seconds. A bar's ``customdata`` begins with its start.
    """
    figure = go.Figure()
    for label in PATTERNS:
        of_label = [span for span in spans if span["label"] == label]
        if not of_label:
            continue
        figure.add_bar(
            y=[f"Face {span['track']}" for span in of_label],
            base=[span["start"] for span in of_label],
            x=[span["end"] - span["start"] for span in of_label],
            customdata=[[span["start"], span["end"], span["certainty"]] for span in of_label],
            orientation="h",
            name=label,
            marker=marker_of(
                label, opacity=[0.35 + 1.3 * (span["certainty"] - 0.5) for span in of_label]
            ),
            hovertemplate=f"%{{y}}: {label}, %{{customdata[2]:.0%}} sure<br>"
            "%{customdata[0]:.1f} to %{customdata[1]:.1f} s<extra></extra>",
        )
    rows = [f"Face {track}" for track in sorted({span["track"] for span in spans}, reverse=True)]
    figure.update_yaxes(categoryorder="array", categoryarray=rows, automargin=True)
    look = {"barmode": "overlay", "bargap": 0.25, "legend_traceorder": "normal"}
    return laid_out(figure, "seconds", "", 130 + 30 * max(1, len(rows)), showlegend=True, **look)


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
    figure.update_yaxes(rangemode="tozero", dtick=1 if most < 8 else None)
    return laid_out(figure, "seconds", "faces in view", 260, showlegend=True)
