"""Figures of where faces lie in face space, and how far from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from facespace.charts.style import NEUTRAL, PALE, laid_out
from facespace.charts.traces import line, middles
from facespace.palette import FEMALE, MALE, UNSURE, VERDICTS

#: Markers of the labels, and of the face that is looked at, in two and in three dimensions.
MARKERS = {"female": "circle", "male": "diamond-open"}
FACE, FACE_3D, FACE_COLOUR = "star", "cross", "#c2185b"


def distances(
    edges: npt.NDArray[Any],
    counts: Mapping[str, npt.NDArray[Any]],
    distance: float | None,
    cut: float | None,
) -> go.Figure:
    """Histograms of the distance from face space; the first as bars, the others as lines.

    Args:
        edges: (B + 1,), the same for all.
        counts: (B,) crops by a title.
        distance: of the face that is looked at; None where there is none.
        cut: beyond which a verdict becomes "?"; None where there is none.
    """
    figure = go.Figure()
    for i, (title, values) in enumerate(counts.items()):
        share, hover = values / values.sum(), f"distance %{{x:.2f}}: %{{y:.1%}} of {title}"
        bar = {"x": middles(edges), "y": share, "name": title, "hovertemplate": hover}
        if i == 0:
            figure.add_bar(**bar, marker_color=PALE, width=np.diff(edges))
        else:
            figure.add_scatter(**bar, mode="lines", line={"color": MALE, "width": 3})
    top = max(float((values / values.sum()).max()) for values in counts.values()) * 1.1
    for title, at, colour, dash in (
        ("this face", distance, FEMALE, "solid"),
        ("“?” beyond", cut, UNSURE, "dash"),
    ):
        if at is not None:
            upright = line([at, at], [0, top], colour, "", f"{title}: {at:.3f}", dash=dash)
            figure.add_trace(upright.update(hoverinfo="name", hovertemplate=None))
    figure.update_yaxes(tickformat=".0%", rangemode="tozero")
    return laid_out(figure, "distance from face space", "share of crops", bargap=0.02)


def scatter(
    coordinates: npt.NDArray[Any],
    female: npt.NDArray[np.bool_],
    axes: Sequence[int],
    face: npt.NDArray[Any] | None = None,
) -> go.Figure:
    """Test faces in face space, by two or three of their coordinates.

    Args:
        coordinates: (N, M), in standard deviations.
        female: bool (N,).
        axes: columns of ``coordinates``; with three of them the figure has three dimensions.
        face: (M,), the face that is looked at.
    """
    figure = go.Figure()
    solid = len(axes) == 3
    draw = figure.add_scatter3d if solid else figure.add_scatter
    letters = "xyz"[: len(axes)]
    hover = "<br>".join(
        f"PC{axis + 1} %{{{letter}:.2f}}" for letter, axis in zip(letters, axes, strict=True)
    )

    def add(rows: npt.NDArray[Any], name: str, extra: str, **marker: Any) -> None:
        places = {letter: rows[:, axis] for letter, axis in zip(letters, axes, strict=True)}
        hovers = {"hovertemplate": f"{hover}<extra>{extra}</extra>"}
        draw(**places, name=name, mode="markers", marker=marker, **hovers)

    for label, symbol in MARKERS.items():
        chosen, colour = coordinates[female == (label == "female")], VERDICTS[label]
        border = {"width": 1 if symbol.endswith("open") else 0, "color": colour}
        look = {"symbol": symbol, "size": 3 if solid else 5.5, "opacity": 0.7, "color": colour}
        title = f"labelled {label}"
        add(chosen, f"{title} ({len(chosen):,})", title, **look, line=border)
    if face is not None:
        look = {"symbol": FACE_3D if solid else FACE, "size": 8 if solid else 18}
        border = {"color": "white", "width": 1}
        add(face[None], "this face", "this face", **look, color=FACE_COLOUR, line=border)
    figure.update_layout(legend_itemsizing="constant")
    titles = [f"PC{axis + 1}" for axis in axes]
    if solid:
        scene = {f"{letter}axis": {"title": t} for letter, t in zip(letters, titles, strict=True)}
        figure.update_layout(scene=scene | {"aspectmode": "cube"})
        laid_out(figure, "", "", 560)
        return figure.update_layout(margin={"l": 0, "r": 0, "b": 0})
    across, up = (f"{title}, standard deviations" for title in titles)
    return laid_out(figure, across, up, 480)


def nearest(
    distances: Mapping[str, float], faces: Mapping[str, int], least: int, unit: str
) -> go.Figure:
    """How far a face is from the mean faces of groups; the nearest stands out.

    Args:
        distances: by group, in the order in which they are shown.
        faces: of how many faces each mean is; those of fewer than ``least`` are faint.
        unit: the title of the axis.
    """
    names = [f"{group.replace('_', ' ')} ({faces[group]:,})" for group in distances]
    best = min(distances, key=distances.__getitem__)
    values = list(distances.values())
    figure = go.Figure(
        go.Scatter(
            x=values,
            y=names,
            mode="markers",
            marker={
                "size": [16 if group == best else 11 for group in distances],
                "symbol": ["diamond" if group == best else "circle" for group in distances],
                "color": [FEMALE if g == best else NEUTRAL for g in distances],
                "opacity": [1.0 if faces[group] >= least else 0.4 for group in distances],
            },
            hovertemplate="%{y}: %{x:.3f}<extra></extra>",
        )
    )
    figure.update_yaxes(autorange="reversed", automargin=True)
    return laid_out(figure, unit, "", 90 + 32 * len(names))
