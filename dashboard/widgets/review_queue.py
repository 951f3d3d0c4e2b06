"""The way of a face into the review queue: every page hands its candidates to ``submit``."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Iterable, Sequence

import streamlit as st

from dashboard.app import consent, navigation
from dashboard.app.page_artifacts import sentences
from dashboard.app.session import Remembered
from dashboard.widgets.picture_input import Picture
from facespace import gate
from facespace.artifacts.manifest import load_manifest
from facespace.faces.wording import count
from facespace.io.perceptual_hash import perceptual_hash
from facespace.review.item import Candidate, origin_of
from facespace.types import Face, Reading

#: The faces that this visit has submitted already.
_SUBMITTED = Remembered[set[Hashable]]("review_submitted")


def submit(candidates: Iterable[Candidate]) -> int:
    """Put faces into the queue, where their user lets them be kept; how many of them were new.

    Stops the page with a sentence where that fails.
    """
    with sentences():
        return consent.opened().submit(candidates) or 0


def first_time(face: Hashable) -> bool:
    """Whether a face comes by for the first time in this visit: a deleted one stays deleted."""
    submitted = _SUBMITTED.get() or set()
    new = face not in submitted
    _SUBMITTED.put(submitted | {face})
    return new


def candidate(picture: Picture, reading: Reading, face: Face, place: str) -> Candidate:
    """A face of a picture, on its way from the page ``place`` into the queue."""
    info = load_manifest().model(reading.model)
    with gate.enter():
        rgb, digest = picture.rgb(), hashlib.sha256(picture.content).hexdigest()
        origin = origin_of(rgb, picture.name, place, digest)
        return Candidate.of(rgb, face, info, origin)


def marked(read: Sequence[tuple[Picture, Reading]], place: str) -> None:
    """Put the faces of pictures that are marked "?" into the queue, or offer to."""
    unsure = [
        (picture, reading, face)
        for picture, reading in read
        for face in reading.faces
        if face.verdict.label == "?"
    ]
    if unsure and consent.given():
        submit(
            candidate(picture, reading, face, place)
            for picture, reading, face in unsure
            if first_time((picture.identity, perceptual_hash(face.grey)))
        )
        link(len(unsure), "marked “?”")
    elif unsure:
        offer(len(unsure))


def link(number: int, which: str) -> None:
    """Say that so many faces are in the queue, with the way there."""
    navigation.link("review", f"{count(number, 'face')} {which} in the review queue")


def offer(number: int, then: str = "") -> None:
    """Let keeping be turned on here, where the faces are, with what that means."""
    st.button(
        "Keep them for review",
        icon=":material/rate_review:",
        on_click=consent.give,
        key="keep_them",
    )
    st.caption(
        f"{count(number, 'face')} marked “?” not kept. {then}While keeping is on, "
        f"{consent.terms()} The page Review turns it off."
    )
