"""Figures of how well a model reads each group."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go

from facespace.charts.style import PALE, in_words, laid_out, span, whiskers
from facespace.metrics.groups import order_of
from facespace.palette import DARK, MALE, UNSURE, VERDICTS


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
    kinds = {f"{least} faces or more": "circle", f"fewer than {least} faces": "circle-open"}
    for name, symbol in kinds.items():
        large = symbol == "circle"
        rows = {label: row for label, row in drawn.items() if (row["faces"] >= least) is large}
        if rows:
            figure.add_scatter(
                x=[row[metric]["value"] for row in rows.values()],
                y=list(rows),
                mode="markers",
                name=name,
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


def crossing(
    table: Mapping[str, Mapping[str, Any]], metric: str, title: str, least: int
) -> go.Figure:
    """A metric of the crossings of two attributes, as a heat map with the number of faces.

    Args:
        table: as for ``groups``; names are ``one, other``.
        metric: the one to draw, 0 to 1.
        title: what people call it.
        least: crossings of fewer faces are grey and have no part in the scale of colour.
    """
    cells = {(one, other): table[f"{one}, {other}"] for one, other in map(_pair, table)}
    rows, columns = (sorted({key[i] for key in cells}, key=order_of) for i in (0, 1))
    large = {
        key: row[metric]["value"]
        for key, row in cells.items()
        if row["faces"] >= least and row[metric]["value"] is not None
    }
    low, high = min(large.values(), default=0), max(large.values(), default=1)

    def words(key: tuple[str, str]) -> str:
        if key not in cells:
            return ""
        value, faces = cells[key][metric]["value"], cells[key]["faces"]
        share = "–" if value is None else f"{value:.0%}"
        dark = key not in large or value - low < 0.55 * (high - low)
        body = f"<b>{share}</b><br>{faces:,}" if key in large else f"<i>{share}<br>{faces:,}</i>"
        return f'<span style="color:{DARK if dark else "white"}">{body}</span>'

    figure = go.Figure()
    for name, scale, chosen in (
        ("grey", [[0, PALE], [1, PALE]], set(cells) - set(large)),
        ("", [[0, "#eef3f8"], [1, "#0b63a5"]], set(large)),
    ):
        grid = [[(row, column) for column in columns] for row in rows]
        figure.add_heatmap(
            z=[[(large.get(key, 0) if key in chosen else None) for key in line] for line in grid],
            x=[column.replace("_", " ") for column in columns],
            y=[row.replace("_", " ") for row in rows],
            text=[[words(key) if key in chosen else "" for key in line] for line in grid],
            customdata=[
                [_in_words(cells[key]) if key in chosen else "" for key in line] for line in grid
            ],
            texttemplate="%{text}",
            textfont={"size": 12},
            zmin=low,
            zmax=high,
            colorscale=scale,
            showscale=False,
            xgap=2,
            ygap=2,
            name=name,
            hoverongaps=False,
            hovertemplate="<b>%{y}, %{x}</b><br>%{customdata}<extra></extra>",
        )
    figure.update_xaxes(type="category", side="top", showgrid=False, title_standoff=4)
    figure.update_yaxes(type="category", autorange="reversed", automargin=True, showgrid=False)
    laid_out(figure, "", "", height=130 + 46 * len(rows))
    # The names of the columns are on top, turned on a phone.
    return figure.update_layout(margin={"t": 20}, meta=title).update_xaxes(automargin=True)


def thresholds(table: Mapping[str, Mapping[str, Any]]) -> go.Figure:
    """How often either sex reads as labelled in each group, with one threshold and with its own.

    Args:
        table: by group its ``faces`` and ``before`` and ``after``: ``recall_female`` and
            ``recall_male``; NaN where there is no such face.
    """
    figure = go.Figure()
    labels = [f"{name.replace('_', ' ')} ({row['faces']:,})" for name, row in table.items()]
    for sex, symbol in (("female", "diamond"), ("male", "circle")):
        xs: list[float | None] = []
        ys: list[str] = []
        for label, row in zip(labels, table.values(), strict=True):
            xs += [row["before"][f"recall_{sex}"], row["after"][f"recall_{sex}"], None]
            ys += [label] * 3
        figure.add_scatter(
            x=xs,
            y=ys,
            mode="lines+markers",
            orientation="h",
            name=f"labelled {sex}",
            line={"color": VERDICTS[sex], "width": 2},
            marker={
                "size": 10,
                "symbol": [f"{symbol}-open", symbol, symbol] * len(labels),
                "color": VERDICTS[sex],
                "line": {"width": 2, "color": VERDICTS[sex]},
            },
            customdata=["the one threshold", "its own", ""] * len(labels),
            hovertemplate=f"%{{y}}, labelled {sex}: %{{x:.1%}} with %{{customdata}}<extra></extra>",
        )
    figure.update_layout(scattermode="group", scattergap=0.4)
    shares = [
        row[when][f"recall_{sex}"]
        for row in table.values()
        for when in ("before", "after")
        for sex in ("female", "male")
    ]
    figure.update_xaxes(
        tickformat=".0%", range=[np.nanmin(shares) - 0.03, np.nanmax(shares) + 0.03]
    )
    figure.update_yaxes(
        range=[len(labels) - 0.4, -0.6],
        categoryorder="array",
        categoryarray=labels,
        tickmode="linear",
        automargin=True,
    )
    return laid_out(figure, "read as labelled", "", height=140 + 36 * len(labels))


def _pair(name: str) -> tuple[str, str]:
    one, other = name.split(", ", 1)
    return one, other
