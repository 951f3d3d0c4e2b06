"""What figures are put together from: lines, marks, bars, tables and pictures in colour.

``hover`` is what a point, a bar or a cell says of itself; the name of its trace is not said again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from facespace.charts.style import whiskers
from facespace.metrics.intervals import Interval
from facespace.palette import FEMALE, VERDICTS, ink

#: Hatching says again which verdict a bar stands for.
PATTERNS = {"female": "", "male": "/", "?": "."}

#: A difference about zero: zero is white, more is orange, less is purple.
DIVERGING = "PuOr_r"


def line(
    x: Any, y: Any, colour: str, hover: str | None, name: str = "", width: float = 3, **more: Any
) -> go.Scatter:
    """A line; ``dash`` and ``shape`` among the rest are the line's own, all else the trace's.

    Its points have markers where ``marker`` is given.
    """
    style: dict[str, Any] = {"color": colour, "width": width}
    style |= {key: more.pop(key) for key in ("dash", "shape") if key in more}
    more["mode"] = "lines+markers" if "marker" in more else "lines"
    return go.Scatter(x=x, y=y, line=style, name=name or None, hovertemplate=hover, **more)


def marks(
    x: Any, y: Any, hover: str, marker: Mapping[str, Any], name: str | None = None, **more: Any
) -> go.Scatter:
    """Markers, of 11 pixels where ``marker`` does not say otherwise."""
    look = {"size": 11, **marker}
    hover += "<extra></extra>"
    return go.Scatter(x=x, y=y, mode="markers", marker=look, name=name, hovertemplate=hover, **more)


def spans(
    cells: Sequence[Interval], y: Any, hover: str, marker: Mapping[str, Any], **more: Any
) -> go.Scatter:
    """``marks`` at values, with their intervals, on rows."""
    values = [cell.value for cell in cells]
    return marks(values, y, hover, marker, **{"error_x": whiskers(cells), **more})


def bars(
    x: Any, y: Any, hover: str, marker: Mapping[str, Any], name: str | None = None, **more: Any
) -> go.Bar:
    """Bars of one look; upright, if not told otherwise."""
    hover += "<extra></extra>"
    return go.Bar(x=x, y=y, marker=marker, name=name, hovertemplate=hover, **more)


def grid(z: Any, x: Any, y: Any, hover: str, scale: Any, **more: Any) -> go.Heatmap:
    """A table of coloured cells, with ``text`` in them where there is any."""
    if "text" in more:
        more = {"texttemplate": "%{text}", **more}
    look = {"colorscale": scale, "showscale": False, "hovertemplate": hover + "<extra></extra>"}
    return go.Heatmap(z=z, x=x, y=y, **look, **more)


def spot(x: float, y: float, hover: str | None = None, size: float = 13, **more: Any) -> go.Scatter:
    """The place on a figure that is looked at: a diamond."""
    told = {"hovertemplate": hover} if hover else {"hoverinfo": "skip"}
    marker = {"symbol": "diamond", "size": size, "color": FEMALE}
    return go.Scatter(x=[x], y=[y], mode="markers", marker=marker, **told, **more)


def marker_of(label: str, **more: Any) -> dict[str, Any]:
    """The colour and hatching of a bar of a label or verdict."""
    return hatched(VERDICTS[label], PATTERNS[label], **more)


def hatched(colour: str, shape: str, **more: Any) -> dict[str, Any]:
    """A bar's colour with hatching over it, which says again what the colour says.

    The bar is filled: lines alone, without a ground, are faint on a dark page.
    """
    pattern = {"shape": shape, "fillmode": "overlay", "fgcolor": ink(colour), "fgopacity": 0.6}
    return {"color": colour, "pattern": {**pattern, "size": 7, "solidity": 0.2}, **more}


def about_zero(z: Any, most: float, hover: str, bar: dict[str, Any]) -> go.Heatmap:
    """A picture of differences, (H, W), in full colour at ``most`` and its negative."""
    return go.Heatmap(
        z=z, zmin=-most, zmax=most, colorscale=DIVERGING, colorbar=bar, hovertemplate=hover
    )


def bar_below(values: Sequence[float], words: Sequence[str], **more: Any) -> dict[str, Any]:
    """A colour bar below a picture, with words at some values."""
    place = {"orientation": "h", "thickness": 10, "len": 0.8, "y": 0, "yanchor": "top"}
    return {**place, "tickvals": values, "ticktext": words, **more}


def square(figure: go.Figure, height: int, margin: int = 0) -> go.Figure:
    """A figure of a picture: no axes, square pixels, the first row on top."""
    figure.update_xaxes(visible=False, constrain="domain")
    figure.update_yaxes(visible=False, autorange="reversed", scaleanchor="x", constrain="domain")
    return figure.update_layout(height=height, dragmode=False, margin=dict.fromkeys("lrtb", margin))


def middles(edges: Any) -> Any:
    """The middles of a histogram's bins, (B,), from their edges, (B + 1,)."""
    edges = np.asarray(edges)
    return (edges[:-1] + edges[1:]) / 2
