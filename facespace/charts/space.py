"""Figures of face space: the eigenfaces, what they explain, and what they lose."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from facespace.charts.style import NEUTRAL, laid_out
from facespace.charts.traces import DIVERGING, about_zero, bar_below, line, spot, square
from facespace.palette import FEMALE, UNSURE


def scree(explained: npt.ArrayLike, chosen: int) -> go.Figure:
    """Share of variance by component, and cumulated, with the number that the model keeps."""
    share = np.asarray(explained, np.float64)
    number, summed = np.arange(1, len(share) + 1), np.cumsum(share)
    kept = float(summed[chosen - 1])
    bars = go.Bar(
        x=number,
        y=share,
        name="one eigenface",
        marker_color=NEUTRAL,
        hovertemplate="eigenface %{x}: %{y:.2%}<extra></extra>",
    )
    hover = "the first %{x}: %{y:.1%}<extra></extra>"
    curve = line(number, summed, FEMALE, hover, "all up to it")
    hover = "the model keeps %{x}: %{y:.1%}<extra></extra>"
    figure = go.Figure([bars, curve, spot(chosen, kept, hover, name=f"kept: {chosen}, {kept:.1%}")])
    figure.add_vline(chosen, line={"color": UNSURE, "dash": "dot"})
    figure.update_yaxes(tickformat=".0%", rangemode="tozero")
    return laid_out(figure, "eigenface", "share of variance")


def eigenface_grid(
    effects: npt.NDArray[Any], explained: npt.ArrayLike, columns: int, common: bool = False
) -> go.Figure:
    """Eigenfaces as small pictures, each with its share of variance and its largest value.

    They have no brightness of their own: zero is white.

    Args:
        effects: (N, side, side), what one standard deviation adds, in grey levels.
        explained: (N,).
        columns: pictures in a row.
        common: give all pictures one colour scale; otherwise each has its own about zero.
    """
    rows = -(-len(effects) // columns)
    most = np.abs(effects).reshape(len(effects), -1).max(axis=1)
    shares = zip(np.asarray(explained), most, strict=True)
    figure = make_subplots(
        rows=rows,
        cols=columns,
        subplot_titles=[
            f"{i}: {share:.1%}<br>±{top:.0f}" for i, (share, top) in enumerate(shares, 1)
        ],
        horizontal_spacing=0.01,
        vertical_spacing=0.3 / max(rows, 2),
    )
    high = float(most.max())
    for i, picture in enumerate(effects):
        value = "%{z:+.1f}" if common else f"%{{z:+.0%}} of {most[i]:.1f}"
        place = {"row": i // columns + 1, "col": i % columns + 1}
        figure.add_heatmap(
            z=picture if common else picture / max(most[i], 1e-9),
            coloraxis="coloraxis",
            hovertemplate=f"eigenface {i + 1}<br>{value} grey levels<extra></extra>",
            **place,
        )
        figure.update_yaxes(scaleanchor=f"x{i + 1}" if i else "x", **place)
    figure.update_xaxes(visible=False, constrain="domain")
    figure.update_yaxes(visible=False, autorange="reversed", constrain="domain")
    figure.update_annotations(font_size=12)
    end = high if common else 1.0
    marks = (f"−{high:.0f}", "0", f"+{high:.0f}") if common else ("−", "0", "+")
    bar = bar_below([-end, 0, end], marks)
    return figure.update_layout(
        coloraxis={"colorscale": DIVERGING, "cmin": -end, "cmax": end, "colorbar": bar},
        height=185 * rows + 60,
        dragmode=False,
        margin={"l": 0, "r": 0, "t": 36, "b": 40},
    )


def signed(picture: npt.NDArray[Any], height: int = 300) -> go.Figure:
    """What is added to a face, (side, side), in grey levels, on a diverging scale about zero."""
    most = max(float(np.abs(picture).max()), 1e-9)
    bar = bar_below([-most, 0, most], [f"−{most:.0f}", "0", f"+{most:.0f}"])
    hover = "column %{x}, row %{y}: %{z:+.1f} grey levels<extra></extra>"
    return square(go.Figure(about_zero(picture, most, hover, bar)), height)


def errors(grey: npt.NDArray[Any], scaled: npt.NDArray[Any], k: int) -> go.Figure:
    """How far a face is from itself rebuilt with 0 to K coordinates, (K + 1,) each.

    Args:
        grey: in grey levels, drawn.
        scaled: in standard deviations of a pixel, told on hover.
        k: the number that is marked.
    """
    hover = (
        "from %{x} numbers: %{y:.1f} grey levels, %{customdata:.3f} standard "
        "deviations<extra></extra>"
    )
    curve = line(np.arange(len(grey)), grey, NEUTRAL, hover, customdata=scaled)
    figure = go.Figure([curve, spot(k, grey[k])])
    figure.update_yaxes(rangemode="tozero")
    return laid_out(figure, "eigenfaces used", "error, grey levels", showlegend=False)
