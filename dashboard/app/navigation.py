"""The pages of the dashboard."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

if TYPE_CHECKING:
    from streamlit.navigation.page import StreamlitPage

#: The mark, a face of few pixels as an eigenface sees it, alone and with the name beside it.
MARK, WORDMARK = (Path(__file__).parents[1] / "drawings" / f"{n}.svg" for n in ("mark", "wordmark"))

#: The pages by the names of their files, each with its title and its icon: those that everybody
#: uses, and those that show what is behind them.
FRONT = {
    "home": ("Home", "home"),
    "photo": ("Photo", "photo_camera"),
    "folder": ("Folder", "folder_open"),
    "video": ("Video", "movie"),
    "webcam": ("Webcam", "videocam"),
    "review": ("Review", "rate_review"),
}
BEHIND = {
    "data": ("Data", "dataset"),
    "grayscale": ("Grayscale", "gradient"),
    "eigenfaces": ("Eigenfaces", "grid_view"),
    "evaluation": ("Evaluation", "analytics"),
    "fairness": ("Fairness", "balance"),
    "detectors": ("Detectors", "frame_inspect"),
    "own_photos": ("Bring your own test", "quiz"),
    "card": ("Model card", "description"),
}

_CALLED = "navigation called"

#: Under a finger a chart lets the page scroll. Its toolbar, which would cover its legend for good,
#: is gone there, and a chart that can be clicked on has a slider or buttons beside it.
_TOUCH = """<style>@media (pointer: coarse) {
.modebar-container { display: none !important }
[class*="st-key-"] .js-plotly-plot .draglayer * { pointer-events: none !important }
}</style>"""

#: Plotly's theme writes the words around a figure too faintly; those inside of it have grounds of
#: their own.
_CHARTS = """<style>
.js-plotly-plot :is(.xtick, .ytick, .x2tick, .y2tick, .cbaxis) text,
.js-plotly-plot :is(.xtitle, .ytitle, .x2title, .y2title, .cbtitle, .legendtext) {
  fill: currentColor !important; fill-opacity: 0.85 !important }
</style>"""

#: Streamlit writes white on a main button, whose colour in the dark theme is too light for it.
_DARK = """<style>
[data-testid="stBaseButton-primary"]:not(:disabled) * { color: #0d141c }
</style>"""


def navigation() -> StreamlitPage:
    """Draw the navigation and return the page that the address names."""
    st.session_state[_CALLED] = True
    st.logo(WORDMARK, size="large", icon_image=MARK)
    st.html(_TOUCH)
    st.html(_CHARTS)
    if st.context.theme.type == "dark":
        st.html(_DARK)
    return st.navigation({"": _pages(FRONT), "How it works": _pages(BEHIND)}, expanded=True)


def _pages(named: Mapping[str, tuple[str, str]]) -> list[StreamlitPage]:
    return [
        st.Page(f"pages/{name}.py", title=title, icon=f":material/{icon}:", default=name == "home")
        for name, (title, icon) in named.items()
    ]


def link(page: str, label: str = "", **more: Any) -> None:
    """A link to a page of ``FRONT`` or ``BEHIND``, by its title where no other label is given.

    ``more`` are other arguments of ``st.page_link``.
    """
    title, icon = (FRONT | BEHIND)[page]
    st.page_link(f"pages/{page}.py", label=label or title, icon=f":material/{icon}:", **more)


def ensure_navigation() -> None:
    """Run a page again inside ``streamlit_app.py`` if it was run without.

    Until ``st.navigation`` has been called once in a server's life, Streamlit takes the files of
    ``pages/`` for pages of its own older way. Whoever came by the link of a page first would see
    the bare page.
    """
    if _CALLED not in st.session_state:
        navigation()
        st.rerun()
