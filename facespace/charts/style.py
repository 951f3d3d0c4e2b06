"""What all figures share: colours, markers, line styles, and how they are laid out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import cycle
from typing import Any

import plotly.graph_objects as go

from facespace.palette import MALE, UNSURE

#: Bars and lines that stand for no verdict.
NEUTRAL = "#56789b"

#: Bars that others stand out from, in both themes.
PALE = "#b9c0c8"

#: Markers that tell models, or metrics, apart where colour does not.
SYMBOLS = ("circle", "diamond", "square", "triangle-up")


def styled(curves: Mapping[str, Any], chosen: str) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """Title, curve and line style: the chosen one strong and last, the others dashed and grey."""
    dashes = cycle(("dash", "dashdot", "longdash"))
    others = [title for title in curves if title != chosen]
    for title, dash in zip(others, dashes, strict=False):
        yield title, curves[title], {"dash": dash, "color": UNSURE, "width": 2}
    yield chosen, curves[chosen], {"color": MALE, "width": 3}


def laid_out(figure: go.Figure, x: str, y: str, height: int = 340, **layout: Any) -> go.Figure:
    """The figure with the titles of its axes, its height in pixels, and a legend on top.

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


def in_words(cell: Mapping[str, float | None]) -> str:
    """``91.2% (88.0% to 93.1%)``, or a dash where there is no value."""
    if cell["value"] is None:
        return "–"
    return f"{cell['value']:.1%} ({cell['low']:.1%} to {cell['high']:.1%})"


def span(rows: Iterable[Mapping[str, Any]], metrics: Iterable[str]) -> tuple[float, float]:
    """The range of an axis that shows the intervals of some metrics, a little wider than they."""
    names = list(metrics)
    cells = [row[name] for row in rows for name in names if row[name]["value"] is not None]
    if not cells:
        return 0.0, 1.0
    return min(cell["low"] for cell in cells) - 0.02, max(cell["high"] for cell in cells) + 0.02


def whiskers(rows: Sequence[Mapping[str, Any]], metric: str) -> dict[str, Any]:
    """Error bars from intervals (``value``, ``low``, ``high``) of a metric."""
    cells = [row[metric] for row in rows]
    return {
        "type": "data",
        "symmetric": False,
        "array": [_distance(cell["value"], cell["high"]) for cell in cells],
        "arrayminus": [_distance(cell["low"], cell["value"]) for cell in cells],
        "thickness": 1.5,
    }


def _distance(low: float | None, high: float | None) -> float | None:
    return None if low is None or high is None else high - low
