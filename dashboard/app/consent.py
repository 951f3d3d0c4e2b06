"""Whether faces of a visit may be kept for review, and where.

Nothing is kept until the visit's user turns it on. Where the person is not at the machine itself,
the queue lives in the session and dies with it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from dashboard.app import access
from dashboard.app.markdown import plain
from dashboard.app.session import Remembered
from facespace import limits
from facespace.review.item import KEPT, Candidate
from facespace.review.queue import Queue


@dataclass
class Consent:
    """Whether a visit's user lets faces be kept, and the queue that they then go into.

    Work in the background holds it too, and so learns at once that it was taken back.
    """

    given: bool = False
    queue: Queue | None = None

    def submit(self, candidates: Iterable[Candidate]) -> int | None:
        """Put faces into the queue, all or none; how many of them were new.

        None where no face may be kept. May be called by any thread.

        Raises:
            Full: it is full of decided faces.
            FacespaceError: the queue's file cannot be used.
        """
        queue = self.queue
        if not self.given or queue is None:
            return None
        return sum(new is not None for new in queue.add_all(list(candidates)))


_CONSENT = Remembered[Consent]("review_consent")


def current() -> Consent:
    """This visit's."""
    consent = _CONSENT.get()
    if consent is None:
        _CONSENT.put(consent := Consent())
    return consent


def given() -> bool:
    """Whether this visit's user lets faces be kept."""
    return current().given


def give() -> None:
    """Let faces be kept from now on."""
    current().given = True


def public() -> bool:
    """Whether a queue may only live in the session.

    ``FACESPACE_PUBLIC=1`` says that strangers use this deployment, ``0`` that they do not; where
    it is not set, everybody who is not at this machine counts as one.
    """
    setting = os.environ.get("FACESPACE_PUBLIC", "")
    return setting == "1" or (setting != "0" and not access.at_this_machine())


def path() -> Path:
    """The file of the queue: ``FACESPACE_REVIEWS``, or one in the user's own folder."""
    chosen = os.environ.get("FACESPACE_REVIEWS")
    return Path(chosen) if chosen else Path.home() / ".facespace" / "review.db"


def queue() -> Queue | None:
    """The queue, opened; None where there is none, and none is to be made.

    Raises:
        FacespaceError: its file cannot be used.
    """
    consent = current()
    if public():
        if consent.given and consent.queue is None:
            consent.queue = Queue()
    else:
        there = path().exists()
        if not there:
            _opened.clear()
        consent.queue = _opened(str(path())) if there or consent.given else None
    return consent.queue


@st.cache_resource(max_entries=2, show_spinner=False)
def _opened(name: str) -> Queue:
    return Queue(Path(name))


def opened() -> Consent:
    """This visit's, with the queue opened where faces may be kept; for work in the background.

    Raises:
        FacespaceError: the queue's file cannot be used.
    """
    if given():
        queue()
    return current()


def switch() -> None:
    """The switch that lets faces be kept, and what is kept and where, before it is on."""
    st.toggle("Keep faces for review", given(), key="review_switch", on_change=_switched)
    st.caption(f"Kept {_where()}" if given() else f"While this is on, {terms()}")


def _switched() -> None:
    current().given = st.session_state["review_switch"]


def sentence() -> str:
    """What becomes of pictures, in a sentence for every page."""
    if given():
        return "Pictures are read in memory; faces marked “?” are kept on the page Review."
    return "Pictures are read in memory and not kept."


def terms() -> str:
    """Which faces are kept, what of them, and where, as the end of a sentence."""
    return (
        "the following is kept of every face marked “?”, and of every face whose verdict you "
        f"dispute: {KEPT}; {_where()} At most {limits.MAX_REVIEWS:,} faces; near duplicates once."
    )


def _where() -> str:
    if public():
        return (
            "in the memory of this server, for this visit only: once you close or reload the page "
            "it is gone. Export it to keep it."
        )
    return (
        f"in the file {plain(path())}, until you delete it, and for {limits.REVIEW_DAYS} days at "
        "most while nobody decides on it. It stays there when keeping is turned off."
    )
