"""What can be done with a face: say that its verdict is wrong, or look at how it came about."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from dashboard.app import consent
from dashboard.app.session import Remembered
from dashboard.widgets import review_queue
from dashboard.widgets.picture_input import CHOSEN, HANDED, Handed, Picture
from facespace.faces.analyze import Settings
from facespace.review.item import Candidate
from facespace.types import Face, Reading

#: What each page shows of a face, by the page's name: in words, the key of its choice of a picture,
#: and the number of the first face in its choice of one.
EXPLAINED = {
    "eigenfaces": ("What its eigenfaces say", "face_from", 0),
    "grayscale": ("From pixels to its crop", "from", 1),
}

#: The faces whose verdicts this visit has called wrong.
_DISPUTED = Remembered[frozenset[str]]("disputed")


def actions(
    picture: Picture, reading: Reading, used: Settings, number: int, face: Face, place: str
) -> None:
    """The buttons of a face of a picture, ``number`` from 1, as ``results.show`` has them."""
    key = f"{place} {picture.identity} {used} {number}"
    with st.container(horizontal=True, gap="small"):
        wrong(key, lambda: review_queue.candidate(picture, reading, face, place))
        with st.popover("Explain", type="tertiary", key=f"explain {key}"):
            for page, (words, origin, first) in EXPLAINED.items():
                if st.button(words, key=f"{page} {key}", type="tertiary"):
                    HANDED.put(Handed(picture, used))
                    st.session_state["face"] = number - 1 + first
                    st.switch_page(f"pages/{page}.py", query_params={origin: CHOSEN})


def wrong(key: str, candidate: Callable[[], Candidate]) -> None:
    """A button that puts a face into the review queue, where a human decides.

    Where nothing is kept it says what keeping means, and turns it on in the same step.

    Args:
        key: tells the face from all others of the visit.
        candidate: makes the face ready for the queue.
    """
    if key in (_DISPUTED.get() or ()):
        st.caption(":material/flag: In the review queue", width="content")
        return
    with st.popover("This is wrong", type="tertiary", icon=":material/flag:", key=f"wrong {key}"):
        if consent.given():
            st.caption("The face goes into the review queue, where a human decides.")
        else:
            st.caption(
                "The face goes into the review queue, where a human decides. Nothing is kept yet: "
                f"the button turns keeping on. From then on {consent.terms()} The page Review "
                "turns it off."
            )
        label = "Put it into the queue" if consent.given() else "Turn keeping on, and put it there"
        if st.button(label, key=f"dispute {key}", type="primary"):
            consent.give()
            new = review_queue.submit([candidate().disputed()])
            _DISPUTED.put((_DISPUTED.get() or frozenset()) | {key})
            st.toast("In the review queue." if new else "It is in the review queue already.")
            st.rerun()
