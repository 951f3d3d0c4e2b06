"""Figures of detectors."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import cycle

import plotly.graph_objects as go

from facespace.charts.style import PALE, laid_out
from facespace.charts.traces import hatched
from facespace.palette import MALE


def detection(
    table: Mapping[str, Mapping[str, float | None]], chosen: str, x: str, percent: bool = True
) -> go.Figure:
    """Bars of several detectors beside one another, in groups; one detector stands out.

    Args:
        table: by a detector's title the values of each group; None draws no bar.
        chosen: the title of the one that stands out.
        x: what the x axis shows, with its unit.
        percent: whether values are shares, 0 to 1.
    """
    form = ".1%" if percent else ".1f"
    figure, others = go.Figure(), cycle(("", "/", ".", "x"))
    for title, row in table.items():
        strong = title == chosen
        figure.add_bar(
            x=list(row.values()),
            y=list(row),
            orientation="h",
            name=title,
            marker=hatched(MALE if strong else PALE, "" if strong else next(others)),
            texttemplate=f"%{{x:{form}}}",
            textposition="outside",
            cliponaxis=False,
            hovertemplate=f"%{{y}}, {title}: %{{x:{form}}}<extra></extra>",
        )
    figure.update_xaxes(rangemode="tozero", tickformat=".0%" if percent else "")
    if percent:
        # Numbers stand to the right of the bars.
        figure.update_xaxes(range=[0, 1.15], tickvals=[0, 0.25, 0.5, 0.75, 1])
    figure.update_yaxes(autorange="reversed", automargin=True)
    height = 150 + (24 * len(table) + 16) * len({group for row in table.values() for group in row})
    look = {"barmode": "group", "bargap": 0.12, "legend_traceorder": "normal"}
    return laid_out(figure, x, "", height, **look)
