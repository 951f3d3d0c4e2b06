"""A figure, a table and a download, as all pages of figures show them."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st


def draw(figure: go.Figure, words: str) -> None:
    """A figure, and what it shows in words."""
    st.plotly_chart(figure, width="stretch", alt=words)


def table(frame: pd.DataFrame, words: str, columns: dict[str, Any] | None = None) -> None:
    """A table in full height, and what it shows in words."""
    st.dataframe(
        frame,
        width="stretch",
        height="content",
        hide_index=True,
        placeholder="–",
        column_config=columns,
        alt=words,
    )


def download(label: str, frame: pd.DataFrame, name: str) -> None:
    """A table to keep, as CSV."""
    st.download_button(
        label,
        frame.to_csv(index=False),
        name,
        "text/csv",
        on_click="ignore",
        icon=":material/table:",
    )
