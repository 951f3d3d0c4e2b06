"""The last word where a page fails in a way that nobody foresaw: a hint, and no traceback."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import streamlit as st

from dashboard.app import navigation

if TYPE_CHECKING:
    from streamlit.navigation.page import StreamlitPage

#: How the hint begins.
FAILED = "This page stopped half-way"

#: The option of Streamlit by which a developer gets the traceback on the page.
_DETAILS = "client.showErrorDetails"


def run(page: StreamlitPage) -> None:
    """Draw a page; where that fails, say so below what was drawn, and log the traceback.

    The exception goes on to Streamlit where ``client.showErrorDetails`` asks for more than nothing.
    """
    try:
        page.run()
    except Exception:  # whatever it is, there is nobody else to catch it
        if st.get_option(_DETAILS) != "none":
            raise
        logging.getLogger(__name__).exception("The page %s failed", page.title)
        st.warning(
            f"{FAILED}, because of a fault of its own; the server’s log says what it was. If "
            "artifacts were replaced by hand, they may belong to another version: train them "
            "again.",
            icon=":material/healing:",
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button("Try again", icon=":material/refresh:")
            navigation.link("home")
