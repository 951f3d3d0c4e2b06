"""What all figures share: colours, markers, line styles, and how they are laid out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import cycle
from typing import Any

import plotly.graph_objects as go

from facespace.metrics.intervals import Interval
from facespace.palette import MALE, UNSURE

#: Bars and lines that stand for no verdict.
NEUTRAL = "#56789b"

#: Bars that others stand out from, in both themes.
PALE = "#b9c0c8"

#: Markers that tell models, or metrics, apart where colour does not.
SYMBOLS = ("circle", "diamond", "square", "triangle-up")

#: From few to many, and from a low share to a high one.
BLUES = [[0, "#eef3f8"], [1, "#0b63a5"]]

#: An axis of shares, one of them from 0 to 1, and one that has a row for each name.
PERCENT = {"tickformat": ".0%"}
WHOLE = {**PERCENT, "range": [-0.02, 1.02]}
ROWS = {"autorange": "reversed", "automargin": True}


def styled(curves: Mapping[str, Any], chosen: str) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """Title, curve and line style: the chosen one strong and last, the others dashed and grey."""
    dashes = cycle(("dash", "dashdot", "longdash"))
    others = [title for title in curves if title != chosen]
    for title, dash in zip(others, dashes, strict=False):
        yield title, curves[title], {"dash": dash, "color": UNSURE, "width": 2}
    yield chosen, curves[chosen], {"color": MALE, "width": 3}


def laid_out(figure: go.Figure, x: str, y: str, height: int = 340, **layout: Any) -> go.Figure:
    """The figure with the titles of its axes, its height in pixels, and a legend on top.

    ``layout`` is all else that plotly's layout takes, ``xaxis`` and ``yaxis`` among it.
    A drag over it does nothing: on a phone it is how people scroll. The toolbar has the zoom.
    """
    figure.update_xaxes(title=x)
    figure.update_yaxes(title=y)
    shared = {
        "margin": {"l": 10, "r": 10, "t": 40, "b": 10},
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        "dragmode": False,
    }
    return figure.update_layout(height=height, **shared | layout)


def in_words(cell: Interval) -> str:
    """``91.2% (88.0% to 93.1%)``, or a dash where there is no value."""
    if math.isnan(cell.value):
        return "–"
    return f"{cell.value:.1%} ({cell.low:.1%} to {cell.high:.1%})"


def counted(name: str, number: int) -> str:
    """``20-29 (1,200)``: a group and how many it has."""
    return f"{name} ({number:,})"


def span(cells: Iterable[Interval]) -> tuple[float, float]:
    """The range of an axis that shows intervals, a little wider than they."""
    known = [cell for cell in cells if not math.isnan(cell.value)]
    if not known:
        return 0.0, 1.0
    return min(cell.low for cell in known) - 0.02, max(cell.high for cell in known) + 0.02


def whiskers(cells: Sequence[Interval]) -> dict[str, Any]:
    """Error bars from intervals."""
    return {
        "type": "data",
        "symmetric": False,
        "array": [cell.high - cell.value for cell in cells],
        "arrayminus": [cell.value - cell.low for cell in cells],
        "thickness": 1.5,
    }
