"""Figures of a film: who was in view when, and how many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from facespace.charts.style import laid_out
from facespace.palette import VERDICTS


def timeline(spans: Sequence[Mapping[str, Any]]) -> go.Figure:
    """One row a track, a bar for each stretch in view; the surer the verdict, the stronger.

    Args:
        spans: ``track``, ``label``, ``certainty`` (0.5 to 1), and ``start`` and ``end`` in
            seconds. A bar's ``customdata`` begins with its start.
    """
    figure = go.Figure()
    for label, pattern in (("female", ""), ("male", "/"), ("?", ".")):
        mine = [span for span in spans if span["label"] == label]
        if not mine:
            continue
        figure.add_bar(
            y=[f"Face {span['track']}" for span in mine],
            base=[span["start"] for span in mine],
            x=[span["end"] - span["start"] for span in mine],
            customdata=[[span["start"], span["end"], span["certainty"]] for span in mine],
            orientation="h",
            name=label,
            marker={
                "color": VERDICTS[label],
                "opacity": [0.35 + 1.3 * (span["certainty"] - 0.5) for span in mine],
                "pattern": {"shape": pattern, "size": 6},
            },
            hovertemplate=(
                f"%{{y}}: {label}, %{{customdata[2]:.0%}} sure<br>"
                "%{customdata[0]:.1f} to %{customdata[1]:.1f} s<extra></extra>"
            ),
        )
    tracks = sorted({span["track"] for span in spans})
    figure.update_yaxes(
        categoryorder="array",
        categoryarray=[f"Face {track}" for track in reversed(tracks)],
        automargin=True,
    )
    height = 130 + 30 * max(1, len(tracks))
    return laid_out(
        figure,
        "seconds",
        "",
        height=height,
        barmode="overlay",
        bargap=0.25,
        showlegend=True,
        legend_traceorder="normal",
    )


def in_view(seconds: Sequence[float], counts: Mapping[str, Sequence[int]]) -> go.Figure:
    """How many faces of each verdict are in view, stacked over time.

    Args:
        seconds: (N,), rising.
        counts: by verdict, (N,).
    """
    figure = go.Figure()
    for label, values in counts.items():
        if not any(values):
            continue
        figure.add_scatter(
            x=list(seconds),
            y=list(values),
            name=label,
            mode="lines",
            stackgroup="all",
            line={"shape": "hv", "color": VERDICTS[label], "width": 1.5},
            hovertemplate=f"%{{x:.1f}} s: %{{y}} {label}<extra></extra>",
        )
    figure.update_yaxes(rangemode="tozero", dtick=1 if _most(counts) < 8 else None)
    return laid_out(figure, "seconds", "faces in view", height=260, showlegend=True)


def _most(counts: Mapping[str, Sequence[int]]) -> int:
    return max((sum(values) for values in zip(*counts.values(), strict=True)), default=0)
