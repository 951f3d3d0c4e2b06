"""All models on a test set and on all of them, and one model's metrics on one."""

from __future__ import annotations

import streamlit as st

from dashboard.views.evaluation import drawing, tables
from dashboard.views.evaluation.tables import COMPARED, DECIMAL, METRICS, View, short
from dashboard.widgets import output
from facespace.artifacts.manifest import artifacts_folder
from facespace.charts import evaluation as charts


def models(view: View) -> None:
    """All models on the test set, and what each costs."""
    time = "In batches of 32 crops, on the machine that trained it"
    output.table(
        tables.models(view),
        "All models with their metrics, size and time",
        {
            "Model": st.column_config.TextColumn(pinned=True),
            "File, MB": st.column_config.NumberColumn(format="%.1f"),
            "ms per face": st.column_config.NumberColumn(format="%.2f", help=time),
            **drawing.explained(tables.FIRST),
        },
    )
    tests = {short(name): one.tests[view.test].metrics for name, one in view.reports.items()}
    drawing.models(tests)


def metrics(view: View) -> None:
    """The metrics that come first, with their intervals, a table of all, and how to keep them."""
    drawing.metrics(tables.FIRST, view.figures.metrics)
    chosen = view.info.chosen
    st.caption(
        f"As the model is set, on {view.figures.photos:,} photos; below each figure its 95 % "
        "interval (bootstrap, by person where persons are known). “?” below a certainty of "
        f"{view.info.certainty:.0%}, chosen on {chosen['on']}: {chosen['how']}."
    )
    with st.expander("All metrics"):
        output.table(tables.metrics(view.figures), "All metrics with 95 % intervals")
    with st.container(horizontal=True):
        output.download(
            "All metrics (CSV)", tables.all_metrics(view.reports), "facespace-metrics.csv"
        )
        card = artifacts_folder() / "MODEL_CARD.md"
        if card.is_file():
            output.download("Model card", card.read_text("utf-8"), card.name)


def across(view: View) -> None:
    """All models on all test sets, their own and other people's: charts and a table."""
    st.write(
        "Photos of the data set that a model was trained on, which it never saw, beside photos of "
        "other data sets. A model that is much better on its own data set has learned that set."
    )
    columns = [column for _ in range(0, len(COMPARED), 2) for column in st.columns(2)]
    for metric, column in zip(COMPARED, columns, strict=True):
        title, cells = METRICS[metric][0], tables.across(view.every, metric)
        words = {
            model: {
                test.replace("<br>", " "): tables.whole(metric, cell) for test, cell in row.items()
            }
            for model, row in cells.items()
        }
        figure = charts.across(cells, short(view.name), title, metric not in DECIMAL)
        with column:
            st.markdown(f"**{title}**")
            output.draw(figure, f"{title}: {output.spoken(words)}")
    st.caption("Bars are 95 % intervals; of a small test set they are wide.")
    output.table(
        tables.all_sets(view.every),
        "Every model on every test set with 95 % intervals",
        {
            "Photos": st.column_config.NumberColumn(format="localized"),
            **drawing.explained(COMPARED),
        },
    )
