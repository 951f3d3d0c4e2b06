"""Plain data -> plotly figures: every figure of every page. Nothing here reads a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from facespace.palette import MALE, UNSURE, VERDICTS

#: Bars and lines that stand for no verdict.
NEUTRAL = "#5d7fa3"

#: Eigenfaces have no brightness of their own: zero is white, one sign orange, the other purple.
DIVERGING = "PuOr"


def counts(table: Mapping[str, Mapping[str, int]], unit: str) -> go.Figure:
    """Stacked bars of photos labelled female and male.

    Args:
        table: for each value on the x axis, how many photos carry each label.
        unit: the title of the x axis.
    """
    figure = go.Figure()
    for label, pattern in (("female", ""), ("male", "/")):
        figure.add_bar(
            x=list(table),
            y=[row.get(label, 0) for row in table.values()],
            name=label,
            marker={"color": VERDICTS[label], "pattern": {"shape": pattern, "size": 6}},
            hovertemplate=f"%{{x}}<br>%{{y:,}} labelled {label}<extra></extra>",
        )
    return _laid_out(figure, unit, "photos", barmode="stack")


def histogram(edges: Sequence[float], heights: Sequence[int], unit: str) -> go.Figure:
    """Bars between ``edges`` (N + 1 of them, for N ``heights``)."""
    left, right = np.asarray(edges[:-1]), np.asarray(edges[1:])
    figure = go.Figure(
        go.Bar(
            x=(left + right) / 2,
            y=heights,
            width=right - left,
            customdata=np.stack([left, right], axis=1),
            marker_color=NEUTRAL,
            hovertemplate="%{customdata[0]:.0f} to %{customdata[1]:.0f}: %{y:,}<extra></extra>",
        )
    )
    return _laid_out(figure, unit, "photos", bargap=0.02)


def roc(
    curve: Mapping[str, Sequence[float]], area: Mapping[str, float], threshold: float
) -> go.Figure:
    """A receiver operating characteristic with the operating point.

    Args:
        curve: ``fpr``, ``tpr``, ``threshold``, of equal length.
        area: the area under it, ``value``, ``low``, ``high``.
        threshold: the probability from which a face reads as female.
    """
    at = int(np.abs(np.asarray(curve["threshold"]) - threshold).argmin())
    title = f"AUC {area['value']:.3f} ({area['low']:.3f} to {area['high']:.3f})"
    figure = go.Figure()
    figure.add_scatter(
        x=[0, 1],
        y=[0, 1],
        mode="lines",
        line={"dash": "dot", "color": UNSURE},
        name="by chance",
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=curve["fpr"],
        y=curve["tpr"],
        mode="lines",
        line={"color": MALE, "width": 3},
        customdata=curve["threshold"],
        name=title,
        hovertemplate=(
            "threshold %{customdata:.2f}<br>%{y:.1%} of those labelled female found<br>"
            "%{x:.1%} of those labelled male taken for female<extra></extra>"
        ),
    )
    figure.add_scatter(
        x=[curve["fpr"][at]],
        y=[curve["tpr"][at]],
        mode="markers",
        marker={"size": 13, "symbol": "diamond", "color": VERDICTS["female"]},
        name=f"threshold {threshold:.2f}",
        hovertemplate="threshold in use<br>%{y:.1%} found, %{x:.1%} false<extra></extra>",
    )
    figure.update_xaxes(range=[-0.01, 1.01], tickformat=".0%")
    figure.update_yaxes(range=[-0.01, 1.01], tickformat=".0%")
    return _laid_out(
        figure, "labelled male, read as female", "labelled female, read as female", height=440
    )


def confusion(matrix: Sequence[Sequence[int]]) -> go.Figure:
    """Counts and shares; rows are labels, columns verdicts, both female then male."""
    numbers = np.asarray(matrix)
    shares = numbers / numbers.sum(axis=1, keepdims=True)
    figure = go.Figure(
        go.Heatmap(
            z=shares,
            x=["read as female", "read as male"],
            y=["labelled female", "labelled male"],
            zmin=0,
            zmax=1,
            colorscale=[[0, "#eef3f8"], [1, "#0b63a5"]],
            showscale=False,
            hovertemplate="%{y}, %{x}: %{z:.1%}<extra></extra>",
        )
    )
    for (row, column), number in np.ndenumerate(numbers):
        figure.add_annotation(
            x=column,
            y=row,
            text=f"<b>{number:,}</b><br>{shares[row, column]:.1%}",
            showarrow=False,
            font={"size": 16, "color": "white" if shares[row, column] > 0.5 else "#17202b"},
        )
    figure.update_yaxes(autorange="reversed", tickangle=-90)
    return _laid_out(figure, "", "", height=380)


def search(table: Sequence[Mapping[str, float]], best: Mapping[str, float]) -> go.Figure:
    """AUC over C and gamma, one panel for each number of components; a star marks the best."""
    kept = sorted({row["components"] for row in table})
    costs, gammas = (sorted({row[name] for row in table}) for name in ("C", "gamma"))
    lookup = {(row["components"], row["C"], row["gamma"]): row for row in table}
    areas = [row["auc"] for row in table]
    figure = make_subplots(
        rows=1,
        cols=len(kept),
        subplot_titles=[f"{k:.0f} components" for k in kept],
        shared_yaxes=True,
        horizontal_spacing=0.04,
    )
    for column, k in enumerate(kept, 1):
        grid = [[lookup[k, c, g]["auc"] for c in costs] for g in gammas]
        spread = [[lookup[k, c, g]["auc_sd"] for c in costs] for g in gammas]
        chosen = best["components"] == k
        words = [
            [
                f"{value:.3f}" + (" ★" if chosen and (c, g) == (best["C"], best["gamma"]) else "")
                for c, value in zip(costs, row, strict=True)
            ]
            for g, row in zip(gammas, grid, strict=True)
        ]
        figure.add_heatmap(
            z=grid,
            x=[f"{c:g}" for c in costs],
            y=[f"{g:g}" for g in gammas],
            text=words,
            texttemplate="%{text}",
            customdata=spread,
            zmin=min(areas),
            zmax=max(areas),
            colorscale="Viridis",
            showscale=False,
            hovertemplate="C %{x}, gamma %{y}<br>AUC %{z:.4f} ± %{customdata:.4f}<extra></extra>",
            row=1,
            col=column,
        )
        figure.update_xaxes(title="C", type="category", row=1, col=column)
    figure.update_yaxes(
        type="category", categoryorder="array", categoryarray=[f"{g:g}" for g in gammas]
    )
    figure.update_yaxes(title="gamma", row=1, col=1)
    figure.update_layout(height=340, margin={"l": 10, "r": 10, "t": 40, "b": 10})
    return figure


def scree(explained: npt.ArrayLike) -> go.Figure:
    """Share of variance by component, and cumulated."""
    share = np.asarray(explained, np.float64)
    number = np.arange(1, len(share) + 1)
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
        y=np.cumsum(share),
        name="all up to it",
        mode="lines",
        line={"color": VERDICTS["female"], "width": 3},
        hovertemplate="the first %{x}: %{y:.1%}<extra></extra>",
    )
    figure.update_yaxes(tickformat=".0%")
    return _laid_out(figure, "eigenface", "share of variance")


def eigenface_grid(
    eigenfaces: npt.NDArray[Any], explained: npt.ArrayLike, columns: int
) -> go.Figure:
    """Eigenfaces, (N, side, side), as small pictures on one diverging scale about zero each."""
    rows = -(-len(eigenfaces) // columns)
    titles = [f"{i}: {share:.1%}" for i, share in enumerate(np.asarray(explained), 1)]
    figure = make_subplots(
        rows=rows,
        cols=columns,
        subplot_titles=titles[: len(eigenfaces)],
        horizontal_spacing=0.01,
        vertical_spacing=0.25 / max(rows, 2),
    )
    for i, picture in enumerate(eigenfaces):
        most = float(np.abs(picture).max())
        figure.add_heatmap(
            z=picture,
            zmin=-most,
            zmax=most,
            colorscale=DIVERGING,
            showscale=False,
            hovertemplate=f"eigenface {i + 1}<br>weight %{{z:.3f}}<extra></extra>",
            row=i // columns + 1,
            col=i % columns + 1,
        )
    figure.update_xaxes(visible=False, constrain="domain")
    figure.update_yaxes(visible=False, autorange="reversed", constrain="domain")
    for i in range(len(eigenfaces)):
        square = f"x{i + 1}" if i else "x"
        figure.update_yaxes(scaleanchor=square, row=i // columns + 1, col=i % columns + 1)
    figure.update_annotations(font_size=12)
    figure.update_layout(height=165 * rows, margin={"l": 0, "r": 0, "t": 24, "b": 0})
    return figure


def line(x: Sequence[float], y: Sequence[float], x_title: str, y_title: str) -> go.Figure:
    """A line through measured points."""
    figure = go.Figure(
        go.Scatter(
            x=x,
            y=y,
            mode="lines+markers",
            line={"color": MALE, "width": 3},
            hovertemplate="%{x:.1f}: %{y:.3f}<extra></extra>",
        )
    )
    return _laid_out(figure, x_title, y_title)


def _laid_out(figure: go.Figure, x: str, y: str, height: int = 340, **layout: Any) -> go.Figure:
    figure.update_xaxes(title=x)
    figure.update_yaxes(title=y)
    figure.update_layout(
        height=height,
        margin={"l": 10, "r": 10, "t": 40, "b": 10},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        **layout,
    )
    return figure
