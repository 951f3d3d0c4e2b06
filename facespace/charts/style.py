"""What all figures share: colours, markers, line styles, and how they are laid out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import cycle
from typing import Any

import plotly.graph_objects as go

from facespace.palette import MALE, UNSURE

#: Bars and lines that stand for no verdict.
NEUTRAL = "#5d7fa3"

#: Bars that others stand out from, in both themes.
PALE = "#b9c0c8"

#: Markers that tell models, or metrics, apart where colour does not.
SYMBOLS = ("circle", "diamond", "square", "triangle-up")

#: Words on colours that are the same in both themes.
DARK = "#17202b"


def styled(curves: Mapping[str, Any], chosen: str) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """Title, curve and line style: the chosen one strong and last, the others dashed and grey."""
    dashes = cycle(("dash", "dashdot", "longdash"))
    others = [title for title in curves if title != chosen]
    for title, dash in zip(others, dashes, strict=False):
        yield title, curves[title], {"dash": dash, "color": UNSURE, "width": 2}
    yield chosen, curves[chosen], {"color": MALE, "width": 3}


def laid_out(figure: go.Figure, x: str, y: str, height: int = 340, **layout: Any) -> go.Figure:
    """The figure with the titles of its axes, its height in pixels, and a legend on top."""
    figure.update_xaxes(title=x)
    figure.update_yaxes(title=y)
    figure.update_layout(
        height=height,
        margin={"l": 10, "r": 10, "t": 40, "b": 10},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        **layout,
    )
    return figure
