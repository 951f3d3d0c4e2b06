"""Small pictures in rows; a click on one, or on the words below it, chooses it."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence

import streamlit as st

from dashboard.widgets.scaled import fitted
from facespace.io import encode
from facespace.types import RGB

#: Width in pixels of a thumbnail, and the longer side of what it is drawn from.
WIDTH = 120
SIDE = 2 * WIDTH

#: A thumbnail's button is stretched over its picture.
_STYLE = """<style>
[class*="st-key-thumb-"] { position: relative }
[class*="st-key-thumb-"] .stElementContainer { position: static }
[class*="st-key-thumb-"] button::after { content: ""; position: absolute; inset: 0 }
[class*="st-key-thumb-"]:has(button:focus-visible, button:hover) { outline: 2px solid #1f72b8 }
[class*="st-key-thumb-"] img { width: 100%; height: 90px; object-fit: cover }
</style>"""


def address(rgb: RGB) -> str:
    """A picture, uint8 (H, W, 3), as the address of a thumbnail."""
    return encode.to_address(fitted(rgb, SIDE))


def thumbnails(
    pictures: Sequence[tuple[str, str, str]], shown: int, choose: Callable[[int], None], key: str
) -> None:
    """Draw thumbnails.

    Args:
        pictures: of each its address, what it shows, and the words on its button.
        shown: the number of the one that is chosen, from 0.
        choose: called with the number of the one that is clicked on.
        key: begins the keys of the buttons.
    """
    st.html(_STYLE)
    with st.container(horizontal=True, gap="small"):
        for number, (content, words, label) in enumerate(pictures):
            with st.container(key=f"thumb-{key}-{number}", width=WIDTH, gap="xsmall"):
                # Not st.image, which adds a button for a view in full screen.
                st.html(f'<img alt="{html.escape(words)}" src="{content}">')
                st.button(
                    label,
                    key=f"{key} {number}",
                    type="primary" if number == shown else "tertiary",
                    on_click=choose,
                    args=(number,),
                    width="stretch",
                )
