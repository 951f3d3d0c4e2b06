"""Figures, tables, files and tabs, as all pages show them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar

import plotly.graph_objects as go
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.app import address
from dashboard.app.page_artifacts import sentences
from facespace.io import tables

if TYPE_CHECKING:  # takes a second to import, and Home has no table
    import pandas as pd

#: What is in a file, or what makes it.
Content: TypeAlias = "pd.DataFrame | bytes | str | Callable[[], bytes | str]"

T = TypeVar("T")

#: The media type and the icon of a file by the end of its name.
_KINDS = {
    ".csv": ("text/csv", "table"),
    ".html": ("text/html", "grid_on"),
    ".json": ("application/json", "data_object"),
    ".jsonl": ("application/jsonl", "data_object"),
    ".md": ("text/markdown", "description"),
    ".mp4": ("video/mp4", "movie"),
    ".parquet": ("application/vnd.apache.parquet", "table_chart"),
    ".png": ("image/png", "image"),
    ".zip": ("application/zip", "folder_zip"),
}

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


def metric(title: str, value: Any, below: str | None = None, **more: Any) -> None:
    """A framed figure, and what is said below it; ``more`` are arguments of ``st.metric``."""
    st.metric(title, value, below, border=True, delta_color="off", delta_arrow="off", **more)


def draw(figure: go.Figure, words: str, **more: Any) -> None:
    """A figure, and what it shows in words; ``more`` are arguments of ``st.plotly_chart``."""
    st.plotly_chart(figure, width="stretch", alt=words, **more)


def spoken(rows: Mapping[str, Mapping[str, T]], figure: Callable[[T], str] = str) -> str:
    """Figures by two names in words: ``One: a 1, b 2; Other: a 3, b 4``."""
    return "; ".join(
        f"{name}: " + ", ".join(f"{part} {figure(value)}" for part, value in row.items())
        for name, row in rows.items()
    )


def table(
    frame: pd.DataFrame,
    words: str,
    columns: dict[str, Any] | None = None,
    height: Literal["content", "auto"] | int = "content",
    **more: Any,
) -> Any:
    """A table, in full height unless asked otherwise, and what it shows in words.

    ``columns`` say how columns are shown; ``more`` are other arguments of ``st.dataframe``, whose
    answer is returned.
    """
    return st.dataframe(
        frame,
        width="stretch",
        height=height,
        hide_index=True,
        placeholder="–",
        column_config=columns,
        alt=words,
        **more,
    )


def download(label: str, content: Content, name: str, disabled: bool = False) -> None:
    """A button that gives out a file.

    Args:
        label: on the button.
        content: what is in the file, or what makes it once it is asked for; a table becomes CSV.
        name: the file's, whose end says what it is, one of ``_KINDS``.
        disabled: whether there is nothing to give out.
    """
    media_type, icon = _KINDS[PurePath(name).suffix]
    if not isinstance(content, bytes | str) and not callable(content):
        content = partial(content.to_csv, index=False)
    if media_type == "text/csv":
        content = partial(_marked, content)
    st.download_button(
        label,
        content,
        name,
        media_type,
        on_click="ignore",
        icon=f":material/{icon}:",
        disabled=disabled,
    )


def _marked(content: bytes | str | Callable[[], bytes | str]) -> bytes | str:
    """CSV as it begins in a file."""
    text = content() if callable(content) else content
    return tables.marked(text) if isinstance(text, str) else text


def downloads(files: Iterable[tuple[str, Content, str]]) -> None:
    """Buttons side by side that give out files, as ``download`` does."""
    with st.container(horizontal=True):
        for label, content, name in files:
            download(label, content, name)


def notice(words: str, icon: str, label: str, on_click: Callable[[], None], next_icon: str) -> None:
    """A sentence beside a button that leads on."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.info(words, icon=f":material/{icon}:")
        st.button(label, icon=f":material/{next_icon}:", on_click=on_click)


def tabs(parts: Mapping[str, Callable[[T], None]], subject: T, key: str = "part") -> None:
    """A tab a part, of which the open one is drawn, of this subject; its name is in the address.

    A part that cannot be drawn for a reason that a user can mend says so in its place.
    """
    address.known("Part", key, parts)
    for tab, part in zip(st.tabs(list(parts), key=key, bind="query-params"), parts, strict=True):
        if tab.open:
            with tab, sentences():
                parts[part](subject)
