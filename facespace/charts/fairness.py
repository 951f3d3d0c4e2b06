"""Figures of how well a model reads each group."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from facespace.charts.style import PALE, in_words, laid_out, span, whiskers
from facespace.metrics.fairness import EqualisedGroup
from facespace.metrics.groups import Group, order_of
from facespace.palette import DARK, MALE, UNSURE, VERDICTS


def groups(
    table: Mapping[str, Group],
    metric: str,
    title: str,
    least: int,
    overall: float | None,
) -> go.Figure:
    """A metric of every group with its 95 % interval, the groups below one another.

    Args:
        table: by name; groups whose value is NaN are left out.
        metric: the one of these to draw, 0 to 1.
        title: what people call it.
        least: groups of fewer faces are known hollow and faint.
        overall: its value over all faces, for a line; None draws none.
    """
    known = {
        f"{name.replace('_', ' ')} ({group.faces:,})": group
        for name, group in table.items()
        if not math.isnan(group.metrics[metric].value)
    }
    figure = go.Figure()
    if overall is not None and known:
        labels = list(known)
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
        shown = {label: group for label, group in known.items() if (group.faces >= least) is large}
        if shown:
            cells = [group.metrics[metric] for group in shown.values()]
            figure.add_scatter(
                x=[cell.value for cell in cells],
                y=list(shown),
                mode="markers",
                name=name,
                marker={"size": 10, "symbol": symbol, "color": MALE},
                error_x=whiskers(cells),
                customdata=[_in_words(group) for group in shown.values()],
                hovertemplate="<b>%{y}</b><br>%{customdata}<extra></extra>",
            )
    figure.update_xaxes(
        tickformat=".0%", range=span(group.metrics[metric] for group in known.values())
    )
    figure.update_yaxes(
        automargin=True,
        # From the first group on top to the last; by itself it would leave much room at the ends.
        range=[len(known) - 0.4, -0.6],
        categoryorder="array",
        categoryarray=list(known),
        tickmode="linear",
        showgrid=False,
    )
    return laid_out(figure, title.lower(), "", height=130 + 25 * len(known))


def _in_words(group: Group) -> str:
    accuracy, coverage, risk = (
        in_words(group.metrics[name]) for name in ("accuracy", "coverage", "risk")
    )
    return (
        f"{group.faces:,} faces<br>accuracy {accuracy}<br>"
        f"answered {coverage}<br>wrong answers {risk}"
    )


def crossing(table: Mapping[str, Group], metric: str, title: str, least: int) -> go.Figure:
    """A metric of the crossings of two attributes, as a heat map with the number of faces.

    Args:
        table: as for ``groups``; names are ``one, other``.
        metric: the one to draw, 0 to 1.
        title: what people call it.
        least: crossings of fewer faces are grey and have no part in the scale of colour.
    """
    cells = {(one, other): table[f"{one}, {other}"] for one, other in map(_pair, table)}
    rows, columns = (sorted({key[i] for key in cells}, key=order_of) for i in (0, 1))
    values = {key: group.metrics[metric].value for key, group in cells.items()}
    large = {
        key: value
        for key, value in values.items()
        if cells[key].faces >= least and not math.isnan(value)
    }
    low, high = min(large.values(), default=0), max(large.values(), default=1)

    def words(key: tuple[str, str]) -> str:
        if key not in cells:
            return ""
        value, faces = values[key], cells[key].faces
        share = "–" if math.isnan(value) else f"{value:.0%}"
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


def thresholds(table: Mapping[str, EqualisedGroup]) -> go.Figure:
    """How often either sex is predicted as labelled, with one threshold and with the group's own.

    Args:
        table: by name.
    """
    figure = go.Figure()
    labels = [f"{name.replace('_', ' ')} ({group.faces:,})" for name, group in table.items()]
    for sex, symbol in (("female", "diamond"), ("male", "circle")):
        xs: list[float | None] = []
        ys: list[str] = []
        for label, group in zip(labels, table.values(), strict=True):
            xs += [group.before[f"recall_{sex}"], group.after[f"recall_{sex}"], None]
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
        rates[f"recall_{sex}"]
        for group in table.values()
        for rates in (group.before, group.after)
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
    return laid_out(figure, "predicted as labelled", "", height=140 + 36 * len(labels))


def _pair(name: str) -> tuple[str, str]:
    one, other = name.split(", ", 1)
    return one, other
