"""Figures of many photos: verdicts, how sure they are, how large the faces are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from facespace.charts.style import PERCENT, laid_out
from facespace.charts.traces import bars, marker_of, middles

Array = npt.NDArray[np.float64]

#: Edges of the bins of confidence: 0.5 to 1 in steps of 0.025.
CONFIDENCE = np.linspace(0.5, 1, 21)

#: Edges of the bins of face sizes in pixels: three to each doubling.
SIZES = 2 ** np.arange(3, 11.01, 1 / 3)


def verdicts(counts: Mapping[str, int]) -> go.Figure:
    """One bar a verdict: how many faces."""
    figure = go.Figure()
    for label, count in counts.items():
        look = {"orientation": "h", "text": [f"{count:,}"], "textposition": "outside"}
        hover = "%{y}: %{x:,} faces"
        figure.add_trace(bars([count], [label], hover, marker_of(label), label, **look))
    axes = {
        "xaxis": {"range": [0, 1.2 * max(counts.values(), default=0) or 1]},
        "yaxis": {"autorange": "reversed", "type": "category"},
    }
    return laid_out(figure, "faces", "", 280, showlegend=False, bargap=0.35, **axes)


def confidence(values: Mapping[str, Sequence[float]]) -> go.Figure:
    """How sure the verdict on each face is, the verdicts stacked.

    Args:
        values: by verdict, the chance that it is right, 0 to 1; what is under 0.5 is in the
            first bin.
    """
    figure = _stacked(values, CONFIDENCE, "{:.1%} to {:.1%} sure")
    axis = {**PERCENT, "range": [0.5, 1]}
    return laid_out(figure, "chance of being right", "faces", 280, xaxis=axis)


def sizes(values: Mapping[str, Sequence[float]]) -> go.Figure:
    """How large the faces are, the verdicts stacked; each third tick is a doubling.

    Args:
        values: by verdict, the shorter side of the face's box in pixels.
    """
    figure = _stacked(values, np.log2(SIZES), "{:.0f} to {:.0f} pixels", np.log2, np.exp2)
    ends = [size for sizes in values.values() for size in sizes] or [64.0]
    low, high = (np.log2(np.clip(end, SIZES[0], SIZES[-1])) for end in (min(ends), max(ends)))
    ticks = np.arange(3, 12)
    axis = {"tickvals": ticks.tolist(), "ticktext": [f"{2**tick}" for tick in ticks]}
    axis["range"] = [float(np.floor(low)), float(np.floor(high) + 1)]
    return laid_out(figure, "shorter side of the face, pixels", "faces", 280, xaxis=axis)


def _stacked(
    values: Mapping[str, Sequence[float]],
    edges: Array,
    words: str,
    scale: Callable[[Array], Array] = np.asarray,
    back: Callable[[Array], Array] = np.asarray,
) -> go.Figure:
    """A histogram with one bar trace a verdict; what lies beyond the edges is in the last bins.

    Args:
        values: by verdict.
        edges: of the bins, on the scale of the axis.
        words: of a bin, with its edges as they are read.
        scale, back: from values to the axis and from the axis to values.
    """
    figure = go.Figure()
    shown = [words.format(*pair) for pair in zip(back(edges[:-1]), back(edges[1:]), strict=True)]
    for label, numbers in values.items():
        if not len(numbers):
            continue
        inside = np.clip(scale(np.asarray(numbers, float)), edges[0], edges[-1])
        bar = bars(
            middles(edges).tolist(),
            np.histogram(inside, edges)[0].tolist(),
            f"%{{customdata}}: %{{y:,}} {label}",
            marker_of(label, line={"width": 0}),
            label,
            width=np.diff(edges).tolist(),
            customdata=shown,
        )
        figure.add_trace(bar)
    look = {"barmode": "stack", "showlegend": True, "legend_traceorder": "normal"}
    return figure.update_layout(**look)
