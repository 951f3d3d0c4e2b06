"""How often reviewers agree with the model, and what the order of review is worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from facespace.charts.style import NEUTRAL, PERCENT, ROWS, WHOLE, laid_out, styled, whiskers
from facespace.charts.traces import marks, spans


def by_reason(rows: Mapping[str, Mapping[str, Any]]) -> go.Figure:
    """The share of agreement for each reason in words, a row of ``order.agreement`` each."""
    shown = {words: row for words, row in rows.items() if row["share"]}
    mark = spans(
        [row["share"] for row in shown.values()],
        [f"{words} ({row['decided']})" for words, row in shown.items()],
        "%{customdata[0]} of %{customdata[1]} agreed: %{x:.0%}",
        {"color": NEUTRAL},
        customdata=[(row["agreed"], row["decided"]) for row in shown.values()],
    )
    figure, height = go.Figure(mark), 110 + 45 * max(1, len(shown))
    axes = {"xaxis": WHOLE, "yaxis": {**ROWS, "title": None}}
    return laid_out(figure, "agreed with the model", "", height, **axes)


def by_score(rows: Sequence[Mapping[str, Any]]) -> go.Figure:
    """The share of agreement in each bin of the probability of female, and how many it is of."""
    shown = [row for row in rows if row["share"]]
    mark = marks(
        [(row["from"] + row["to"]) / 2 for row in shown],
        [row["share"].value for row in shown],
        "%{customdata[2]:.0%} to %{customdata[3]:.0%}: %{customdata[0]} of "
        "%{customdata[1]} agreed, %{y:.0%}",
        {"color": NEUTRAL},
        error_y=whiskers([row["share"] for row in shown]),
        customdata=[(row["agreed"], row["decided"], row["from"], row["to"]) for row in shown],
        text=[f"  {row['decided']}" for row in shown],
    )
    mark.update(mode="markers+text", textposition="middle right", cliponaxis=False)
    axes = {"xaxis": {**PERCENT, "range": [0, 1]}, "yaxis": WHOLE}
    return laid_out(go.Figure(mark), "predicted female", "agreed with the model", 340, **axes)


def orders(curves: Mapping[str, Mapping[int, float]], chosen: str) -> go.Figure:
    """The error on a test set after so many reviews, for several orders of review.

    Args:
        curves: of each order by its title, reviews -> share of errors (0 to 1).
        chosen: the title of the one that stands out.
    """
    figure = go.Figure()
    for title, curve, line in styled(curves, chosen):
        x, y, hover = list(curve), list(curve.values()), "%{y:.1%}"
        figure.add_scatter(x=x, y=y, name=title, mode="lines", line=line, hovertemplate=hover)
    axes = {"xaxis": {"tickformat": ",", "rangemode": "tozero"}, "yaxis": PERCENT}
    figure.update_layout(hovermode="x unified")
    return laid_out(figure, "reviewed faces", "errors on the test set", 340, **axes)
