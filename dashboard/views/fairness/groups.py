"""The largest gaps, and every group and crossing of two with its interval and its faces."""

from __future__ import annotations

import math
from collections.abc import Mapping

import streamlit as st

from dashboard.views.evaluation.tables import METRICS, View, number
from dashboard.views.fairness import tables
from dashboard.widgets import output
from dashboard.widgets.choice import select
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
            "The largest of many gaps is large by chance too: look whether the intervals lie apart."
        )


def groups(view: View) -> None:
    """One attribute's groups, or the crossings of two."""
    attributes = view.entry.groups[view.test]
    left, right = st.columns(2)
    attribute = select("Groups by", attributes, "groups", tables.spoken, left)
    metric = select("Show", tables.OF_GROUPS, "group_metric", lambda key: METRICS[key][0], right)
    table, title = attributes[attribute].by_group, METRICS[metric][0]
    crossed = ", " in attribute
    if all(math.isnan(group.metrics[metric].value) for group in table.values()):
        st.info("None of these faces is answered.", icon=":material/help:")
    elif crossed:
        output.draw(
            charts.crossing(table, metric, title, LEAST_GROUP), _words(title, metric, table)
        )
        with st.expander("With intervals"):
            _intervals(view, metric, table)
    else:
        _intervals(view, metric, table)
    st.write(tables.gap(metric, attributes[attribute]))
    st.caption(
        f"{'Below each share' if crossed else 'In brackets'} the number of faces; groups of fewer "
        f"than {LEAST_GROUP} are {'grey' if crossed else 'faint'} and have no part in the gap. "
        "Ages and groups are as the data set labels them. Where all n faces of a group are right, "
        "the bootstrap’s interval has no width: a share of 3/n may still be wrong (rule of three)."
    )
    with st.expander("The same as a table"):
        output.table(tables.groups(table), f"{title} and more by {tables.spoken(attribute)}")
    output.download(
        "All groups (CSV)",
        tables.all_groups(attributes),
        f"facespace-{view.name}-{view.test}-groups.csv",
    )


def _intervals(view: View, metric: str, table: Mapping[str, Group]) -> None:
    title, overall = METRICS[metric][0], view.figures.metrics[metric].value
    output.draw(
        charts.groups(table, metric, title, LEAST_GROUP, overall), _words(title, metric, table)
    )


def _words(title: str, metric: str, table: Mapping[str, Group]) -> str:
    return f"{title}: " + "; ".join(
        f"{name} {number(metric, group.metrics[metric].value)} of {group.faces} faces"
        for name, group in table.items()
    )
