"""The parts of the Fairness page."""

from __future__ import annotations

import streamlit as st

from dashboard.evaluation import drawing, tables
from dashboard.evaluation.tables import METRICS, View, number
from facespace.charts import fairness as charts
from facespace.evaluate import LEAST_GROUP


def groups(view: View) -> None:
    """Whom the model serves how well."""
    attributes = view.entry["groups"][view.test]
    if not attributes:
        st.info("This test set does not say who is in its photos.", icon=":material/group:")
        return
    left, right = st.columns(2)
    attribute = left.selectbox(
        "Groups by",
        list(attributes),
        format_func=lambda key: key.replace(", ", " and "),
        key="groups",
        bind="query-params",
        persist_state="session",
    )
    metric = right.selectbox(
        "Show",
        tables.OF_GROUPS,
        format_func=lambda key: METRICS[key][0],
        key="group_metric",
        bind="query-params",
        persist_state="session",
    )
    table = attributes[attribute]["by_group"]
    title, overall = METRICS[metric][0], view.figures[metric]["value"]
    if any(row[metric]["value"] is not None for row in table.values()):
        drawing.chart(
            charts.groups(table, metric, title, LEAST_GROUP, overall),
            f"{title}: "
            + "; ".join(
                f"{group} {number(metric, row[metric]['value'])} of {row['faces']} faces"
                for group, row in table.items()
            ),
        )
    else:
        st.info("None of these faces is answered.", icon=":material/help:")
    st.write(tables.gap(metric, attributes[attribute]))
    st.caption(
        f"In brackets the number of faces; groups of fewer than {LEAST_GROUP} are faint and have "
        "no part in the gap. Ages and groups are as the data set labels them."
    )
    with st.expander("The same as a table"):
        drawing.table(tables.groups(table), f"{title} and more by {attribute}")
    drawing.download(
        "All groups (CSV)",
        tables.all_groups(attributes),
        f"facespace-{view.name}-{view.test}-groups.csv",
    )
