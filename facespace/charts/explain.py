"""Figures that ask why: where a probability leads to, and what in a crop it hangs on."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from facespace.charts.space import square
from facespace.charts.style import laid_out
from facespace.explain.occlusion import Sensitivity
from facespace.palette import FEMALE, MALE, UNSURE

#: Blue of "male", nothing, orange of "female": where nothing changes the crop shows through.
CHANGE = [[0, MALE], [0.5, "rgba(130, 138, 148, 0)"], [1, FEMALE]]


def path(
    steps: npt.NDArray[np.floating],
    probability: npt.NDArray[np.floating],
    at: float,
    threshold: float,
    certainty: float,
) -> go.Figure:
    """The probability of female along a path through face space.

    Args:
        steps: (N,), rising, negative towards male.
        probability: (N,).
        at: the step that is marked.
        threshold: a face reads as female where its probability reaches it.
        certainty: least probability of the likelier class for an answer.
    """
    figure = go.Figure()
    if certainty > 0.5:
        figure.add_hrect(
            1 - certainty,
            certainty,
            fillcolor=UNSURE,
            opacity=0.15,
            line_width=0,
            annotation_text="“?”",
            annotation_position="top left",
        )
    figure.add_hline(threshold, line={"color": UNSURE, "dash": "dot"})
    figure.add_scatter(
        x=steps,
        y=probability,
        mode="lines",
        line={"color": FEMALE, "width": 3},
        hovertemplate="%{x:+.1f} steps: %{y:.1%}<extra></extra>",
    )
    figure.add_scatter(
        x=[at],
        y=[float(np.interp(at, steps, probability))],
        mode="markers",
        marker={"symbol": "diamond", "size": 14, "color": FEMALE},
        hovertemplate="shown: %{y:.1%}<extra></extra>",
    )
    figure.update_yaxes(range=[0, 1], tickformat=".0%")
    laid_out(figure, "steps towards male (−) or female (+)", "reads as female", 320)
    return figure.update_layout(showlegend=False)


def occlusion(crop: npt.NDArray[np.uint8], found: Sensitivity) -> go.Figure:
    """A crop, (side, side), under the change of the probability of female by what is covered."""
    most = max(float(np.abs(found.change).max()), 0.005)
    figure = go.Figure()
    figure.add_image(z=np.repeat(crop[..., None], 3, axis=2), hoverinfo="skip")
    # A picture's pixels stand on whole numbers, their corners half a pixel before.
    places = found.centres - 0.5
    figure.add_heatmap(
        z=found.change,
        x=places,
        y=places,
        zmin=-most,
        zmax=most,
        colorscale=CHANGE,
        opacity=0.75,
        colorbar={
            "orientation": "h",
            "thickness": 10,
            "len": 0.9,
            "y": 0,
            "yanchor": "top",
            "tickvals": [-most, 0, most],
            "ticktext": [f"−{100 * most:.0f} points", "0", f"+{100 * most:.0f} points"],
        },
        hovertemplate="covered here: %{z:+.1%} female<extra></extra>",
    )
    side = len(crop)
    figure = square(figure, 420)
    figure.update_xaxes(range=[-0.5, side - 0.5])
    return figure.update_yaxes(autorange=None, range=[side - 0.5, -0.5])
