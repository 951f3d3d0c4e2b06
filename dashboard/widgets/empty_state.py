"""What a page shows while there is nothing to show: a drawing, a sentence, and a next step."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import streamlit as st

#: The drawings, each an SVG file that both themes suit, in words.
DRAWINGS = {
    "photo": "A photo with a face in it, boxed",
    "folder": "A folder full of photos",
    "video": "A film strip; one face is followed through it",
    "webcam": "A camera looks at a face, live",
    "review": "A face nobody has decided on yet, and two ways to decide",
    "own_photos": "Labelled photos become a curve",
}

_FOLDER = Path(__file__).parents[1] / "drawings"


@contextmanager
def empty(drawing: str, title: str, words: str) -> Iterator[None]:
    """Draw an empty state; what the block draws is the next step.

    Args:
        drawing: one of ``DRAWINGS``.
        title: what is to be done, in a few words.
        words: what comes of it.
    """
    with st.container(border=True, horizontal=True, vertical_alignment="center", gap="medium"):
        # Not st.image, which adds a button for a view in full screen.
        content = base64.b64encode((_FOLDER / f"{drawing}.svg").read_bytes()).decode()
        st.html(
            f'<img alt="{DRAWINGS[drawing]}" src="data:image/svg+xml;base64,{content}" '
            'width="180" height="120">',
            width="content",
        )
        with st.container(width=460, gap="small"):
            st.markdown(f"**{title}**  \n{words}")
            with st.container(horizontal=True, vertical_alignment="center"):
                yield


def show_the_example() -> None:
    """A button that chooses the example as the picture, or film, of the page."""
    st.button(
        "Show the example",
        on_click=lambda: st.session_state.update({"from": "Example"}),
        icon=":material/play_arrow:",
    )
