"""What figures are put together from: lines, marks, bars by label, pictures in colour."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from facespace.palette import DARK, FEMALE, VERDICTS

#: Hatching says again which verdict a bar stands for.
PATTERNS = {"female": "", "male": "/", "?": "."}

#: A difference about zero: zero is white, more is orange, less is purple.
DIVERGING = "PuOr_r"


def line(
    x: Any, y: Any, colour: str, hover: str, name: str = "", width: float = 3, **more: Any
) -> go.Scatter:
    """A line; ``dash`` and ``shape`` among the rest are the line's own, all else the trace's."""
    style: dict[str, Any] = {"color": colour, "width": width}
    style |= {key: more.pop(key) for key in ("dash", "shape") if key in more}
    return go.Scatter(
        x=x, y=y, mode="lines", line=style, name=name or None, hovertemplate=hover, **more
    )


def spot(x: float, y: float, hover: str | None = None, size: float = 13, **more: Any) -> go.Scatter:
    """The place on a figure that is looked at: a diamond."""
    told = {"hovertemplate": hover} if hover else {"hoverinfo": "skip"}
    marker = {"symbol": "diamond", "size": size, "color": FEMALE}
    return go.Scatter(x=[x], y=[y], mode="markers", marker=marker, **told, **more)


def marker_of(label: str, **more: Any) -> dict[str, Any]:
    """The colour and hatching of a bar of a label or verdict."""
    pattern = {"shape": PATTERNS[label], "size": 6}
    return {"color": VERDICTS[label], "pattern": pattern, **more}


def hatched(colour: str, shape: str, **more: Any) -> dict[str, Any]:
    """A bar's colour with dark hatching over it, which says again what the colour says."""
    pattern = {"shape": shape, "fillmode": "overlay", "fgcolor": DARK, "fgopacity": 0.4}
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
