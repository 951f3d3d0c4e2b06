"""All models on a test set, and one model's metrics there."""

from __future__ import annotations

import streamlit as st

from dashboard.views.evaluation import drawing, tables
from dashboard.views.evaluation.tables import METRICS, View, short
from dashboard.widgets import output
from facespace.artifacts.manifest import artifacts_folder
from facespace.charts import evaluation as charts


def models(view: View) -> None:
    """All models on the test set, and what each costs."""
    output.table(
        tables.models(view),
        "All models with their metrics, size and time",
        {
            "Model": st.column_config.TextColumn(pinned=True),
            "File, MB": st.column_config.NumberColumn(format="%.1f"),
            "A face, ms": st.column_config.NumberColumn(
                format="%.2f", help="In batches of 32 crops, on the machine that trained it"
            ),
        }
        | {METRICS[metric][0]: drawing.helped(metric) for metric in tables.FIRST},
    )
    titles = {metric: METRICS[metric][0] for metric in ("balanced_accuracy", "auc")}
    tests = {short(name): one.tests[view.test].metrics for name, one in view.reports.items()}
    output.draw(
        charts.intervals(tests, titles),
        drawing.spoken(
            {
                model: {
                    title: tables.whole(metric, cells[metric]) for metric, title in titles.items()
                }
                for model, cells in tests.items()
            }
        ),
    )


def metrics(view: View) -> None:
    """The metrics that come first, with their intervals, a table of all, and how to keep them."""
    drawing.metrics(tables.FIRST, view.figures.metrics)
    chosen = view.info.chosen
    st.caption(
        f"As the model is set, on {view.figures.photos:,} photos; below each figure its 95 % "
        "interval (bootstrap, by person where persons are known). “?” below a certainty of "
        f"{view.info.certainty:.0%} or a face of {view.info.smallest_face:.0f} pixels, chosen on "
        f"{chosen['on']}: {chosen['how']}."
    )
    with st.expander("All metrics"):
        output.table(tables.metrics(view.figures), "All metrics with 95 % intervals")
    with st.container(horizontal=True):
        output.download(
            "All metrics (CSV)", tables.all_metrics(view.reports), "facespace-metrics.csv"
        )
        _card()


def _card() -> None:
    """The model card, to keep, where there is one."""
    path = artifacts_folder() / "MODEL_CARD.md"
    if path.is_file():
        output.download("Model card", path.read_text("utf-8"), path.name)
