"""How often reviewers agree with the model, and what the order of review is worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from facespace.charts.style import NEUTRAL, laid_out, styled, whiskers


def by_reason(rows: Mapping[str, Mapping[str, Any]]) -> go.Figure:
    """The share of agreement for each reason in words, a row of ``order.agreement`` each."""
    shown = {words: row for words, row in rows.items() if row["share"]}
    figure = go.Figure()
    figure.add_scatter(
        x=[row["share"].value for row in shown.values()],
        y=[f"{words} ({row['decided']})" for words, row in shown.items()],
        error_x=whiskers([row["share"] for row in shown.values()]),
        mode="markers",
        marker={"size": 11, "color": NEUTRAL},
        customdata=[(row["agreed"], row["decided"]) for row in shown.values()],
        hovertemplate="%{customdata[0]} of %{customdata[1]} agreed: %{x:.0%}<extra></extra>",
    )
    figure.update_xaxes(range=[-0.02, 1.02], tickformat=".0%")
    figure.update_yaxes(autorange="reversed", automargin=True)
    laid_out(figure, "agreed with the model", "", 110 + 45 * max(1, len(shown)))
    return figure.update_yaxes(title=None)


def by_score(rows: Sequence[Mapping[str, Any]]) -> go.Figure:
    """The share of agreement in each bin of the probability of female, and how many it is of."""
    shown = [row for row in rows if row["share"]]
    figure = go.Figure()
    figure.add_scatter(
        x=[(row["from"] + row["to"]) / 2 for row in shown],
        y=[row["share"].value for row in shown],
        error_y=whiskers([row["share"] for row in shown]),
        mode="markers+text",
        marker={"size": 11, "color": NEUTRAL},
        text=[f"  {row['decided']}" for row in shown],
        textposition="middle right",
        cliponaxis=False,
        customdata=[(row["agreed"], row["decided"], row["from"], row["to"]) for row in shown],
        hovertemplate="%{customdata[2]:.0%} to %{customdata[3]:.0%}: %{customdata[0]} of "
        "%{customdata[1]} agreed, %{y:.0%}<extra></extra>",
    )
    figure.update_xaxes(range=[0, 1], tickformat=".0%")
    figure.update_yaxes(range=[-0.02, 1.02], tickformat=".0%")
    return laid_out(figure, "predicted female", "agreed with the model", 340)


def orders(curves: Mapping[str, Mapping[int, float]], chosen: str) -> go.Figure:
    """The error on a test set after so many reviews, for several orders of review.

    Args:
        curves: of each order by its title, reviews -> share of errors (0 to 1).
        chosen: the title of the one that stands out.
    """
    figure = go.Figure()
    for title, curve, line in styled(curves, chosen):
        figure.add_scatter(
            x=list(curve),
            y=list(curve.values()),
            name=title,
            mode="lines",
            line=line,
            hovertemplate="%{y:.1%}",
        )
    figure.update_xaxes(tickformat=",", rangemode="tozero")
    figure.update_yaxes(tickformat=".0%")
    return laid_out(figure, "reviewed faces", "errors on the test set", hovermode="x unified")
