"""Figures of the chance of being wrong: what each measure of a face does to it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from facespace.artifacts.chance import Term
from facespace.charts.style import laid_out
from facespace.charts.traces import line
from facespace.palette import MALE, UNSURE


@dataclass(frozen=True, slots=True)
class Measure:
    """How a measure is shown: its ``title``, its ``axis`` with the unit, and its logarithm's base.

    ``base`` is None where the measure is no logarithm.
    """

    title: str
    axis: str
    base: float | None = None


#: By the name of the term.
MEASURES = {
    "margin": Measure("How sure the model is", "distance from the threshold, log odds"),
    "covered": Measure("Covered", "probability that something covers the face"),
    "hidden_margin": Measure(
        "Sure of a covered face", "distance from the threshold × probability of a cover, log odds"
    ),
    "face_like": Measure("Like a face", "probability that it is a face"),
    "distance": Measure("Distance from face space", "standard deviations of a pixel"),
    "size": Measure("Size", "shorter side of the face’s box, pixels", 2),
    "sharpness": Measure("Sharpness", "variance of the Laplacian", 10),
    "yaw": Measure("Turned to the side", "0 from the front, about 0.15 in profile"),
    "roll": Measure("Tilted", "degrees from upright"),
    "score": Measure("The detector’s score", "0 to 1"),
    "age": Measure("How old it looks", "years"),
}


def term(name: str, curve: Term, enough: float, most: float) -> go.Figure:
    """By which factor a measure multiplies the odds that an answer is wrong.

    Args:
        name: of the term, a key of ``MEASURES``.
        curve: the term.
        enough: log odds that are a "?" if no other measure adds any; drawn as a line.
        most: the largest log odds on the y axis, so that several figures compare.
    """
    shown = MEASURES[name]
    x = np.asarray(curve.at)
    if shown.base is not None:
        x = shown.base**x
    figure = go.Figure()
    hover = f"{shown.axis} %{{x:,.3~g}}<br>odds × %{{y:.3~g}}<extra></extra>"
    marker = {"size": 7}
    figure.add_trace(line(x, np.exp(curve.add), MALE, hover, marker=marker, showlegend=False))
    figure.add_hline(float(np.exp(enough)), line={"dash": "dot", "color": UNSURE, "width": 2})
    top = max(most, enough) / np.log(10)
    axes = {
        "xaxis": {"type": "linear" if shown.base is None else "log"},
        "yaxis": {"type": "log", "range": [-0.05 * top, 1.05 * top], "tickformat": ",.3~g"},
    }
    return laid_out(figure, shown.axis, "odds of being wrong, ×", 260, **axes)
