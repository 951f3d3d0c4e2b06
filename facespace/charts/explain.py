"""Figures that ask why: where a probability leads to, and what in a crop it hangs on."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from facespace.charts.style import PERCENT, laid_out
from facespace.charts.traces import about_zero, bar_below, line, spot, square
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
        threshold: a face is predicted female where its probability reaches it.
        certainty: least probability of the likelier class for an answer.
    """
    here = float(np.interp(at, steps, probability))
    curve = line(steps, probability, FEMALE, "%{x:+.1f} steps: %{y:.1%}<extra></extra>")
    figure = go.Figure([curve, spot(at, here, "shown: %{y:.1%}<extra></extra>", 14)])
    if certainty > 0.5:
        words = {"annotation_text": "“?”", "annotation_position": "top left"}
        look = {"fillcolor": UNSURE, "opacity": 0.15, "line_width": 0}
        figure.add_hrect(1 - certainty, certainty, **look, **words)
    figure.add_hline(threshold, line={"color": UNSURE, "dash": "dot"})
    x, axis = "steps towards male (−) or female (+)", {**PERCENT, "range": [0, 1]}
    return laid_out(figure, x, "probability of female", 320, showlegend=False, yaxis=axis)


def occlusion(crop: npt.NDArray[np.uint8], sensitivity: Sensitivity) -> go.Figure:
    """A crop under the change of the probability of female by what is covered.

    Args:
        crop: uint8 (side, side), or (side, side, 3) in colour.
        sensitivity: of this crop.
    """
    most = max(float(np.abs(sensitivity.change).max()), 0.005)
    words = (f"−{100 * most:.0f} points", "0", f"+{100 * most:.0f} points")
    # A picture's pixels stand on whole numbers, their corners half a pixel before.
    places = sensitivity.centres - 0.5
    rgb = np.repeat(crop[..., None], 3, axis=2) if crop.ndim == 2 else crop
    figure = go.Figure(go.Image(z=rgb, hoverinfo="skip"))
    bar, hover = bar_below([-most, 0, most], words, len=0.9), "covered here: %{z:+.1%} female"
    change = about_zero(sensitivity.change, most, f"{hover}<extra></extra>", bar)
    figure.add_trace(change.update(x=places, y=places, colorscale=CHANGE, opacity=0.75))
    edges = [-0.5, len(crop) - 0.5]
    square(figure, 420).update_xaxes(range=edges)
    return figure.update_yaxes(autorange=None, range=edges[::-1])
