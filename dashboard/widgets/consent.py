"""Whether faces are kept for review, and where; and how the pages that find them hand them over.

Nothing is kept until the user of a session turns it on. Where the person is not at the machine
itself, the queue lives in the session and dies with it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from dashboard.app import access
from dashboard.app.page_artifacts import sentences
from dashboard.widgets.results import count
from facespace import limits
from facespace.artifacts.manifest import load_manifest
from facespace.batch.journal import QUEUED
from facespace.gate import turn
from facespace.review.candidate import KEPT, Candidate, perceptual_hash
from facespace.review.queue import Queue

if TYPE_CHECKING:
    from dashboard.views.folder.job import Job as FolderJob
    from dashboard.views.video.job import Job
    from dashboard.widgets.picture_input import Picture
    from facespace.types import Face, Reading
    from facespace.video.film import Film
    from facespace.video.live import Look

PAGE = "pages/review.py"

#: Seconds for which a face before the camera must stay "?" to be kept.
STAYS = 3.0

_KEEPING, _QUEUE, _FED = "review_keeping", "review_queue", "review_fed"


def public() -> bool:
    """Whether a queue may only live in the session.

    ``FACESPACE_PUBLIC=1`` says that strangers use this deployment, ``0`` that they do not; where
    it is not set, everybody who is not at this machine counts as one.
    """
    told = os.environ.get("FACESPACE_PUBLIC", "")
    return told == "1" or (told != "0" and not access.at_this_machine())


def path() -> Path:
    """The file of the queue: ``FACESPACE_REVIEWS``, or one in the user's own folder."""
    chosen = os.environ.get("FACESPACE_REVIEWS")
    return Path(chosen) if chosen else Path.home() / ".facespace" / "review.db"


def keeping() -> bool:
    """Whether this session's user has turned keeping on."""
    return bool(st.session_state.get(_KEEPING))


def kept() -> str:
    """What becomes of pictures, in a sentence for every page."""
    if keeping():
        return "Pictures are read in memory; faces marked “?” are kept on the page Review."
    return "Pictures are read in memory and not kept."


def queue() -> Queue | None:
    """The queue; None where there is none, and none is to be made.

    Raises:
        FacespaceError: its file cannot be used.
    """
    if public():
        if keeping() and _QUEUE not in st.session_state:
            st.session_state[_QUEUE] = Queue()
        own: Queue | None = st.session_state.get(_QUEUE)
        return own
    if not path().exists():
        if not keeping():
            return None
        _opened.clear()
    return _opened(str(path()))


@st.cache_resource(max_entries=2, show_spinner=False)
def _opened(name: str) -> Queue:
    return Queue(Path(name))


def switch() -> None:
    """The switch that turns keeping on, and what is kept and where, before it is."""
    st.toggle(
        "Keep faces for review",
        keeping(),
        key="review_switch",
        on_change=_switched,
    )
    if keeping():
        st.caption(f"Kept {_where()}")
        return
    st.caption(f"While this is on, of each {_WHICH}, there is kept: {_what()}")


#: Of which faces something is kept.
_WHICH = "face marked “?”, and of each whose verdict you dispute"


def _where() -> str:
    if public():
        return (
            "in the memory of this server, for this visit only: once you close or reload the page "
            "it is gone. Export it to keep it."
        )
    return (
        f"in the file `{path()}`, until you delete it, and for {limits.REVIEW_DAYS} days at "
        "most. It stays there when keeping is turned off."
    )


def _what() -> str:
    return f"{KEPT}; {_where()} At most {limits.MAX_REVIEWS:,} faces; near duplicates once."


def _switched() -> None:
    st.session_state[_KEEPING] = on = st.session_state["review_switch"]
    reading: FolderJob | None = st.session_state.get("folder")
    if reading and not on:
        reading.queue = None


def photos(read: Sequence[tuple[Picture, Reading]], place: str = "photo") -> None:
    """Put the "?" faces of pictures into the queue, or say how it would be done."""
    unsure = [
        (picture, reading, face)
        for picture, reading in read
        for face in reading.faces
        if face.verdict.label == "?"
    ]
    if not unsure:
        return
    if not keeping():
        _offer(len(unsure))
        return
    for picture, reading, face in unsure:
        if _first((picture.identity, perceptual_hash(face.crop))):
            _add([_candidate(picture, reading, face, place)])
    _kept(len(unsure), "marked “?”")


def dispute(picture: Picture, reading: Reading) -> None:
    """Let any face of a picture be put into the queue, whatever its verdict is."""
    if not keeping() or not reading.faces:
        return
    with st.popover("Dispute a verdict", icon=":material/gavel:"):
        number = st.selectbox(
            "Face",
            range(len(reading.faces)),
            format_func=lambda i: f"{i + 1}: {reading.faces[i].verdict.label}",
            key="disputed",
        )
        if st.button("Put it into the review queue", key="dispute"):
            new = _add([_candidate(picture, reading, reading.faces[number], "photo", True)])
            st.toast("In the review queue." if new else "It is in the review queue already.")


def film(job: Job, film: Film) -> None:
    """Put the faces of a film that stayed "?" into the queue, each with its best crop."""
    unsure = [track for track in film.tracks if track.verdict.label == "?"]
    if not unsure:
        return
    if not keeping() or not job.keeping:
        _offer(len(unsure), "Then read the film again. ")
        return
    if _first(("film", id(job))):
        _add(job.candidates)
    _kept(len(unsure), "that stayed “?”")


def folder(job: FolderJob, again: Callable[[], None]) -> None:
    """Say where the "?" faces of a folder went, or how they would be kept.

    Args:
        job: that read it, and kept them if the user did so then.
        again: goes through the folder once more, to keep those that were not.
    """
    marked = {True: 0, False: 0}
    for entry in job.entries:
        unsure = sum(face["label"] == "?" for face in entry["faces"])
        marked[QUEUED in entry] += unsure
    if marked[True]:
        _kept(marked[True], "marked “?”")
    if marked[False] and not keeping():
        _offer(marked[False])
    elif marked[False]:
        st.button(
            f"Keep {count(marked[False], 'face')} marked “?” for review",
            icon=":material/rate_review:",
            on_click=again,
            key="keep",
        )


def webcam(seen: Look) -> None:
    """Put a face that has stayed "?" before the camera into the queue, once a track."""
    if not keeping() or seen.frame is None or seen.reading is None:
        return
    for track in seen.tracks:
        here = any(track.face is face for face in seen.reading.faces)
        stays = track.verdict.label == "?" and track.seconds >= STAYS
        if here and stays and _first(("webcam", track.number, round(track.first, 3))):
            info = load_manifest().model(seen.reading.model)
            candidate = Candidate.of(seen.frame, track.face, info, "webcam", "webcam")
            if _add([replace(candidate, reasons=track.verdict.reasons)]):
                st.toast("A face that stayed “?” is in the review queue.")


def _candidate(
    picture: Picture, reading: Reading, face: Face, place: str, disputed: bool = False
) -> Candidate:
    info = load_manifest().model(reading.model)
    with turn():
        return Candidate.of(picture.rgb(), face, info, picture.name, place, disputed)


def _add(candidates: Iterable[Candidate]) -> int:
    """Put faces in; how many of them were new."""
    with sentences():
        own = queue()
        return sum(own.add(one) is not None for one in candidates) if own else 0


def _first(key: Hashable) -> bool:
    """Whether a face comes by for the first time in this session: a deleted one stays deleted."""
    fed: set[Hashable] = st.session_state.setdefault(_FED, set())
    new = key not in fed
    fed.add(key)
    return new


def _kept(number: int, which: str) -> None:
    st.page_link(
        PAGE,
        label=f"{count(number, 'face')} {which} in the review queue",
        icon=":material/rate_review:",
    )


def _offer(number: int, then: str = "") -> None:
    """Let keeping be turned on here, where the faces are, with what that means."""
    st.button(
        "Keep them for review",
        icon=":material/rate_review:",
        on_click=_turn_on,
        key="keep_them",
    )
    st.caption(
        f"{count(number, 'face')} marked “?” not kept. {then}While keeping is on, of each "
        f"{_WHICH}, there is kept: {_what()} The page Review turns it off."
    )


def _turn_on() -> None:
    st.session_state[_KEEPING] = True
