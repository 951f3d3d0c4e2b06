"""Where the film of the page Video comes from, and how often faces are looked for in it."""

from __future__ import annotations

import streamlit as st

from dashboard.app.choice import one_of
from dashboard.app.page_artifacts import sentences
from dashboard.widgets.example import CREDIT
from dashboard.widgets.example_film import example_film
from facespace import limits
from facespace.io.formats import FILM_ENDINGS

MEGABYTES = limits.MAX_FILM_BYTES // 2**20


def every() -> int | None:
    """One frame in so many is looked at; None leaves it to the film."""
    with st.sidebar:
        chosen = st.select_slider(
            "Look at one frame in",
            ["auto", *range(1, 13)],
            help="How often faces are looked for; in between, the boxes are carried along. “auto” "
            "is about six times a second.",
            key="every",
            bind="query-params",
        )
    return None if chosen == "auto" else int(chosen)


def film() -> tuple[str, bytes] | None:
    """The film's name and content; None where there is none yet."""
    if one_of("Film from", ("Upload", "Example"), "from") == "Upload":
        st.caption(
            f"Up to {MEGABYTES} MB and {limits.MAX_FILM_SECONDS // 60} minutes. The film is read "
            "in a temporary folder of this dashboard and deleted when it is done."
        )
        upload = st.file_uploader(
            "A film", FILM_ENDINGS, max_upload_size=MEGABYTES, key="film_upload"
        )
        return (upload.name, upload.getvalue()) if upload else None
    with sentences():
        example = _example()
    st.caption(f"{CREDIT} Moved about by code; for a moment a bar passes over the face.")
    return example


@st.cache_data(show_spinner="Rendering the example …")
def _example() -> tuple[str, bytes]:
    return example_film()
