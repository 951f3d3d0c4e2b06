"""Figures of face space: the eigenfaces, what they explain and lose, and where faces lie."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from facespace.charts.style import NEUTRAL, PALE, PERCENT, ROWS, counted, laid_out
from facespace.charts.traces import (
    DIVERGING,
    about_zero,
    bar_below,
    bars,
    line,
    marks,
    middles,
    spot,
    square,
)
from facespace.palette import FEMALE, MALE, UNSURE, VERDICTS

#: Markers of the labels, and of the face that is looked at, in two and in three dimensions.
MARKERS = {"female": "circle", "male": "diamond-open"}
FACE, FACE_3D, FACE_COLOUR = "star", "cross", "#c2185b"


def scree(explained: npt.ArrayLike, chosen: int) -> go.Figure:
    """Share of variance by component, and cumulated, with the number that the model keeps."""
    share = np.asarray(explained, np.float64)
    number, summed = np.arange(1, len(share) + 1), np.cumsum(share)
    kept = float(summed[chosen - 1])
    hover, look = "eigenface %{x}: %{y:.2%}", {"color": NEUTRAL}
    each = bars(number, share, hover, look, "one eigenface")
    hover = "the first %{x}: %{y:.1%}<extra></extra>"
    curve = line(number, summed, FEMALE, hover, "all up to it")
    hover = "the model keeps %{x}: %{y:.1%}<extra></extra>"
    figure = go.Figure([each, curve, spot(chosen, kept, hover, name=f"kept: {chosen}, {kept:.1%}")])
    figure.add_vline(chosen, line={"color": UNSURE, "dash": "dot"})
    upright = {**PERCENT, "rangemode": "tozero"}
    return laid_out(figure, "eigenface", "share of variance", yaxis=upright)


def eigenface_grid(
    effects: npt.NDArray[Any], explained: npt.ArrayLike, columns: int, common: bool = False
) -> go.Figure:
    """Eigenfaces as small pictures, each with its share of variance and its largest value.

    They have no brightness of their own: zero is white.

    Args:
        effects: (N, side, side), what one standard deviation adds, in grey levels.
        explained: (N,).
        columns: pictures in a row.
        common: give all pictures one colour scale; otherwise each has its own about zero.
    """
    rows = -(-len(effects) // columns)
    most = np.abs(effects).reshape(len(effects), -1).max(axis=1)
    shares = zip(np.asarray(explained), most, strict=True)
    titles = [f"{i}: {share:.1%}<br>±{top:.0f}" for i, (share, top) in enumerate(shares, 1)]
    spacing = {"horizontal_spacing": 0.01, "vertical_spacing": 0.3 / max(rows, 2)}
    figure = make_subplots(rows, columns, subplot_titles=titles, **spacing)
    high = float(most.max())
    for i, picture in enumerate(effects):
        value = "%{z:+.1f}" if common else f"%{{z:+.0%}} of {most[i]:.1f}"
        place = {"row": i // columns + 1, "col": i % columns + 1}
        figure.add_heatmap(
            z=picture if common else picture / max(most[i], 1e-9),
            coloraxis="coloraxis",
            hovertemplate=f"eigenface {i + 1}<br>{value} grey levels<extra></extra>",
            **place,
        )
        figure.update_yaxes(scaleanchor=f"x{i + 1}" if i else "x", **place)
    figure.update_xaxes(visible=False, constrain="domain")
    figure.update_yaxes(visible=False, autorange="reversed", constrain="domain")
    figure.update_annotations(font_size=12)
    end = high if common else 1.0
    marks = (f"−{high:.0f}", "0", f"+{high:.0f}") if common else ("−", "0", "+")
    bar = bar_below([-end, 0, end], marks)
    return figure.update_layout(
        coloraxis={"colorscale": DIVERGING, "cmin": -end, "cmax": end, "colorbar": bar},
        height=185 * rows + 60,
        dragmode=False,
        margin={"l": 0, "r": 0, "t": 36, "b": 40},
    )


def signed(picture: npt.NDArray[Any], height: int = 300) -> go.Figure:
    """What is added to a face, (side, side), in grey levels, on a diverging scale about zero."""
    most = max(float(np.abs(picture).max()), 1e-9)
    bar = bar_below([-most, 0, most], [f"−{most:.0f}", "0", f"+{most:.0f}"])
    hover = "column %{x}, row %{y}: %{z:+.1f} grey levels<extra></extra>"
    return square(go.Figure(about_zero(picture, most, hover, bar)), height)


def errors(grey: npt.NDArray[Any], scaled: npt.NDArray[Any], k: int) -> go.Figure:
    """How far a face is from itself rebuilt with 0 to K coordinates, (K + 1,) each.

    Args:
        grey: in grey levels, drawn.
        scaled: in standard deviations of a pixel, told on hover.
        k: the number that is marked.
    """
    hover = (
        "from %{x} numbers: %{y:.1f} grey levels, %{customdata:.3f} standard "
        "deviations<extra></extra>"
    )
    curve = line(np.arange(len(grey)), grey, NEUTRAL, hover, customdata=scaled)
    figure = go.Figure([curve, spot(k, grey[k])])
    figure.update_yaxes(rangemode="tozero")
    return laid_out(figure, "eigenfaces used", "error, grey levels", showlegend=False)


def distances(
    edges: npt.NDArray[Any],
    counts: Mapping[str, npt.NDArray[Any]],
    distance: float | None,
) -> go.Figure:
    """Histograms of the distance from face space; the first as bars, the others as lines.

    Args:
        edges: (B + 1,), the same for all.
        counts: (B,) crops by a title.
        distance: of the face that is looked at; None where there is none.
    """
    figure, top = go.Figure(), 0.0
    for i, (title, values) in enumerate(counts.items()):
        share, hover = values / values.sum(), f"distance %{{x:.2f}}: %{{y:.1%}} of {title}"
        top = max(top, 1.1 * float(share.max()))
        if i == 0:
            look = {"marker_color": PALE, "width": np.diff(edges), "hovertemplate": hover}
            figure.add_bar(x=middles(edges), y=share, name=title, **look)
        else:
            figure.add_trace(line(middles(edges), share, MALE, hover, title))
    if distance is not None:
        name, ends = f"this face: {distance:.3f}", [distance, distance]
        figure.add_trace(line(ends, [0, top], FEMALE, None, name, hoverinfo="name"))
    axis = {**PERCENT, "rangemode": "tozero"}
    return laid_out(figure, "distance from face space", "share of crops", bargap=0.02, yaxis=axis)


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
    figure, solid = go.Figure(), len(axes) == 3
    draw = figure.add_scatter3d if solid else figure.add_scatter
    columns = dict(zip("xyz", axes, strict=False))
    hover = "<br>".join(f"PC{axis + 1} %{{{letter}:.2f}}" for letter, axis in columns.items())

    def add(rows: npt.NDArray[Any], name: str, extra: str, **marker: Any) -> None:
        places = {letter: rows[:, axis] for letter, axis in columns.items()}
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
    if solid:
        scene = {f"{letter}axis": {"title": f"PC{axis + 1}"} for letter, axis in columns.items()}
        margin = {"l": 0, "r": 0, "t": 40, "b": 0}
        return laid_out(figure, "", "", 560, scene=scene | {"aspectmode": "cube"}, margin=margin)
    across, up = (f"PC{axis + 1}, standard deviations" for axis in axes)
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
    best = min(distances, key=distances.__getitem__)
    looks = {
        "size": [16 if group == best else 11 for group in distances],
        "symbol": ["diamond" if group == best else "circle" for group in distances],
        "color": [FEMALE if group == best else NEUTRAL for group in distances],
        "opacity": [1.0 if faces[group] >= least else 0.4 for group in distances],
    }
    names = [counted(group.replace("_", " "), faces[group]) for group in distances]
    figure = go.Figure(marks(list(distances.values()), names, "%{y}: %{x:.3f}", looks))
    return laid_out(figure, unit, "", 90 + 32 * len(names), yaxis=ROWS)
