"""The largest gaps, and every group and crossing of two with its interval and its faces."""

from __future__ import annotations

import math
from collections.abc import Mapping

import streamlit as st

from dashboard.app.choice import select
from dashboard.views.evaluation.tables import METRICS, View
from dashboard.views.fairness import tables
from dashboard.widgets import output
from facespace.charts import fairness as charts
from facespace.metrics.groups import LEAST_GROUP, Group


def largest(view: View) -> None:
    """The largest gaps in a sentence each: between groups, and between crossings of two."""
    attributes = view.entry.groups[view.test]
    sentences = tables.largest_gaps(attributes)
    if not sentences:
        st.info(
            f"No two groups of this test set have {LEAST_GROUP} faces: no gap is given.",
            icon=":material/group:",
        )
    for sentence in sentences:
        st.markdown(f"- {sentence}")
    if len(attributes) == 1:
        st.info(
            f"{view.title} says of its faces only the sex: nothing of age or group.",
            icon=":material/group:",
        )
    elif sentences:
        st.caption(
            "The largest of many gaps is large by chance too: look whether the intervals lie "
            f"apart. {tables.unseen(attributes)}"
        )


def groups(view: View) -> None:
    """One attribute's groups, or the crossings of two."""
    attributes = view.entry.groups[view.test]
    left, right = st.columns(2)
    attribute = select("Groups by", attributes, "groups", tables.spoken, left)
    metric = select("Show", tables.OF_GROUPS, "group_metric", lambda key: METRICS[key][0], right)
    table, title = attributes[attribute].by_group, METRICS[metric][0]
    overall = view.figures.metrics[metric].value
    crossed = ", " in attribute
    if all(math.isnan(group.metrics[metric].value) for group in table.values()):
        st.info("None of these faces is answered.", icon=":material/help:")
    elif crossed:
        figure = charts.crossing(table, metric, title, LEAST_GROUP)
        output.draw(figure, tables.listed(metric, table))
        with st.expander("With intervals"):
            intervals(table, metric, overall)
    else:
        intervals(table, metric, overall)
    st.write(tables.gap(metric, attributes[attribute]))
    st.caption(
        f"{'Below each share' if crossed else 'In brackets'} the number of faces; groups of fewer "
        f"than {LEAST_GROUP} are {'grey' if crossed else 'faint'} and have no part in the gap. "
        "Ages and groups are as the data set labels them. Where all n faces of a group are right, "
        "the interval says that a share of 3/n may still be wrong (rule of three)."
    )
    with st.expander("The same as a table"):
        output.table(tables.groups(table), f"{title} and more by {tables.spoken(attribute)}")
    output.download(
        "All groups (CSV)",
        tables.all_groups(attributes),
        f"facespace-{view.name}-{view.test}-groups.csv",
    )


def intervals(table: Mapping[str, Group], metric: str, overall: float) -> None:
    """A metric of each group with its interval, beside that of all faces."""
    figure = charts.groups(table, metric, METRICS[metric][0], LEAST_GROUP, overall)
    output.draw(figure, tables.listed(metric, table))
