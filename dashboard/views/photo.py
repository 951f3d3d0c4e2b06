"""The parts of the page Photo: which picture is shown, and a verdict disputed."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.app import consent
from dashboard.widgets import results, review_queue
from dashboard.widgets.picture_input import Picture
from facespace.types import Reading


def one_of(read: Sequence[tuple[Picture, Reading]]) -> tuple[Picture, Reading]:
    """The picture to show; of several, the user chooses."""
    if len(read) == 1:
        return read[0]
    chosen = st.selectbox(
        "Show picture",
        range(len(read)),
        format_func=lambda i: f"{i + 1}. {read[i][0].name} · {results.summary([read[i][1]])}",
        key="shown",
    )
    return read[chosen]


def dispute(picture: Picture, reading: Reading) -> None:
    """Let any face of a picture be put into the review queue, whatever its verdict is."""
    if not consent.given() or not reading.faces:
        return
    with st.popover("Dispute a verdict", icon=":material/gavel:"):
        number = st.selectbox(
            "Face",
            range(len(reading.faces)),
            format_func=lambda i: f"{i + 1}: {reading.faces[i].verdict.label}",
            key="disputed",
        )
        if st.button("Put it into the review queue", key="dispute"):
            face = reading.faces[number]
            new = review_queue.submit(
                [review_queue.candidate(picture, reading, face, "photo", disputed=True)]
            )
            st.toast("In the review queue." if new else "It is in the review queue already.")
