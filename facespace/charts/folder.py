"""Figures of many photos: verdicts, how sure they are, how large the faces are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from facespace.charts.style import laid_out
from facespace.charts.traces import marker_of, middles

Array = npt.NDArray[np.float64]

#: Edges of the bins of certainty: 0.5 to 1 in steps of 0.025.
CERTAINTY = np.linspace(0.5, 1, 21)

#: Edges of the bins of face sizes in pixels: three to each doubling.
SIZES = 2 ** np.arange(3, 11.01, 1 / 3)


def verdicts(counts: Mapping[str, int]) -> go.Figure:
    """One bar a verdict: how many faces."""
    figure = go.Figure()
    for label, count in counts.items():
        figure.add_bar(
            y=[label],
            x=[count],
            orientation="h",
            text=[f"{count:,}"],
            textposition="outside",
            name=label,
            marker=marker_of(label),
            hovertemplate="%{y}: %{x:,} faces<extra></extra>",
        )
    figure.update_yaxes(autorange="reversed", type="category")
    figure.update_xaxes(range=[0, 1.2 * max(counts.values(), default=0) or 1])
    return laid_out(figure, "faces", "", height=280, showlegend=False, bargap=0.35)


def certainty(values: Mapping[str, Sequence[float]]) -> go.Figure:
    """How sure the model is of each face, the verdicts stacked.

    Args:
        values: by verdict, the probability of the likelier class, 0.5 to 1.
    """
    figure = _stacked(values, CERTAINTY, "{:.1%} to {:.1%} sure")
    figure.update_xaxes(tickformat=".0%", range=[0.5, 1])
    return laid_out(figure, "probability of the likelier class", "faces", 280, barmode="stack")


def sizes(values: Mapping[str, Sequence[float]]) -> go.Figure:
    """How large the faces are, the verdicts stacked; each third tick is a doubling.

    Args:
        values: by verdict, the shorter side of the face's box in pixels.
    """
    figure = _stacked(values, np.log2(SIZES), "{:.0f} to {:.0f} pixels", np.log2, np.exp2)
    ends = [size for sizes in values.values() for size in sizes] or [64.0]
    low, high = (np.log2(np.clip(end, SIZES[0], SIZES[-1])) for end in (min(ends), max(ends)))
    ticks = np.arange(3, 12)
    figure.update_xaxes(
        tickvals=ticks.tolist(),
        ticktext=[f"{2**tick}" for tick in ticks],
        range=[float(np.floor(low)), float(np.floor(high) + 1)],
    )
    return laid_out(figure, "shorter side of the face, pixels", "faces", 280, barmode="stack")


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
        figure.add_bar(
            x=middles(edges).tolist(),
            y=np.histogram(inside, edges)[0].tolist(),
            width=np.diff(edges).tolist(),
            customdata=shown,
            name=label,
            marker=marker_of(label, line={"width": 0}),
            hovertemplate=f"%{{customdata}}: %{{y:,}} {label}<extra></extra>",
        )
    figure.update_layout(showlegend=True, legend_traceorder="normal")
    return figure
