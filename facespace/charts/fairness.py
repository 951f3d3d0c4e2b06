"""Figures of how well a model reads each group."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import plotly.graph_objects as go

from facespace.charts.style import in_words, laid_out, span, whiskers
from facespace.palette import MALE, UNSURE


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
                error_x=whiskers(list(rows.values()), metric),
                customdata=[_in_words(row) for row in rows.values()],
                hovertemplate="<b>%{y}</b><br>%{customdata}<extra></extra>",
            )
    figure.update_xaxes(tickformat=".0%", range=span(drawn.values(), (metric,)))
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


def _in_words(row: Mapping[str, Any]) -> str:
    return (
        f"{row['faces']:,} faces<br>accuracy {in_words(row['accuracy'])}<br>"
        f"answered {in_words(row['coverage'])}<br>wrong answers {in_words(row['risk'])}"
    )
