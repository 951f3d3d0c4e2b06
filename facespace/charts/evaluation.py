"""Figures of how a model was made and how well it reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import cycle
from typing import Any

import numpy as np
import plotly.graph_objects as go

from facespace.charts.style import DARK, SYMBOLS, laid_out, styled
from facespace.palette import MALE, UNSURE, VERDICTS


def roc(
    curves: Mapping[str, Mapping[str, Sequence[float]]],
    chosen: str,
    points: Mapping[str, Mapping[str, float]],
) -> go.Figure:
    """Receiver operating characteristics and where each model stands on its own; one stands out.

    Args:
        curves: by title, ``fpr``, ``tpr``, ``threshold``, of equal length.
        chosen: the title of the one that stands out.
        points: by title, ``fpr`` and ``tpr`` at the model's ``threshold``, the probability from
            which a face reads as female.
    """
    figure = go.Figure(_diagonal("by chance"))
    for title, curve, style in styled(curves, chosen):
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
    for title, point in points.items():
        name = f"threshold {point['threshold']:.2f}"
        _mark(figure, point["fpr"], point["tpr"], name, title, title == chosen)
    figure.update_xaxes(range=[-0.02, 1.02], tickformat=".0%")
    figure.update_yaxes(range=[-0.02, 1.02], tickformat=".0%")
    return laid_out(
        figure, "labelled male, read as female", "labelled female, read as female", height=440
    )


def risk_coverage(
    curves: Mapping[str, Mapping[str, Sequence[float]]],
    chosen: str,
    points: Mapping[str, Mapping[str, float | None]],
) -> go.Figure:
    """The share of wrong answers over the share of faces answered, most certain first.

    Args:
        curves: by title, ``coverage``, ``risk``, ``certainty``, of equal length.
        chosen: the title of the one that stands out.
        points: by title, ``coverage`` and ``risk`` as the model is set; no ``risk`` (None) where
            it answers none.
    """
    figure = go.Figure()
    for title, curve, style in styled(curves, chosen):
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
    for title, point in points.items():
        if point["coverage"] is not None and point["risk"] is not None:
            _mark(figure, point["coverage"], point["risk"], "as it is set", title, title == chosen)
    figure.update_xaxes(range=[0, 1.02], tickformat=".0%")
    figure.update_yaxes(rangemode="tozero", tickformat=".0%")
    return laid_out(figure, "faces answered, of all", "wrong answers, of those given", height=440)


def reliability(bins: Mapping[str, Sequence[float]]) -> go.Figure:
    """The share labelled female over the probability that was given, in bins of equal mass.

    Args:
        bins: ``predicted``, ``observed`` and the number of ``faces``, of equal length.
    """
    figure = go.Figure(_diagonal("exactly calibrated"))
    figure.add_scatter(
        x=bins["predicted"],
        y=bins["observed"],
        mode="lines+markers",
        line={"color": MALE, "width": 3},
        marker={"size": 8},
        customdata=bins["faces"],
        name="measured",
        hovertemplate="%{customdata:,} faces: %{x:.1%} given, %{y:.1%} labelled female",
    )
    figure.update_xaxes(range=[-0.02, 1.02], tickformat=".0%")
    figure.update_yaxes(range=[-0.02, 1.02], tickformat=".0%")
    return laid_out(figure, "probability of female, as given", "labelled female", height=440)


def groups(
    table: Mapping[str, Mapping[str, Any]],
    metric: str,
    title: str,
    least: int,
    overall: float | None,
) -> go.Figure:
    """A metric of every group with its 95 % interval, the groups below one another.

    Args:
        table: by group the number of ``faces`` and intervals (``value``, ``low``, ``high``) of
            ``accuracy``, ``coverage`` and ``risk``; groups whose value is None are left out.
        metric: the one of these to draw, 0 to 1.
        title: what people call it.
        least: groups of fewer faces are drawn hollow and faint.
        overall: its value over all faces, for a line; None draws none.
    """
    drawn = {
        f"{name.replace('_', ' ')} ({row['faces']:,})": row
        for name, row in table.items()
        if row[metric]["value"] is not None
    }
    figure = go.Figure()
    if overall is not None and drawn:
        labels = list(drawn)
        figure.add_scatter(
            x=[overall] * len(labels),
            y=labels,
            mode="lines",
            line={"dash": "dot", "color": UNSURE, "width": 2},
            name=f"all faces: {overall:.1%}",
            hoverinfo="skip",
        )
    kinds = (
        (f"{least} faces or more", "circle", 1.0),
        (f"fewer than {least} faces", "circle-open", 0.7),
    )
    for name, symbol, opacity in kinds:
        large = symbol == "circle"
        rows = {label: row for label, row in drawn.items() if (row["faces"] >= least) is large}
        if rows:
            figure.add_scatter(
                x=[row[metric]["value"] for row in rows.values()],
                y=list(rows),
                mode="markers",
                name=name,
                opacity=opacity,
                marker={"size": 10, "symbol": symbol, "color": MALE},
                error_x=_whiskers(list(rows.values()), metric),
                customdata=[_in_words(row) for row in rows.values()],
                hovertemplate="<b>%{y}</b><br>%{customdata}<extra></extra>",
            )
    figure.update_xaxes(tickformat=".0%", range=_span(drawn.values(), (metric,)))
    figure.update_yaxes(
        automargin=True,
        # From the first group on top to the last; by itself it would leave much room at the ends.
        range=[len(drawn) - 0.4, -0.6],
        categoryorder="array",
        categoryarray=list(drawn),
        tickmode="linear",
        showgrid=False,
    )
    return laid_out(figure, title.lower(), "", height=130 + 25 * len(drawn))


def shares(table: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> go.Figure:
    """What becomes of photos, as stacked bars: right, "?", wrong or not found.

    Args:
        table: by the name of a bar the shares ``right``, ``unsure``, ``wrong``, ``missed`` as
            intervals (``value``, ``low``, ``high``); their values sum to 1.
    """
    figure = go.Figure()
    for outcome, (words, colour, pattern) in OUTCOMES.items():
        cells = [row[outcome] for row in table.values()]
        figure.add_bar(
            y=list(table),
            x=[cell["value"] for cell in cells],
            name=words,
            orientation="h",
            marker={
                "color": colour,
                "pattern": {
                    "shape": pattern,
                    "fillmode": "overlay",
                    "fgcolor": DARK,
                    "fgopacity": 0.4,
                    "size": 7,
                    "solidity": 0.2,
                },
            },
            texttemplate="%{x:.0%}",
            textposition="inside",
            insidetextanchor="middle",
            insidetextfont={"color": DARK},
            textangle=0,
            customdata=[_interval(cell) for cell in cells],
            hovertemplate=f"%{{y}}: %{{customdata}} {words}<extra></extra>",
        )
    figure.update_xaxes(tickformat=".0%", range=[0, 1.01])
    figure.update_yaxes(autorange="reversed", automargin=True)
    # A share too small for its number has it in the hover alone.
    figure.update_layout(uniformtext={"minsize": 11, "mode": "hide"}, legend_traceorder="normal")
    return laid_out(
        figure, "share of all photos", "", height=150 + 48 * len(table), barmode="stack"
    )


#: What can become of a photo: words, colour and pattern.
OUTCOMES = {
    "right": ("read as labelled", MALE, ""),
    "unsure": ("“?”", UNSURE, ""),
    "wrong": ("read wrongly", VERDICTS["female"], "/"),
    "missed": ("no face found", "#b9c0c8", "x"),
}


def intervals(table: Mapping[str, Mapping[str, Any]], metrics: Mapping[str, str]) -> go.Figure:
    """Some metrics with their intervals, for each of several models; 0.5 is chance.

    Args:
        table: by a model's title its metrics (``value``, ``low``, ``high``), 0 to 1.
        metrics: which to draw, at most three, and what people call them.
    """
    figure = go.Figure()
    for (metric, title), symbol in zip(metrics.items(), SYMBOLS, strict=False):
        figure.add_scatter(
            x=[row[metric]["value"] for row in table.values()],
            y=list(table),
            mode="markers",
            orientation="h",
            marker={"size": 11, "symbol": symbol},
            error_x=_whiskers(list(table.values()), metric),
            customdata=[[row[metric]["low"], row[metric]["high"]] for row in table.values()],
            name=title,
            hovertemplate=(
                f"%{{y}}: {title} %{{x:.3f}}<br>"
                "95 %: %{customdata[0]:.3f} to %{customdata[1]:.3f}<extra></extra>"
            ),
        )
    figure.update_layout(
        colorway=[MALE, VERDICTS["female"], UNSURE], scattermode="group", scattergap=0.5
    )
    low, high = _span(table.values(), metrics)
    figure.update_xaxes(range=[min(low, 0.49), high])
    figure.update_yaxes(autorange="reversed", automargin=True)
    return laid_out(figure, "0.5 is chance, 1 is perfect", "", height=140 + 42 * len(table))


def classifiers(table: Sequence[Mapping[str, Any]], chosen: str) -> go.Figure:
    """The balanced accuracy of several classifiers, with its standard deviation over the folds.

    Args:
        table: ``name``, and ``balanced_accuracy`` and ``auc``, 0 to 1, each with its ``_sd``.
        chosen: the name of the one that stands out.
    """
    own = [row["name"] == chosen for row in table]
    figure = go.Figure(
        go.Scatter(
            y=[row["name"] for row in table],
            x=[row["balanced_accuracy"] for row in table],
            error_x={
                "array": [row["balanced_accuracy_sd"] for row in table],
                "thickness": 1.5,
                "color": UNSURE,
            },
            mode="markers",
            marker={
                "size": 11,
                "symbol": ["diamond" if it else "circle" for it in own],
                "color": [MALE if it else UNSURE for it in own],
            },
            customdata=[[row["balanced_accuracy_sd"], row["auc"], row["auc_sd"]] for row in table],
            hovertemplate=(
                "%{y}: balanced accuracy %{x:.1%} ± %{customdata[0]:.1%}<br>"
                "AUC %{customdata[1]:.3f} ± %{customdata[2]:.3f}<extra></extra>"
            ),
        )
    )
    figure.update_xaxes(tickformat=".0%")
    figure.update_yaxes(autorange="reversed", automargin=True)
    return laid_out(figure, "balanced accuracy", "", height=340)


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
    return laid_out(figure, "", "", height=380)


def search(
    table: Sequence[Mapping[str, float]], components: float, best: Mapping[str, float]
) -> go.Figure:
    """AUC over C and gamma for one number of components; a star marks the best of all.

    Args:
        table: the whole search, ``components``, ``C``, ``gamma``, ``auc``, ``auc_sd`` a row; all of
            it shares one scale of colour.
        components: the rows to draw.
        best: ``components``, ``C`` and ``gamma`` of the best.
    """
    costs, gammas = (sorted({row[name] for row in table}) for name in ("C", "gamma"))
    lookup = {(r["C"], r["gamma"]): r for r in table if r["components"] == components}
    star = (best["C"], best["gamma"]) if best["components"] == components else None
    areas = [row["auc"] for row in table]
    low, high = min(areas), max(areas)

    def cell(at: tuple[float, float]) -> str:
        area = lookup[at]["auc"]
        # Viridis is dark below and light above.
        colour = "white" if area - low < 0.45 * (high - low) else DARK
        words = f"<b>{area:.3f} ★</b>" if at == star else f"{area:.3f}"
        return f'<span style="color:{colour}">{words}</span>'

    figure = go.Figure(
        go.Heatmap(
            z=[[lookup[c, g]["auc"] for c in costs] for g in gammas],
            x=[f"{c:g}" for c in costs],
            y=[f"{g:g}" for g in gammas],
            text=[[cell((c, g)) for c in costs] for g in gammas],
            texttemplate="%{text}",
            textfont={"size": 14},
            customdata=[[lookup[c, g]["auc_sd"] for c in costs] for g in gammas],
            zmin=low,
            zmax=high,
            colorscale="Viridis",
            showscale=False,
            hovertemplate="C %{x}, gamma %{y}<br>AUC %{z:.4f} ± %{customdata:.4f}<extra></extra>",
        )
    )
    figure.update_xaxes(type="category")
    figure.update_yaxes(type="category")
    return laid_out(figure, "C", "gamma", height=260)


def lines(
    curves: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    chosen: str,
    x: str,
    y: str,
    logarithmic: bool = False,
    limit: float | None = None,
) -> go.Figure:
    """Measured points of several models, joined; one stands out.

    Args:
        curves: by title the points' x and y, of equal length.
        chosen: the title of the one that stands out.
        x: what the x axis shows, with its unit; ``y`` likewise.
        logarithmic: draw the x axis so; its ticks are the chosen one's points.
        limit: a value on the x axis that a line marks.
    """
    figure = go.Figure()
    symbols = dict(zip(curves, cycle(SYMBOLS), strict=False))
    for title, (xs, ys), style in styled(curves, chosen):
        figure.add_scatter(
            x=xs,
            y=ys,
            mode="lines+markers",
            line=style,
            marker={"size": 9, "symbol": symbols[title]},
            name=title,
            hovertemplate=f"%{{x:,.4~g}} {x}<br>{y} %{{y:.3f}}",
        )
    if limit is not None:
        figure.add_vline(limit, line={"dash": "dot", "color": VERDICTS["female"], "width": 2})
    if logarithmic:
        ticks = curves[chosen][0]
        figure.update_xaxes(
            type="log", tickvals=list(ticks), ticktext=[f"{value:,.0f}" for value in ticks]
        )
    return laid_out(figure, x, y)


def _diagonal(name: str) -> go.Scatter:
    line = {"dash": "dot", "color": UNSURE, "width": 1}
    return go.Scatter(x=[0, 1], y=[0, 1], mode="lines", line=line, name=name, hoverinfo="skip")


def _mark(figure: go.Figure, x: float, y: float, name: str, title: str, strong: bool) -> None:
    """The operating point of a model: filled and in the legend if strong, hollow otherwise."""
    figure.add_scatter(
        x=[x],
        y=[y],
        mode="markers",
        marker={
            "size": 13 if strong else 10,
            "symbol": "diamond" if strong else "diamond-open",
            "color": VERDICTS["female"] if strong else UNSURE,
            # The border of a filled one would be black in both themes.
            "line": {"width": 0 if strong else 2},
        },
        name=name,
        meta=title,
        showlegend=strong,
        hovertemplate=f"{title}, {name}<br>%{{y:.1%}} at %{{x:.1%}}<extra></extra>",
    )


def _interval(cell: Mapping[str, float | None]) -> str:
    """``91.2% (88.0% to 93.1%)``, or a dash where there is no value."""
    if cell["value"] is None:
        return "–"
    return f"{cell['value']:.1%} ({cell['low']:.1%} to {cell['high']:.1%})"


def _in_words(row: Mapping[str, Any]) -> str:
    return (
        f"{row['faces']:,} faces<br>accuracy {_interval(row['accuracy'])}<br>"
        f"answered {_interval(row['coverage'])}<br>wrong answers {_interval(row['risk'])}"
    )


def _span(rows: Iterable[Mapping[str, Any]], metrics: Iterable[str]) -> tuple[float, float]:
    """The range of an axis that shows the intervals of some metrics, a little wider than they."""
    names = list(metrics)
    cells = [row[name] for row in rows for name in names if row[name]["value"] is not None]
    if not cells:
        return 0.0, 1.0
    return min(cell["low"] for cell in cells) - 0.02, max(cell["high"] for cell in cells) + 0.02


def _whiskers(rows: Sequence[Mapping[str, Any]], metric: str) -> dict[str, Any]:
    """Error bars from intervals (``value``, ``low``, ``high``) of a metric."""
    cells = [row[metric] for row in rows]
    return {
        "type": "data",
        "symmetric": False,
        "array": [_distance(cell["value"], cell["high"]) for cell in cells],
        "arrayminus": [_distance(cell["low"], cell["value"]) for cell in cells],
        "thickness": 1.5,
    }


def _distance(low: float | None, high: float | None) -> float | None:
    return None if low is None or high is None else high - low
