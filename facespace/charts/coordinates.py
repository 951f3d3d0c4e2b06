"""Figures of where faces lie in face space, and how far from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from facespace.charts.style import NEUTRAL, PALE, laid_out
from facespace.palette import UNSURE, VERDICTS

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
    middles = (edges[:-1] + edges[1:]) / 2
    for i, (title, values) in enumerate(counts.items()):
        share, hover = values / values.sum(), f"distance %{{x:.2f}}: %{{y:.1%}} of {title}"
        drawn = {"x": middles, "y": share, "name": title, "hovertemplate": hover}
        if i == 0:
            figure.add_bar(**drawn, marker_color=PALE, width=np.diff(edges))
        else:
            figure.add_scatter(**drawn, mode="lines", line={"color": VERDICTS["male"], "width": 3})
    top = max(float((values / values.sum()).max()) for values in counts.values()) * 1.1
    for title, at, color, dash in (
        ("this face", distance, VERDICTS["female"], "solid"),
        ("“?” beyond", cut, UNSURE, "dash"),
    ):
        if at is not None:
            figure.add_scatter(
                x=[at, at],
                y=[0, top],
                name=f"{title}: {at:.3f}",
                mode="lines",
                line={"color": color, "width": 3, "dash": dash},
                hoverinfo="name",
            )
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
    for label, symbol in MARKERS.items():
        chosen = coordinates[female == (label == "female")]
        draw(
            **{letter: chosen[:, axis] for letter, axis in zip(letters, axes, strict=True)},
            name=f"labelled {label} ({len(chosen):,})",
            mode="markers",
            marker={
                "symbol": symbol,
                "size": 3 if solid else 5.5,
                "opacity": 0.7,
                "color": VERDICTS[label],
                "line": {"width": 1 if symbol.endswith("open") else 0, "color": VERDICTS[label]},
            },
            hovertemplate=f"{hover}<extra>labelled {label}</extra>",
        )
    if face is not None:
        draw(
            **{letter: [face[axis]] for letter, axis in zip(letters, axes, strict=True)},
            name="this face",
            mode="markers",
            marker={
                "symbol": FACE_3D if solid else FACE,
                "size": 8 if solid else 18,
                "color": FACE_COLOUR,
                "line": {"color": "white", "width": 1},
            },
            hovertemplate=f"{hover}<extra>this face</extra>",
        )
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
                "color": [VERDICTS["female"] if g == best else NEUTRAL for g in distances],
                "opacity": [1.0 if faces[group] >= least else 0.4 for group in distances],
            },
            hovertemplate="%{y}: %{x:.3f}<extra></extra>",
        )
    )
    figure.update_yaxes(autorange="reversed", automargin=True)
    return laid_out(figure, unit, "", 90 + 32 * len(names))
