"""A card a face: what the model saw, the verdict, the reasons in full, and what to do next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import islice

import streamlit as st

from dashboard.app import settings
from dashboard.widgets.scaled import enlarged
from facespace.faces.wording import face_text, in_words
from facespace.types import Face

#: Cards drawn at once; a crowd's other faces are in the table.
SHOWN = 48


def cards(
    faces: Mapping[int, Face],
    below: Callable[[int, Face], None] = lambda number, face: None,
    rest: str = "the table has them all",
) -> None:
    """Draw a card for each face.

    Args:
        faces: of one picture or film, by their numbers on it.
        below: draws what can be done with a face, given its number.
        rest: what is said of the faces beyond ``SHOWN``.
    """
    with st.container(horizontal=True):
        for number, face in islice(faces.items(), SHOWN):
            words = f"{number} · {face_text(face, settings.leaning())}"
            with st.container(border=True, width=352, horizontal=True, vertical_alignment="center"):
                st.image(enlarged(face.crop), width=96, alt=f"Crop {words}")
                with st.container(width=200, gap="xsmall"):
                    st.markdown(f"**{words}**")
                    if face.verdict.reasons:
                        st.caption(in_words(face.verdict.reasons))
                    below(number, face)
    if len(faces) > SHOWN:
        st.caption(f"The first {SHOWN} of {len(faces):,} faces; {rest}.")
