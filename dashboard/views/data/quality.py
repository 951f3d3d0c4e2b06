"""How the photos of a data set are: sizes, light, blur and pose."""

from __future__ import annotations

import streamlit as st

from dashboard.views.data import tables
from dashboard.views.data.tables import ATTRIBUTES, MEASURES
from dashboard.views.data.view import View, part
from dashboard.widgets import output
from dashboard.widgets.choice import one_of, select
from facespace.charts import data as charts


def quality(view: View) -> None:
    """How the photos are: sizes, light, blur and pose, for all and by group."""
    extra = part(view.data.quality, "how bright, sharp and turned the photos are")
    measured = {name: {**view.data.sizes, **extra}[name] for name in MEASURES}
    left, right = st.columns(2)
    name = select("Measure", measured, "measure", lambda key: MEASURES[key][0], left)
    table, (title, unit) = measured[name], MEASURES[name]
    attributes = {key: words for key, words in ATTRIBUTES.items() if table.by.get(key)}
    with right:
        last = list(attributes)[-1]
        by = one_of("Compare by", attributes, "by", last, attributes, persist_state="session")
    cutoffs = tables.cutoffs(view.manifest, name)
    left, right = st.columns(2)
    with left:
        st.subheader(title)
        output.draw(charts.measure(table, unit, cutoffs), f"{title}: {tables.span(table)}")
    with right:
        st.subheader(f"{title} by {attributes[by]}")
        groups = table.by[by]
        output.draw(
            charts.boxes(groups, unit, cutoffs),
            f"{title}, median: "
            + "; ".join(f"{value} {tables.number(row.median)}" for value, row in groups.items()),
        )
    st.caption(
        f"{title}: {tables.span(table)}. Boxes hold the middle half, whiskers reach from 5 to 95 % "
        "of the photos; groups of fewer than 30 are pale."
        + (" Broken lines: where a verdict becomes “?”." if cutoffs else "")
    )
    st.subheader("All measures")
    frame = tables.measures(measured)
    right_aligned = {n: st.column_config.TextColumn(alignment="right") for n in frame.columns[1:]}
    output.table(frame, "Percentiles of every measure", right_aligned)
    with st.container(horizontal=True):
        output.download("All measures (CSV)", frame, f"facespace-{view.name}-measures.csv")
        output.download(
            "By group (CSV)",
            tables.measures_by_group(measured),
            f"facespace-{view.name}-measures-by-group.csv",
        )
