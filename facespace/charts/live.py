"""The figure beside the webcam."""

from __future__ import annotations

from collections.abc import Sequence

from plotly.graph_objects import Figure
from plotly.subplots import make_subplots

from facespace.charts.style import NEUTRAL, laid_out
from facespace.charts.traces import line
from facespace.palette import MALE


def history(rows: Sequence[tuple[float, int, float]]) -> Figure:
    """Faces in view and frames a second, over the last minute.

    Args:
        rows: seconds ago, faces in view, frames shown a second.
    """
    ago = [-row[0] for row in rows]
    faces = [row[1] for row in rows]
    rates = [row[2] for row in rows]
    figure = make_subplots(specs=[[{"secondary_y": True}]])
    hover = "%{y} faces<extra></extra>"
    figure.add_trace(line(ago, faces, MALE, hover, "faces in view", shape="hv"))
    hover = "%{y:.0f} frames a second<extra></extra>"
    figure.add_trace(
        line(ago, rates, NEUTRAL, hover, "frames a second", 2, dash="dot"), secondary_y=True
    )
    laid_out(figure, "seconds", "", 220, margin={"l": 10, "r": 10, "t": 30, "b": 10})
    figure.update_xaxes(range=[-60, 0])
    figure.update_yaxes(rangemode="tozero", dtick=1, secondary_y=False)
    right = {"showgrid": False, "tickformat": ".0f", "nticks": 4}
    return figure.update_yaxes(rangemode="tozero", **right, secondary_y=True)
