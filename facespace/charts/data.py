"""Figures of a data set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from facespace.charts.style import NEUTRAL, laid_out
from facespace.palette import VERDICTS


def counts(table: Mapping[str, Mapping[str, int]], unit: str) -> go.Figure:
    """Stacked bars of photos labelled female and male.

    Args:
        table: for each value on the x axis, how many photos carry each label.
        unit: the title of the x axis.
    """
    figure = go.Figure()
    for label, pattern in (("female", ""), ("male", "/")):
        figure.add_bar(
            x=list(table),
            y=[row.get(label, 0) for row in table.values()],
            name=label,
            marker={"color": VERDICTS[label], "pattern": {"shape": pattern, "size": 6}},
            hovertemplate=f"%{{x}}<br>%{{y:,}} labelled {label}<extra></extra>",
        )
    return laid_out(figure, unit, "photos", barmode="stack")


def histogram(edges: Sequence[float], heights: Sequence[int], unit: str) -> go.Figure:
    """Bars between ``edges`` (N + 1 of them, for N ``heights``)."""
    left, right = np.asarray(edges[:-1]), np.asarray(edges[1:])
    figure = go.Figure(
        go.Bar(
            x=(left + right) / 2,
            y=heights,
            width=right - left,
            customdata=np.stack([left, right], axis=1),
            marker_color=NEUTRAL,
            hovertemplate="%{customdata[0]:.0f} to %{customdata[1]:.0f}: %{y:,}<extra></extra>",
        )
    )
    return laid_out(figure, unit, "photos", bargap=0.02)
