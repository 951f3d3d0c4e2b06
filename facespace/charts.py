"""Plain data -> plotly figures: every figure of every page. Nothing here reads a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import cycle
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
    curves: Mapping[str, Mapping[str, Sequence[float]]], chosen: str, threshold: float
) -> go.Figure:
    """Receiver operating characteristics, and the operating point of the chosen one.

    Args:
        curves: by title, ``fpr``, ``tpr``, ``threshold``, of equal length.
        chosen: the title of the one that stands out.
        threshold: its probability from which a face reads as female.
    """
    figure = go.Figure()
    figure.add_scatter(
        x=[0, 1],
        y=[0, 1],
        mode="lines",
        line={"dash": "dot", "color": UNSURE, "width": 1},
        showlegend=False,
        hoverinfo="skip",
    )
    for title, curve, style in _styled(curves, chosen):
        figure.add_scatter(
            x=curve["fpr"],
            y=curve["tpr"],
            mode="lines",
            line=style,
            customdata=curve["threshold"],
            name=title,
            hovertemplate=(
                "threshold %{customdata:.2f}<br>%{y:.1%} of those labelled female found<br>"
                "%{x:.1%} of those labelled male taken for female"
            ),
        )
    curve = curves[chosen]
    at = int(np.abs(np.asarray(curve["threshold"]) - threshold).argmin())
    _mark(figure, curve["fpr"][at], curve["tpr"][at], f"threshold {threshold:.2f}")
    figure.update_xaxes(range=[-0.01, 1.01], tickformat=".0%")
    figure.update_yaxes(range=[-0.01, 1.01], tickformat=".0%")
    return _laid_out(
        figure, "labelled male, read as female", "labelled female, read as female", height=440
    )


def risk_coverage(
    curves: Mapping[str, Mapping[str, Sequence[float]]],
    chosen: str,
    point: Mapping[str, float | None],
) -> go.Figure:
    """The share of wrong answers over the share of faces answered, most certain first.

    Args:
        curves: by title, ``coverage``, ``risk``, ``certainty``, of equal length.
        chosen: the title of the one that stands out.
        point: ``coverage`` and ``risk`` of the chosen one as it is set.
    """
    figure = go.Figure()
    for title, curve, style in _styled(curves, chosen):
        figure.add_scatter(
            x=curve["coverage"],
            y=curve["risk"],
            mode="lines",
            line=style,
            customdata=curve["certainty"],
            name=title,
            hovertemplate=(
                "%{x:.0%} of the faces answered: %{y:.1%} of the answers wrong<br>"
                "certainty asked for: %{customdata:.2f}"
            ),
        )
    if point["risk"] is not None:
        _mark(figure, point["coverage"], point["risk"], "as it is set")
    figure.update_xaxes(range=[0, 1.01], tickformat=".0%")
    figure.update_yaxes(rangemode="tozero", tickformat=".0%")
    return _laid_out(figure, "faces answered", "wrong answers", height=400)


def reliability(bins: Mapping[str, Sequence[float]]) -> go.Figure:
    """The share labelled female over the probability that was given, in bins of equal mass.

    Args:
        bins: ``predicted``, ``observed`` and the number of ``faces``, of equal length.
    """
    figure = go.Figure()
    figure.add_scatter(
        x=[0, 1],
        y=[0, 1],
        mode="lines",
        line={"dash": "dot", "color": UNSURE},
        name="exactly calibrated",
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=bins["predicted"],
        y=bins["observed"],
        mode="lines+markers",
        line={"color": MALE, "width": 3},
        customdata=bins["faces"],
        name="measured",
        hovertemplate="%{customdata:,} faces: %{x:.1%} given, %{y:.1%} labelled female",
    )
    figure.update_xaxes(range=[-0.02, 1.02], tickformat=".0%")
    figure.update_yaxes(range=[-0.02, 1.02], tickformat=".0%")
    return _laid_out(figure, "probability given", "labelled female", height=400)


def groups(
    table: Mapping[str, Mapping[str, Any]], metric: str, title: str, least: int
) -> go.Figure:
    """A metric of every group with its 95 % interval, the groups below one another.

    Args:
        table: by group the number of ``faces`` and metrics (``value``, ``low``, ``high``).
        metric: the one to draw, 0 to 1.
        title: what people call it.
        least: groups of fewer faces are drawn faint.
    """
    drawn = {name: row for name, row in table.items() if row[metric]["value"] is not None}
    values = [row[metric]["value"] for row in drawn.values()]
    figure = go.Figure(
        go.Scatter(
            x=values,
            y=[f"{name} ({row['faces']:,})" for name, row in drawn.items()],
            mode="markers",
            marker={
                "size": 10,
                "color": MALE,
                "opacity": [1 if row["faces"] >= least else 0.4 for row in drawn.values()],
            },
            error_x=_whiskers(list(drawn.values()), metric),
            customdata=[row["faces"] for row in drawn.values()],
            hovertemplate=f"%{{y}}: %{{x:.1%}} {title.lower()}<extra></extra>",
        )
    )
    figure.update_xaxes(tickformat=".0%")
    figure.update_yaxes(autorange="reversed", automargin=True)
    height = 120 + 26 * len(drawn)
    return _laid_out(figure, title, "", height=height)


def shares(table: Mapping[str, Mapping[str, float]]) -> go.Figure:
    """What becomes of photos, as stacked bars: right, wrong, "?" or missed.

    Args:
        table: by the name of a bar the four shares, which sum to 1.
    """
    figure = go.Figure()
    for name, (words, colour, pattern) in _OUTCOMES.items():
        figure.add_bar(
            y=list(table),
            x=[row[name] for row in table.values()],
            name=words,
            orientation="h",
            marker={"color": colour, "pattern": {"shape": pattern, "size": 6}},
            texttemplate="%{x:.0%}",
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            hovertemplate=f"%{{y}}: %{{x:.1%}} {words}<extra></extra>",
        )
    figure.update_xaxes(tickformat=".0%", range=[0, 1])
    figure.update_yaxes(autorange="reversed", automargin=True)
    # A share too small for its number has it in the hover alone.
    figure.update_layout(uniformtext={"minsize": 11, "mode": "hide"}, legend_traceorder="normal")
    return _laid_out(figure, "photos", "", height=120 + 48 * len(table), barmode="stack")


_OUTCOMES = {
    "right": ("read as labelled", MALE, ""),
    "unsure": ("“?”", UNSURE, ""),
    "wrong": ("read wrongly", VERDICTS["female"], "/"),
    "missed": ("not found", "#55606d", "x"),
}


def intervals(table: Mapping[str, Mapping[str, Any]], metrics: Mapping[str, str]) -> go.Figure:
    """Some metrics with their intervals, for each of several models.

    Args:
        table: by a model's title its metrics (``value``, ``low``, ``high``), 0 to 1.
        metrics: which to draw, and what people call them.
    """
    figure = go.Figure()
    symbols = ("circle", "diamond", "square")
    for (metric, title), symbol in zip(metrics.items(), symbols, strict=False):
        figure.add_scatter(
            x=[row[metric]["value"] for row in table.values()],
            y=list(table),
            mode="markers",
            orientation="h",
            marker={"size": 11, "symbol": symbol},
            error_x=_whiskers(list(table.values()), metric),
            name=title,
            hovertemplate=f"%{{y}}: {title} %{{x:.3f}}<extra></extra>",
        )
    figure.update_layout(
        colorway=[MALE, VERDICTS["female"], UNSURE], scattermode="group", scattergap=0.5
    )
    figure.update_yaxes(autorange="reversed", automargin=True)
    return _laid_out(figure, "", "", height=130 + 45 * len(table))


def classifiers(table: Sequence[Mapping[str, Any]]) -> go.Figure:
    """The balanced accuracy of several classifiers, with its spread over the folds."""
    figure = go.Figure(
        go.Bar(
            y=[row["name"] for row in table],
            x=[row["balanced_accuracy"] for row in table],
            error_x={"array": [row["balanced_accuracy_sd"] for row in table]},
            orientation="h",
            marker_color=[MALE if row["name"] == "RBF SVM" else UNSURE for row in table],
            customdata=[[row["auc"], row["auc_sd"]] for row in table],
            hovertemplate=(
                "%{y}: balanced accuracy %{x:.1%}<br>"
                "AUC %{customdata[0]:.3f} ± %{customdata[1]:.3f}<extra></extra>"
            ),
        )
    )
    figure.update_xaxes(range=[0.45, 1], tickformat=".0%")
    figure.update_yaxes(autorange="reversed", automargin=True)
    return _laid_out(figure, "balanced accuracy", "", height=340)


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


def line(
    x: Sequence[float], y: Sequence[float], x_title: str, y_title: str, logarithmic: bool = False
) -> go.Figure:
    """A line through measured points; the x axis may be logarithmic."""
    figure = go.Figure(
        go.Scatter(
            x=x,
            y=y,
            mode="lines+markers",
            line={"color": MALE, "width": 3},
            hovertemplate="%{x:,.4~g}: %{y:.3f}<extra></extra>",
        )
    )
    if logarithmic:
        ticks = {"tickvals": list(x), "ticktext": [f"{value:,.0f}" for value in x]}
        figure.update_xaxes(type="log", **ticks)
    return _laid_out(figure, x_title, y_title)


def _styled(curves: Mapping[str, Any], chosen: str) -> Iterator[tuple[str, Any, dict[str, Any]]]:
    """Title, curve and line style: the chosen one strong and last, the others dashed and grey."""
    dashes = cycle(("dash", "dashdot", "dot"))
    others = [title for title in curves if title != chosen]
    for title, dash in zip(others, dashes, strict=False):
        yield title, curves[title], {"dash": dash, "color": UNSURE, "width": 2}
    yield chosen, curves[chosen], {"color": MALE, "width": 3}


def _mark(figure: go.Figure, x: float | None, y: float | None, name: str) -> None:
    figure.add_scatter(
        x=[x],
        y=[y],
        mode="markers",
        marker={"size": 13, "symbol": "diamond", "color": VERDICTS["female"]},
        name=name,
        hovertemplate=f"{name}: %{{y:.1%}} at %{{x:.1%}}<extra></extra>",
    )


def _whiskers(rows: Sequence[Mapping[str, Any]], metric: str) -> dict[str, Any]:
    """Error bars from intervals (``value``, ``low``, ``high``) of a metric."""
    cells = [row[metric] for row in rows]
    return {
        "type": "data",
        "symmetric": False,
        "array": [cell["high"] - cell["value"] for cell in cells],
        "arrayminus": [cell["value"] - cell["low"] for cell in cells],
        "thickness": 1.5,
    }


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
