"""Figures of face space: the eigenfaces and what they explain."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from facespace.charts.style import NEUTRAL, laid_out
from facespace.palette import VERDICTS

#: Eigenfaces have no brightness of their own: zero is white, one sign orange, the other purple.
DIVERGING = "PuOr"


def scree(explained: npt.ArrayLike) -> go.Figure:
    """Share of variance by component, and cumulated."""
    share = np.asarray(explained, np.float64)
    number = np.arange(1, len(share) + 1)
    figure = go.Figure()
    figure.add_bar(
        x=number,
        y=share,
        name="one eigenface",
        marker_color=NEUTRAL,
        hovertemplate="eigenface %{x}: %{y:.2%}<extra></extra>",
    )
    figure.add_scatter(
        x=number,
        y=np.cumsum(share),
        name="all up to it",
        mode="lines",
        line={"color": VERDICTS["female"], "width": 3},
        hovertemplate="the first %{x}: %{y:.1%}<extra></extra>",
    )
    figure.update_yaxes(tickformat=".0%")
    return laid_out(figure, "eigenface", "share of variance")


def eigenface_grid(
    eigenfaces: npt.NDArray[Any], explained: npt.ArrayLike, columns: int
) -> go.Figure:
    """Eigenfaces, (N, side, side), as small pictures on one diverging scale about zero each."""
    rows = -(-len(eigenfaces) // columns)
    titles = [f"{i}: {share:.1%}" for i, share in enumerate(np.asarray(explained), 1)]
    figure = make_subplots(
        rows=rows,
        cols=columns,
        subplot_titles=titles[: len(eigenfaces)],
        horizontal_spacing=0.01,
        vertical_spacing=0.25 / max(rows, 2),
    )
    for i, picture in enumerate(eigenfaces):
        most = float(np.abs(picture).max())
        figure.add_heatmap(
            z=picture,
            zmin=-most,
            zmax=most,
            colorscale=DIVERGING,
            showscale=False,
            hovertemplate=f"eigenface {i + 1}<br>weight %{{z:.3f}}<extra></extra>",
            row=i // columns + 1,
            col=i % columns + 1,
        )
    figure.update_xaxes(visible=False, constrain="domain")
    figure.update_yaxes(visible=False, autorange="reversed", constrain="domain")
    for i in range(len(eigenfaces)):
        square = f"x{i + 1}" if i else "x"
        figure.update_yaxes(scaleanchor=square, row=i // columns + 1, col=i % columns + 1)
    figure.update_annotations(font_size=12)
    figure.update_layout(height=165 * rows, margin={"l": 0, "r": 0, "t": 24, "b": 0})
    return figure
