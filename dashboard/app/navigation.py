"""The pages of the dashboard."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from facespace import limits

if TYPE_CHECKING:
    from streamlit.navigation.page import StreamlitPage

#: The mark, a face of few pixels as an eigenface sees it, alone and with the name beside it.
MARK, WORDMARK = (Path(__file__).parents[1] / "drawings" / f"{n}.svg" for n in ("mark", "wordmark"))

_CALLED = "navigation called"

#: Under a finger a chart lets the page scroll. Its toolbar, which would cover its legend for good,
#: is gone there, and a chart that can be clicked on has a slider or buttons beside it.
_TOUCH = """<style>@media (pointer: coarse) {
.modebar-container { display: none !important }
[class*="st-key-"] .js-plotly-plot .draglayer * { pointer-events: none !important }
}</style>"""

#: Streamlit writes white on a main button, whose colour in the dark theme is too light for it.
_DARK = """<style>
[data-testid="stBaseButton-primary"]:not(:disabled) * { color: #0d141c }
</style>"""


def navigation() -> StreamlitPage:
    """Draw the navigation and return the page that the address names."""
    st.session_state[_CALLED] = True
    st.logo(WORDMARK, size="large", icon_image=MARK)
    st.html(_TOUCH)
    if st.context.theme.type == "dark":
        st.html(_DARK)
    return st.navigation(
        {
            "": [
                st.Page("pages/home.py", title="Home", icon=":material/home:", default=True),
                st.Page("pages/photo.py", title="Photo", icon=":material/photo_camera:"),
                st.Page("pages/folder.py", title="Folder", icon=":material/folder_open:"),
                st.Page("pages/video.py", title="Video", icon=":material/movie:"),
                st.Page("pages/webcam.py", title="Webcam", icon=":material/videocam:"),
                st.Page("pages/review.py", title="Review", icon=":material/rate_review:"),
            ],
            "Behind it": [
                st.Page("pages/data.py", title="Data", icon=":material/dataset:"),
                st.Page("pages/grayscale.py", title="Grayscale", icon=":material/gradient:"),
                st.Page("pages/eigenfaces.py", title="Eigenfaces", icon=":material/grid_view:"),
                st.Page("pages/evaluation.py", title="Evaluation", icon=":material/analytics:"),
                st.Page("pages/fairness.py", title="Fairness", icon=":material/balance:"),
                st.Page("pages/detectors.py", title="Detectors", icon=":material/frame_inspect:"),
                st.Page("pages/own_photos.py", title="Bring your own test", icon=":material/quiz:"),
                st.Page("pages/card.py", title="Model card", icon=":material/description:"),
            ],
        },
        expanded=True,
    )


def bounded_address() -> None:
    """Let go of what an address says of settings where it says too much to have come from here."""
    query = st.query_params
    length = sum(len(key) + len(text) for key in query for text in query.get_all(key))
    if length > limits.MAX_QUERY:
        query.clear()
        st.warning(
            f"The address of this page has {length:,} characters of settings; at most "
            f"{limits.MAX_QUERY:,} are read. The page shows its own settings.",
            icon=":material/link_off:",
        )


def ensure_navigation() -> None:
    """Run a page again inside ``streamlit_app.py`` if it was run without.

    Until ``st.navigation`` has been called once in a server's life, Streamlit takes the files of
    ``pages/`` for pages of its own older way. Whoever came by the link of a page first would see
    the bare page.
    """
    if _CALLED not in st.session_state:
        navigation()
        st.rerun()
