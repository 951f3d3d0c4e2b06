"""Figures of how a model was made: the search, the curves, and other classifiers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle

import plotly.graph_objects as go

from facespace.artifacts.report import Classifier, Tried
from facespace.charts.style import PERCENT, ROWS, SYMBOLS, laid_out, styled
from facespace.charts.traces import grid, marks
from facespace.palette import DARK, MALE, UNSURE


def classifiers(table: Sequence[Classifier], chosen: str) -> go.Figure:
    """The balanced accuracy of several classifiers, with its standard deviation over the folds.

    Args:
        table: of each its figures.
        chosen: the name of the one that stands out.
    """
    own = [row.name == chosen for row in table]
    mark = marks(
        [row.balanced_accuracy for row in table],
        [row.name for row in table],
        "%{y}: balanced accuracy %{x:.1%} ± %{customdata[0]:.1%}<br>"
        "AUC %{customdata[1]:.3f} ± %{customdata[2]:.3f}",
        {
            "symbol": ["diamond" if it else "circle" for it in own],
            "color": [MALE if it else UNSURE for it in own],
        },
        error_x={
            "array": [row.balanced_accuracy_sd for row in table],
            **{"thickness": 1.5, "color": UNSURE},
        },
        customdata=[[row.balanced_accuracy_sd, row.auc, row.auc_sd] for row in table],
    )
    return laid_out(go.Figure(mark), "balanced accuracy", "", xaxis=PERCENT, yaxis=ROWS)


def search(table: Sequence[Tried], components: float, best: Tried) -> go.Figure:
    """AUC over C and gamma for one number of components; a star marks the best of all.

    Args:
        table: the whole search; all of it shares one scale of colour.
        components: of those to draw.
        best: the best of all.
    """
    costs, gammas = sorted({each.C for each in table}), sorted({each.gamma for each in table})
    lookup = {(each.C, each.gamma): each for each in table if each.components == components}
    star = (best.C, best.gamma) if best.components == components else None
    areas = [each.auc for each in table]
    low, high = min(areas), max(areas)

    def cell(at: tuple[float, float]) -> str:
        area = lookup[at].auc
        # Viridis is dark below and light above.
        colour = "white" if area - low < 0.45 * (high - low) else DARK
        words = f"<b>{area:.3f} ★</b>" if at == star else f"{area:.3f}"
        return f'<span style="color:{colour}">{words}</span>'

    table_of_areas = grid(
        [[lookup[c, g].auc for c in costs] for g in gammas],
        [f"{c:g}" for c in costs],
        [f"{g:g}" for g in gammas],
        "C %{x}, gamma %{y}<br>AUC %{z:.4f} ± %{customdata:.4f}",
        "Viridis",
        text=[[cell((c, g)) for c in costs] for g in gammas],
        customdata=[[lookup[c, g].auc_sd for c in costs] for g in gammas],
        **{"zmin": low, "zmax": high, "textfont": {"size": 14}},
    )
    category = {"type": "category"}
    figure = go.Figure(table_of_areas)
    return laid_out(figure, "C", "gamma", 260, xaxis=category, yaxis=category)


def lines(
    curves: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    chosen: str,
    x: str,
    y: str,
    logarithmic: bool = False,
) -> go.Figure:
    """Measured points of several models, joined; one stands out.

    Args:
        curves: by title the points' x and y, of equal length.
        chosen: the title of the one that stands out.
        x: what the x axis shows, with its unit; ``y`` likewise.
        logarithmic: draw the x axis so; its ticks are the chosen one's points.
    """
    figure = go.Figure()
    symbols = dict(zip(curves, cycle(SYMBOLS), strict=False))
    for title, (xs, ys), style in styled(curves, chosen):
        mark = {"size": 9, "symbol": symbols[title]}
        hover = f"%{{x:,.4~g}} {x}<br>{y} %{{y:.3f}}"
        look = {"line": style, "marker": mark, "name": title, "hovertemplate": hover}
        figure.add_scatter(x=xs, y=ys, mode="lines+markers", **look)
    if logarithmic:
        ticks: list[float] = []
        for value in curves[chosen][0]:
            # Nearer ones would be written over each other.
            if not ticks or value >= 1.4 * ticks[-1]:
                ticks.append(value)
        words = [f"{value:,.0f}" for value in ticks]
        figure.update_xaxes(type="log", tickvals=ticks, ticktext=words, tickangle=0)
    return laid_out(figure, x, y)
