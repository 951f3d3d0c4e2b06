"""Figures of how well a model reads each group."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go

from facespace.charts.style import BLUES, PALE, PERCENT, counted, in_words, laid_out, span
from facespace.charts.traces import grid, line, spans
from facespace.metrics.fairness import EqualisedGroup
from facespace.metrics.groups import Group, order_of
from facespace.metrics.intervals import Interval
from facespace.palette import DARK, MALE, UNSURE, VERDICTS


def groups(
    table: Mapping[str, Group],
    metric: str,
    title: str,
    least: int,
    overall: float | None,
    told: Callable[[Group], str] | None = None,
) -> go.Figure:
    """A metric of every group with its 95 % interval, the groups below one another.

    Args:
        table: by name; groups whose value is NaN are left out.
        metric: the one of these to draw, 0 to 1.
        title: what people call it.
        least: groups of fewer faces are known hollow and faint.
        overall: its value over all faces, for a line; None draws none.
        told: what is said of a group under the pointer; accuracy, coverage and risk where None.
    """
    known = {
        counted(name.replace("_", " "), group.faces): group
        for name, group in table.items()
        if not math.isnan(group.metrics[metric].value)
    }
    figure = go.Figure()
    if overall is not None and known:
        name, x = f"all faces: {overall:.1%}", [overall] * len(known)
        everyone = line(x, list(known), UNSURE, None, name, 2, dash="dot", hoverinfo="skip")
        figure.add_trace(everyone)
    kinds = {f"{least} faces or more": "circle", f"fewer than {least} faces": "circle-open"}
    for name, symbol in kinds.items():
        large = symbol == "circle"
        shown = {k: group for k, group in known.items() if (group.count(metric) >= least) is large}
        if shown:
            cells = [group.metrics[metric] for group in shown.values()]
            look = {"size": 10, "symbol": symbol, "color": MALE}
            words = [(told or _in_words)(group) for group in shown.values()]
            hover = "<b>%{y}</b><br>%{customdata}"
            mark = spans(cells, list(shown), hover, look, name=name, customdata=words)
            figure.add_trace(mark)
    shares = {**PERCENT, "range": span(group.metrics[metric] for group in known.values())}
    rows = {**_rows(list(known)), "showgrid": False}
    return laid_out(figure, title.lower(), "", 130 + 25 * len(known), xaxis=shares, yaxis=rows)


def _rows(labels: list[str]) -> dict[str, Any]:
    """An axis from the first row on top to the last; by itself it would leave room at the ends."""
    ends = {"range": [len(labels) - 0.4, -0.6], "tickmode": "linear", "automargin": True}
    return {**ends, "categoryorder": "array", "categoryarray": labels}


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
    cells = {tuple(name.split(", ", 1)): group for name, group in table.items()}
    rows, columns = (sorted({key[i] for key in cells}, key=order_of) for i in (0, 1))
    values = {key: group.metrics[metric].value for key, group in cells.items()}
    large = {
        key: value
        for key, value in values.items()
        if cells[key].faces >= least and not math.isnan(value)
    }
    low, high = min(large.values(), default=0), max(large.values(), default=1)

    def words(key: tuple[str, ...]) -> str:
        value, faces = values[key], cells[key].faces
        share = "–" if math.isnan(value) else f"{value:.0%}"
        dark = key not in large or value - low < 0.55 * (high - low)
        body = f"<b>{share}</b><br>{faces:,}" if key in large else f"<i>{share}<br>{faces:,}</i>"
        return f'<span style="color:{DARK if dark else "white"}">{body}</span>'

    figure = go.Figure()
    for name, scale, chosen in (
        ("grey", [[0, PALE], [1, PALE]], cells.keys() - large.keys()),
        ("", BLUES, large.keys()),
    ):
        keys = [[(row, column) for column in columns] for row in rows]
        drawn = grid(
            [[large.get(key, 0) if key in chosen else None for key in row] for row in keys],
            [column.replace("_", " ") for column in columns],
            [row.replace("_", " ") for row in rows],
            "<b>%{y}, %{x}</b><br>%{customdata}",
            scale,
            text=[[words(key) if key in chosen else "" for key in row] for row in keys],
            customdata=[
                [_in_words(cells[key]) if key in chosen else "" for key in row] for row in keys
            ],
            **{"zmin": low, "zmax": high, "textfont": {"size": 12}, "name": name},
            **{"xgap": 2, "ygap": 2, "hoverongaps": False},
        )
        figure.add_trace(drawn)
    category = {"type": "category", "automargin": True, "showgrid": False}
    axes = {
        "xaxis": {**category, "side": "top"},
        "yaxis": {**category, "autorange": "reversed"},
    }
    # The names of the columns are on top, turned on a phone.
    margin = {"l": 10, "r": 10, "t": 20, "b": 10}
    return laid_out(figure, "", "", 130 + 46 * len(rows), margin=margin, meta=title, **axes)


def sexes(
    table: Mapping[str, Group],
    metrics: tuple[str, ...],
    title: str,
    least: int,
    complement: bool = False,
) -> go.Figure:
    """A metric of female and of male faces, side by side in every group, with their intervals.

    Args:
        table: by name.
        metrics: that of female faces, 0 to 1, and that of male ones.
        title: what people call it.
        least: what is about fewer faces is not drawn.
        complement: whether one less the metric is drawn.
    """
    figure, drawn = go.Figure(), list[Interval]()
    labels = {name: counted(name.replace("_", " "), group.faces) for name, group in table.items()}
    cells: dict[str, dict[str, Interval]] = {label: {} for label in labels.values()}
    for sex, metric in zip(("female", "male"), metrics, strict=True):
        for name, group in table.items():
            if group.count(metric) >= least:
                cell = group.metrics[metric]
                cells[labels[name]][sex] = cell.complement if complement else cell
    for label, pair in cells.items():
        if len(pair) == 2:
            ends = [cell.value for cell in pair.values()]
            joined = line(ends, [label] * 2, UNSURE, None, width=5, hoverinfo="skip", opacity=0.5)
            figure.add_trace(joined.update(showlegend=False))
    for sex, symbol in (("female", "diamond"), ("male", "circle")):
        known = {label: pair[sex] for label, pair in cells.items() if sex in pair}
        drawn += known.values()
        look = {"size": 12, "symbol": symbol, "color": VERDICTS[sex]}
        told = [in_words(cell) for cell in known.values()]
        hover = f"%{{y}}, labelled {sex}: %{{customdata}}"
        mark = spans(list(known.values()), list(known), hover, look, customdata=told)
        mark.update(name=f"labelled {sex}", error_x={"thickness": 1, "width": 3})
        figure.add_trace(mark)
    shares = {**PERCENT, "range": span(drawn)}
    height = 130 + 32 * len(labels)
    return laid_out(figure, title.lower(), "", height, xaxis=shares, yaxis=_rows([*cells]))


def thresholds(table: Mapping[str, EqualisedGroup]) -> go.Figure:
    """How often either sex is predicted as labelled, with one threshold and with the group's own.

    Args:
        table: by name.
    """
    figure = go.Figure()
    labels = [counted(name.replace("_", " "), group.faces) for name, group in table.items()]
    shares: list[float] = []
    for sex, symbol in (("female", "diamond"), ("male", "circle")):
        key, colour = f"recall_{sex}", VERDICTS[sex]
        pairs = [(group.before[key], group.after[key]) for group in table.values()]
        shares += [share for pair in pairs for share in pair]
        symbols = [f"{symbol}-open", symbol, symbol] * len(labels)
        border = {"width": 2, "color": colour}
        joined = line(
            # Nothing joins a group to the next.
            [share for pair in pairs for share in (*pair, None)],
            [label for label in labels for _ in range(3)],
            colour,
            f"%{{y}}, labelled {sex}: %{{x:.1%}} with %{{customdata}}<extra></extra>",
            f"labelled {sex}",
            width=2,
            orientation="h",
            customdata=["the one threshold", "its own", ""] * len(labels),
            marker={"size": 10, "symbol": symbols, "color": colour, "line": border},
        )
        figure.add_trace(joined)
    ends = [np.nanmin(shares) - 0.03, np.nanmax(shares) + 0.03]
    look = {"scattermode": "group", "scattergap": 0.4}
    axes = {"xaxis": {**PERCENT, "range": ends}, "yaxis": _rows(labels)}
    return laid_out(figure, "predicted as labelled", "", 140 + 36 * len(labels), **look, **axes)
