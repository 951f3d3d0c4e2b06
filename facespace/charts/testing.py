"""Figures of a test on anybody's own photos that no other page draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import plotly.graph_objects as go

from facespace.charts.style import DARK, laid_out
from facespace.palette import UNSURE, VERDICTS


def scores(
    edges: Sequence[float],
    counts: Mapping[str, Sequence[int]],
    threshold: float,
    certainty: float,
) -> go.Figure:
    """How the probabilities of female lie, for the faces of either label.

    Args:
        edges: of the bins, one more than counts.
        counts: faces in each bin, by label, ``female`` and ``male``.
        threshold: faces read as female from here on; a line marks it.
        certainty: the least probability of the likelier class for an answer; the band of "?"
            between is grey.
    """
    bins = list(pairwise(edges))
    figure = go.Figure()
    for label, heights in counts.items():
        pattern = {"shape": "/", "fgcolor": DARK, "fgopacity": 0.4, "size": 6, "solidity": 0.2}
        figure.add_bar(
            x=[(low + high) / 2 for low, high in bins],
            y=heights,
            name=f"labelled {label}",
            marker={
                "color": VERDICTS[label],
                "line": {"width": 0},
                "pattern": pattern | {"fillmode": "overlay"} if label == "female" else None,
            },
            customdata=bins,
            hovertemplate=(
                "%{y:,} faces given %{customdata[0]:.0%} to %{customdata[1]:.0%}"
                f"<extra>labelled {label}</extra>"
            ),
        )
    if certainty > 0.5:
        figure.add_vrect(
            1 - certainty, certainty, fillcolor=UNSURE, opacity=0.18, line_width=0, layer="below"
        )
        figure.add_annotation(
            x=1 - certainty,
            y=1,
            yref="paper",
            xanchor="left",
            yanchor="top",
            text="“?”",
            showarrow=False,
            font_size=16,
        )
    figure.add_vline(threshold, line={"dash": "dot", "color": UNSURE, "width": 2})
    figure.update_xaxes(range=[-0.02, 1.02], tickformat=".0%")
    figure.update_yaxes(rangemode="tozero")
    return laid_out(figure, "probability of female, as given", "faces", height=440, bargap=0.1)
