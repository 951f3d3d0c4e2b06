"""The panel beside the camera's picture: who is in view, and what goes into the review queue."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from dashboard.app import consent
from dashboard.widgets import output, results, review_queue
from facespace.artifacts import face_space
from facespace.artifacts.manifest import load_manifest
from facespace.charts import live as charts
from facespace.io import encode
from facespace.review.candidate import Candidate
from facespace.types import Face
from facespace.video.live import STAGES, Live, Look

#: Seconds between two looks of the panel.
EVERY = 0.5

#: Seconds for which a face must stay "?" to be kept for review.
STAYS = 3.0


def panel(live: Live, crops: bool) -> None:
    """What is seen, twice a second, without running the page again."""

    @st.fragment(run_every=EVERY)
    def look() -> None:
        seen = live.look()
        if seen.error:
            st.warning(seen.error, icon=":material/build:")
        with st.container(horizontal=True):
            st.metric("Faces in view", len(seen.tracks), border=True)
            st.metric("Frames a second", f"{seen.shown:.0f}", border=True)
        _tracks(seen)
        submit(seen)
        find, judge, draw = (seen.milliseconds.get(stage, 0.0) for stage in STAGES)
        st.caption(
            f"{seen.analysed:.1f} times a second: finding {find:.0f} ms, judging {judge:.0f} ms. "
            f"Drawing each frame {draw:.0f} ms."
        )
        if len(seen.history) > 1:
            words = "Faces in view and frames a second over the last minute"
            output.draw(charts.history(seen.history), words, key="history")
        if crops and seen.reading:
            _crops(seen.reading.faces)

    look()


def submit(seen: Look) -> None:
    """Put a face that has stayed "?" into the review queue, once a track."""
    if not consent.given() or seen.frame is None or seen.reading is None:
        return
    for track in seen.tracks:
        here = any(track.face is face for face in seen.reading.faces)
        stays = track.verdict.label == "?" and track.seconds >= STAYS
        key = "webcam", track.number, round(track.first, 3)
        if here and stays and review_queue.first_time(key):
            info = load_manifest().model(seen.reading.model)
            candidate = Candidate.of(seen.frame, track.face, info, "webcam", "webcam")
            if review_queue.submit([replace(candidate, reasons=track.verdict.reasons)]):
                st.toast("A face that stayed “?” is in the review queue.")


def _tracks(seen: Look) -> None:
    if not seen.tracks:
        st.info("No face in view.", icon=":material/search_off:")
        return
    results.tracks_table(seen.tracks, "The faces in view with verdict, certainty and reasons")


def _crops(faces: tuple[Face, ...]) -> None:
    """What the model sees of each face, and the same rebuilt from its eigenfaces."""
    space = face_space.load()
    for number, face in enumerate(faces[:4], 1):
        crop = face.crop[None]
        rebuilt = space.rebuilt(space.coordinates(crop))[0]
        captions = [f"Face {number}", "Rebuilt"]
        st.image(
            [encode.to_address(results.enlarged(picture)) for picture in (face.crop, rebuilt)],
            captions,
            width=112,
            alt=[f"{caption}, the crop {number}" for caption in captions],
        )
