"""Figures of face space: the eigenfaces, what they explain, and where faces lie."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from facespace.charts.style import NEUTRAL, PALE, laid_out
from facespace.palette import UNSURE, VERDICTS

#: Eigenfaces have no brightness of their own: zero is white, lighter orange, darker purple.
DIVERGING = "PuOr_r"

#: Markers of the labels, and of the face that is looked at, in two and in three dimensions.
MARKERS = {"female": "circle", "male": "diamond-open"}
FACE, FACE_3D = "star", "cross"


def scree(explained: npt.ArrayLike, chosen: int) -> go.Figure:
    """Share of variance by component, and cumulated, with the number that the model keeps."""
    share = np.asarray(explained, np.float64)
    number = np.arange(1, len(share) + 1)
    summed = np.cumsum(share)
    figure = go.Figure()
    figure.add_bar(
        x=number,
        y=share,
        name="one eigenface",
        marker_color=NEUTRAL,
        hovertemplate="eigenface %{x}: %{y:.2%}<extra></extra>",
    )
    figure.add_scatter(
        x=number,
        y=summed,
        name="all up to it",
        mode="lines",
        line={"color": VERDICTS["female"], "width": 3},
        hovertemplate="the first %{x}: %{y:.1%}<extra></extra>",
    )
    figure.add_scatter(
        x=[chosen],
        y=[summed[chosen - 1]],
        name=f"kept: {chosen}, {summed[chosen - 1]:.1%}",
        mode="markers",
        marker={"symbol": "diamond", "size": 13, "color": VERDICTS["female"]},
        hovertemplate="the model keeps %{x}: %{y:.1%}<extra></extra>",
    )
    figure.add_vline(chosen, line={"color": UNSURE, "dash": "dot"})
    figure.update_yaxes(tickformat=".0%", rangemode="tozero")
    return laid_out(figure, "eigenface", "share of variance")


def eigenface_grid(
    effects: npt.NDArray[Any], explained: npt.ArrayLike, columns: int, common: bool = False
) -> go.Figure:
    """Eigenfaces as small pictures, each with its share of variance and its largest value.

    Args:
        effects: (N, side, side), what one standard deviation adds, in grey levels.
        explained: (N,).
        columns: pictures in a row.
        common: give all pictures one colour scale; otherwise each has its own about zero.
    """
    rows = -(-len(effects) // columns)
    most = np.abs(effects).reshape(len(effects), -1).max(axis=1)
    titles = [
        f"{i}: {share:.1%}<br>±{high:.0f}"
        for i, (share, high) in enumerate(zip(np.asarray(explained), most, strict=True), 1)
    ]
    figure = make_subplots(
        rows=rows,
        cols=columns,
        subplot_titles=titles,
        horizontal_spacing=0.01,
        vertical_spacing=0.3 / max(rows, 2),
    )
    high = float(most.max())
    for i, picture in enumerate(effects):
        own = f"%{{z:+.0%}} of {most[i]:.1f}"
        figure.add_heatmap(
            z=picture if common else picture / max(most[i], 1e-9),
            coloraxis="coloraxis",
            hovertemplate=f"eigenface {i + 1}<br>{'%{z:+.1f}' if common else own} grey levels"
            "<extra></extra>",
            row=i // columns + 1,
            col=i % columns + 1,
        )
    figure.update_xaxes(visible=False, constrain="domain")
    figure.update_yaxes(visible=False, autorange="reversed", constrain="domain")
    for i in range(len(effects)):
        square = f"x{i + 1}" if i else "x"
        figure.update_yaxes(scaleanchor=square, row=i // columns + 1, col=i % columns + 1)
    figure.update_annotations(font_size=12)
    end = high if common else 1.0
    marks = (f"−{high:.0f}", "0", f"+{high:.0f}") if common else ("−", "0", "+")
    bar = _bar([-end, 0, end], marks)
    figure.update_layout(
        coloraxis={"colorscale": DIVERGING, "cmin": -end, "cmax": end, "colorbar": bar},
        height=185 * rows + 60,
        margin={"l": 0, "r": 0, "t": 36, "b": 40},
    )
    return figure


def signed(picture: npt.NDArray[Any], height: int = 300) -> go.Figure:
    """What is added to a face, (side, side), in grey levels, on a diverging scale about zero."""
    most = max(float(np.abs(picture).max()), 1e-9)
    figure = go.Figure(
        go.Heatmap(
            z=picture,
            zmin=-most,
            zmax=most,
            colorscale=DIVERGING,
            colorbar=_bar([-most, 0, most], [f"−{most:.0f}", "0", f"+{most:.0f}"]),
            hovertemplate="column %{x}, row %{y}: %{z:+.1f} grey levels<extra></extra>",
        )
    )
    return square(figure, height)


def square(figure: go.Figure, height: int) -> go.Figure:
    """A figure of a crop: no axes, square pixels, the first row on top."""
    figure.update_xaxes(visible=False, constrain="domain")
    figure.update_yaxes(visible=False, autorange="reversed", scaleanchor="x", constrain="domain")
    figure.update_layout(height=height, margin={"l": 0, "r": 0, "t": 0, "b": 0})
    return figure


def _bar(values: Sequence[float], words: Sequence[str]) -> dict[str, Any]:
    """A colour bar below the pictures."""
    return {
        "orientation": "h",
        "thickness": 10,
        "len": 0.8,
        "y": 0,
        "yanchor": "top",
        "tickvals": values,
        "ticktext": words,
    }


def errors(grey: npt.NDArray[Any], scaled: npt.NDArray[Any], k: int) -> go.Figure:
    """How far a face is from itself rebuilt with 0 to K coordinates, (K + 1,) each.

    Args:
        grey: in grey levels, drawn.
        scaled: in standard deviations of a pixel, told on hover.
        k: the number that is marked.
    """
    figure = go.Figure()
    figure.add_scatter(
        x=np.arange(len(grey)),
        y=grey,
        customdata=scaled,
        mode="lines",
        line={"color": NEUTRAL, "width": 3},
        hovertemplate="from %{x} numbers: %{y:.1f} grey levels, %{customdata:.3f} standard "
        "deviations<extra></extra>",
    )
    figure.add_scatter(
        x=[k],
        y=[grey[k]],
        mode="markers",
        marker={"symbol": "diamond", "size": 13, "color": VERDICTS["female"]},
        hoverinfo="skip",
    )
    figure.update_yaxes(rangemode="tozero")
    laid_out(figure, "eigenfaces used", "error, grey levels")
    return figure.update_layout(showlegend=False)


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
                "color": "#c2185b",
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
