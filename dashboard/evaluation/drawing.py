"""How the parts of the pages Evaluation and Fairness put figures, tables and files on the page."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from dashboard.evaluation.tables import METRICS


def chart(figure: go.Figure, words: str) -> None:
    st.plotly_chart(figure, width="stretch", alt=words)


def table(frame: pd.DataFrame, words: str, columns: dict[str, Any] | None = None) -> None:
    st.dataframe(
        frame,
        width="stretch",
        height="content",
        hide_index=True,
        placeholder="–",
        column_config=columns,
        alt=words,
    )


def helped(metric: str) -> Any:
    return st.column_config.TextColumn(help=METRICS[metric][1], alignment="right")


def download(label: str, frame: pd.DataFrame, name: str) -> None:
    st.download_button(
        label,
        frame.to_csv(index=False),
        name,
        "text/csv",
        on_click="ignore",
        icon=":material/table:",
    )
