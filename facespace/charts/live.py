"""The figure beside the webcam."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from facespace.charts.style import NEUTRAL
from facespace.palette import MALE


def history(rows: Sequence[tuple[float, int, float]]) -> go.Figure:
    """Faces in view and frames a second, over the last minute.

    Args:
        rows: seconds ago, faces in view, frames shown a second.
    """
    ago = [-row[0] for row in rows]
    figure = make_subplots(specs=[[{"secondary_y": True}]])
    figure.add_scatter(
        x=ago,
        y=[row[1] for row in rows],
        name="faces in view",
        line={"shape": "hv", "color": MALE, "width": 3},
        hovertemplate="%{y} faces<extra></extra>",
    )
    figure.add_scatter(
        x=ago,
        y=[row[2] for row in rows],
        name="frames a second",
        line={"color": NEUTRAL, "dash": "dot", "width": 2},
        secondary_y=True,
        hovertemplate="%{y:.0f} frames a second<extra></extra>",
    )
    figure.update_xaxes(title="seconds", range=[-60, 0])
    figure.update_yaxes(rangemode="tozero", dtick=1, secondary_y=False)
    figure.update_yaxes(
        rangemode="tozero", showgrid=False, tickformat=".0f", nticks=4, secondary_y=True
    )
    figure.update_layout(
        height=220,
        dragmode=False,
        margin={"l": 10, "r": 10, "t": 30, "b": 10},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
    )
    return figure
