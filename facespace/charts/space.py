"""Figures of face space: the eigenfaces, what they explain, and what they lose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from facespace.charts.style import NEUTRAL, laid_out
from facespace.palette import UNSURE, VERDICTS

#: Eigenfaces have no brightness of their own: zero is white, lighter orange, darker purple.
DIVERGING = "PuOr_r"


def scree(explained: npt.ArrayLike, chosen: int) -> go.Figure:
    """Share of variance by component, and cumulated, with the number that the model keeps."""
    share = np.asarray(explained, np.float64)
    number = np.arange(1, len(share) + 1)
    summed = np.cumsum(share)
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
        y=summed,
        name="all up to it",
        mode="lines",
        line={"color": VERDICTS["female"], "width": 3},
        hovertemplate="the first %{x}: %{y:.1%}<extra></extra>",
    )
    figure.add_scatter(
        x=[chosen],
        y=[summed[chosen - 1]],
        name=f"kept: {chosen}, {summed[chosen - 1]:.1%}",
        mode="markers",
        marker={"symbol": "diamond", "size": 13, "color": VERDICTS["female"]},
        hovertemplate="the model keeps %{x}: %{y:.1%}<extra></extra>",
    )
    figure.add_vline(chosen, line={"color": UNSURE, "dash": "dot"})
    figure.update_yaxes(tickformat=".0%", rangemode="tozero")
    return laid_out(figure, "eigenface", "share of variance")


def eigenface_grid(
    effects: npt.NDArray[Any], explained: npt.ArrayLike, columns: int, common: bool = False
) -> go.Figure:
    """Eigenfaces as small pictures, each with its share of variance and its largest value.

    Args:
        effects: (N, side, side), what one standard deviation adds, in grey levels.
        explained: (N,).
        columns: pictures in a row.
        common: give all pictures one colour scale; otherwise each has its own about zero.
    """
    rows = -(-len(effects) // columns)
    most = np.abs(effects).reshape(len(effects), -1).max(axis=1)
    titles = [
        f"{i}: {share:.1%}<br>±{high:.0f}"
        for i, (share, high) in enumerate(zip(np.asarray(explained), most, strict=True), 1)
    ]
    figure = make_subplots(
        rows=rows,
        cols=columns,
        subplot_titles=titles,
        horizontal_spacing=0.01,
        vertical_spacing=0.3 / max(rows, 2),
    )
    high = float(most.max())
    for i, picture in enumerate(effects):
        own = f"%{{z:+.0%}} of {most[i]:.1f}"
        figure.add_heatmap(
            z=picture if common else picture / max(most[i], 1e-9),
            coloraxis="coloraxis",
            hovertemplate=f"eigenface {i + 1}<br>{'%{z:+.1f}' if common else own} grey levels"
            "<extra></extra>",
            row=i // columns + 1,
            col=i % columns + 1,
        )
    figure.update_xaxes(visible=False, constrain="domain")
    figure.update_yaxes(visible=False, autorange="reversed", constrain="domain")
    for i in range(len(effects)):
        square = f"x{i + 1}" if i else "x"
        figure.update_yaxes(scaleanchor=square, row=i // columns + 1, col=i % columns + 1)
    figure.update_annotations(font_size=12)
    end = high if common else 1.0
    marks = (f"−{high:.0f}", "0", f"+{high:.0f}") if common else ("−", "0", "+")
    bar = _bar([-end, 0, end], marks)
    figure.update_layout(
        coloraxis={"colorscale": DIVERGING, "cmin": -end, "cmax": end, "colorbar": bar},
        height=185 * rows + 60,
        dragmode=False,
        margin={"l": 0, "r": 0, "t": 36, "b": 40},
    )
    return figure


def signed(picture: npt.NDArray[Any], height: int = 300) -> go.Figure:
    """What is added to a face, (side, side), in grey levels, on a diverging scale about zero."""
    most = max(float(np.abs(picture).max()), 1e-9)
    figure = go.Figure(
        go.Heatmap(
            z=picture,
            zmin=-most,
            zmax=most,
            colorscale=DIVERGING,
            colorbar=_bar([-most, 0, most], [f"−{most:.0f}", "0", f"+{most:.0f}"]),
            hovertemplate="column %{x}, row %{y}: %{z:+.1f} grey levels<extra></extra>",
        )
    )
    return square(figure, height)


def square(figure: go.Figure, height: int) -> go.Figure:
    """A figure of a crop: no axes, square pixels, the first row on top."""
    figure.update_xaxes(visible=False, constrain="domain")
    figure.update_yaxes(visible=False, autorange="reversed", scaleanchor="x", constrain="domain")
    figure.update_layout(height=height, dragmode=False, margin=dict.fromkeys("lrtb", 0))
    return figure


def _bar(values: Sequence[float], words: Sequence[str]) -> dict[str, Any]:
    """A colour bar below the pictures."""
    return {
        "orientation": "h",
        "thickness": 10,
        "len": 0.8,
        "y": 0,
        "yanchor": "top",
        "tickvals": values,
        "ticktext": words,
    }


def errors(grey: npt.NDArray[Any], scaled: npt.NDArray[Any], k: int) -> go.Figure:
    """How far a face is from itself rebuilt with 0 to K coordinates, (K + 1,) each.

    Args:
        grey: in grey levels, drawn.
        scaled: in standard deviations of a pixel, told on hover.
        k: the number that is marked.
    """
    figure = go.Figure()
    figure.add_scatter(
        x=np.arange(len(grey)),
        y=grey,
        customdata=scaled,
        mode="lines",
        line={"color": NEUTRAL, "width": 3},
        hovertemplate="from %{x} numbers: %{y:.1f} grey levels, %{customdata:.3f} standard "
        "deviations<extra></extra>",
    )
    figure.add_scatter(
        x=[k],
        y=[grey[k]],
        mode="markers",
        marker={"symbol": "diamond", "size": 13, "color": VERDICTS["female"]},
        hoverinfo="skip",
    )
    figure.update_yaxes(rangemode="tozero")
    laid_out(figure, "eigenfaces used", "error, grey levels")
    return figure.update_layout(showlegend=False)
