"""A figure, a table and downloads, as all pages show them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Literal

import pandas as pd
import plotly.graph_objects as go
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

#: A grid whose cells are all as wide, two in a row on a phone; Streamlit's own rows stretch what
#: is left over in the last one.
_GRID = """<style>[class*="st-key-cards-{wide}-"] {{
display: grid !important; grid-template-columns: repeat(auto-fill, minmax(min(45%, {least}), 1fr))
}}</style>"""


#: The least width of a cell by how many may stand in a row.
_LEAST = {3: "max(200px, 30%)", 4: "max(170px, 22%)"}


def cards(number: int, name: str) -> DeltaGenerator:
    """A place for so many metrics, three or four in a row, whichever leaves fewer gaps.

    Args:
        number: of metrics.
        name: tells the place from the others on its page.
    """
    wide = 4 if number % 4 in (0, 3) and number > 3 else 3
    st.html(_GRID.format(wide=wide, least=_LEAST[wide]))
    return st.container(key=f"cards-{wide}-{name}")


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
