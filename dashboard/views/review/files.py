"""What goes out of the queue and into it by ZIP, and the end of it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from dashboard.app import consent
from dashboard.app.markdown import plain
from dashboard.app.page_artifacts import sentences
from dashboard.app.session import Remembered
from dashboard.views.review.decide import forget, say
from dashboard.widgets import output
from facespace.faces.wording import count
from facespace.review import exchange
from facespace.review.item import Item
from facespace.review.queue import Queue
from facespace.types import FacespaceError

#: The file that was imported last, and what came of it in a sentence.
_IMPORTED = Remembered[tuple[str, str]]("review_imported")


def files(queue: Queue | None, items: Sequence[Item]) -> None:
    """Export, import, and delete all."""
    decided = [item for item in items if item.decision is not None]
    st.subheader("Export")
    st.caption(
        "A ZIP with labels.csv as `python -m training` reads it, the pictures, and the crops. It "
        "shows people: keep it as you keep their photos."
    )
    with st.container(horizontal=True):
        for words, chosen, name in (
            ("Decided faces", decided, "review-decided.zip"),
            ("All faces", items, "review-all.zip"),
        ):
            content = partial(exchange.pack, queue, chosen) if queue else b""
            output.download(f"{words} ({len(chosen):,})", content, name, disabled=not chosen)
    st.subheader("Import")
    _import(queue)
    st.subheader("Delete")
    sure = st.checkbox(
        f"Yes, delete {count(len(items), 'face')} with all decisions, for good",
        key="review_sure",
        disabled=not items,
    )
    st.button(
        "Delete all",
        key="delete all",
        icon=":material/delete_forever:",
        on_click=_delete_all,
        args=(queue,),
        disabled=not (items and sure),
    )


def _import(queue: Queue | None) -> None:
    upload = st.file_uploader("A ZIP that was exported here", "zip", key="review_zip")
    if upload is None:
        return
    if queue is None or not consent.given():
        st.info("Turn keeping on above: an import is kept.", icon=":material/toggle_off:")
        return
    last = _IMPORTED.get()
    if last is None or last[0] != upload.file_id:
        with sentences(), st.spinner("Reading the ZIP …"):
            counts = exchange.unpack(queue, upload.getvalue())
        words = f"{count(counts.new, 'face')} put in, {counts.known:,} were there already."
        _IMPORTED.put((upload.file_id, words))
        st.rerun()
    st.success(last[1], icon=":material/check_circle:")


def _delete_all(queue: Queue) -> None:
    try:
        queue.delete_all()
    except FacespaceError as error:
        say(plain(error))
    forget()
    st.session_state.pop("review_sure", None)
