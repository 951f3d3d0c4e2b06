"""All models on all test sets: the data set they were trained on, and other people's."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard.views.evaluation import drawing, tables
from dashboard.views.evaluation.tables import DECIMAL, METRICS, View, short
from dashboard.widgets import output
from facespace.charts import evaluation as charts

#: A chart each.
SHOWN = ("balanced_accuracy", "auc", "coverage", "risk")


def across(view: View) -> None:
    """A chart a metric, and all of them as a table."""
    st.write(
        "Photos of the data set that a model was trained on, which it never saw, beside photos of "
        "other data sets. A model that is much better on its own data set has learned that set."
    )
    columns = [column for _ in range(0, len(SHOWN), 2) for column in st.columns(2)]
    for metric, column in zip(SHOWN, columns, strict=True):
        title = METRICS[metric][0]
        cells = tables.across(view.every, metric)
        with column:
            st.markdown(f"**{title}**")
            output.draw(
                charts.across(cells, short(view.name), title, metric not in DECIMAL),
                f"{title}: "
                + drawing.spoken(
                    {
                        model: {
                            test.replace("<br>", " "): tables.whole(metric, cell)
                            for test, cell in row.items()
                        }
                        for model, row in cells.items()
                    }
                ),
            )
    st.caption("Bars are 95 % intervals; of a small test set they are wide.")
    frame: pd.DataFrame = tables.all_sets(view.every)
    output.table(
        frame,
        "Every model on every test set with 95 % intervals",
        {
            "Photos": st.column_config.NumberColumn(format="localized"),
        }
        | {METRICS[metric][0]: drawing.helped(metric) for metric in SHOWN},
    )
