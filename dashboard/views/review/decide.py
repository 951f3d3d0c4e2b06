"""A human's decision on faces, taken back, and what is to be said of it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.app.markdown import plain, said_of
from dashboard.app.session import Remembered
from facespace.review.item import Decision, Item
from facespace.review.queue import Conflict, Queue
from facespace.types import FacespaceError

#: Keys, and the words on their buttons.
KEYS: dict[Decision, tuple[str, str]] = {
    "female": ("F", "Female"),
    "male": ("M", "Male"),
    "no face": ("N", "Not a face"),
    "unknown": ("U", "Cannot tell"),
}

#: Decisions that can be taken back, newest last, each with the faces as they were and as they are.
_DONE = Remembered[list[list[tuple[Item, Item]]]]("review_done")

#: What is to be said at the next run, and the face to be shown next, by its id.
_MESSAGES, NEXT = Remembered[list[str]]("review_said"), Remembered[int]("review_next")


def messages() -> None:
    """What the last decision led to, said once."""
    for words in _MESSAGES.get() or []:
        st.warning(words, icon=":material/group:")
    _MESSAGES.forget()


def buttons(queue: Queue, chosen: Sequence[Item]) -> None:
    """A button and a key for each decision on some faces, and one to take the last back."""
    with st.container(horizontal=True):
        for decision, (key, words) in KEYS.items():
            st.button(
                words,
                key=f"decide {decision}",
                on_click=_decide,
                args=(queue, chosen, decision),
                disabled=not chosen,
                shortcut=key,
            )
        st.button(
            "Undo",
            key="undo",
            on_click=_undo,
            args=(queue,),
            disabled=not _DONE.get(),
            shortcut="Z",
            icon=":material/undo:",
        )


def reviewer() -> None:
    """Who decides, if they want it to be known."""
    st.text_input(
        "Your name, kept with each decision; may stay empty", key="reviewer", max_chars=80,
        persist_state="session", width=360,
    )  # fmt: skip


def _decide(queue: Queue, chosen: Sequence[Item], decision: Decision) -> None:
    reviewer = str(st.session_state.get("reviewer") or "")
    done = []
    for item in chosen:
        try:
            done.append((item, queue.decide(item, decision, reviewer)))
        except Conflict as conflict:
            if not _mine(queue, item):
                say(said_of(item.source, conflict))
        except FacespaceError as error:
            say(plain(error))
            break
    if done:
        _DONE.put([*(_DONE.get() or []), done])
    NEXT.forget()


def _mine(queue: Queue, item: Item) -> bool:
    """Whether a face is as this session left it: a key was pressed twice before the page moved."""
    last = (_DONE.get() or [[]])[-1]
    return any(after == queue.get(item.id) for _, after in last)


def _undo(queue: Queue) -> None:
    """Make the last decisions of this session as they were before."""
    *earlier, last = _DONE.get() or [[]]
    _DONE.put(earlier)
    for before, after in last:
        try:
            queue.decide(after, before.decision, before.reviewer, before.decided)
            NEXT.put(before.id)
        except FacespaceError as error:
            say(said_of(before.source, error))


def say(words: str) -> None:
    """Say this at the next run."""
    _MESSAGES.put([*(_MESSAGES.get() or []), words])


def forget() -> None:
    """Let go of all that this visit decided: the faces are gone."""
    _DONE.forget()
    NEXT.forget()
