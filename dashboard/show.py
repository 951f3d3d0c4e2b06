"""A figure, a table and downloads, as all pages show them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Literal

import pandas as pd
import plotly.graph_objects as go
import streamlit as st


def draw(figure: go.Figure, words: str) -> None:
    """A figure, and what it shows in words."""
    st.plotly_chart(figure, width="stretch", alt=words)


def table(
    frame: pd.DataFrame,
    words: str,
    columns: dict[str, Any] | None = None,
    height: Literal["content", "auto"] = "content",
) -> None:
    """A table, in full height unless told otherwise, and what it shows in words."""
    st.dataframe(
        frame,
        width="stretch",
        height=height,
        hide_index=True,
        placeholder="–",
        column_config=columns,
        alt=words,
    )


def download(label: str, frame: pd.DataFrame, name: str) -> None:
    """A table to keep, as CSV."""
    st.download_button(
        label,
        lambda: frame.to_csv(index=False),
        name,
        "text/csv",
        on_click="ignore",
        icon=":material/table:",
    )


def buttons(
    stem: str, files: Iterable[tuple[str, bytes | str | Callable[[], bytes | str], str, str, str]]
) -> None:
    """Download buttons side by side, one a file.

    Args:
        stem: how the files' names begin.
        files: of each the label, the content or what makes it, how its name ends, its media type,
            and the icon.
    """
    with st.container(horizontal=True):
        for label, content, end, kind, icon in files:
            st.download_button(
                label,
                content,
                f"{stem}{end}",
                kind,
                on_click="ignore",
                icon=f":material/{icon}:",
            )
