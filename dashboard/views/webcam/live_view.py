"""What the camera sees: who is in view, what of it goes into the review queue, single pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from dashboard.app import consent
from dashboard.app.markdown import plain
from dashboard.app.session import Remembered
from dashboard.widgets import face_tables, output, results, review_queue, scaled
from dashboard.widgets.picture_input import Picture, camera
from dashboard.widgets.read_pictures import read_all
from facespace.artifacts import face_space
from facespace.artifacts.manifest import load_manifest
from facespace.charts import film as charts
from facespace.faces.analyze import Settings
from facespace.io import encode
from facespace.review.item import Candidate, origin_of
from facespace.types import RGB, Face, Reading
from facespace.video.live import STAGES, Live, Look
from facespace.video.tracker import Tracked

#: What a snapshot is called.
NAME = "snapshot.png"

#: The snapshot that was taken last, its reading, and the settings of that.
_SNAPSHOT = Remembered[tuple[RGB, Reading, Settings]]("snapshot")

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
            st.warning(plain(seen.error), icon=":material/build:")
        in_view(seen.tracks, "Frames per second", seen.shown)
        if seen.tracks:
            st.caption(
                "A verdict counts all that was seen of a face so far; in a snapshot it counts that "
                "picture alone, so its confidence may differ. Is one wrong? Take a snapshot, and "
                "say so there."
            )
        else:
            st.info("No face in view.", icon=":material/search_off:")
        submit(seen)
        find, judge, draw = (seen.milliseconds.get(stage, 0.0) for stage in STAGES)
        st.caption(
            f"{seen.analysed:.1f} times a second: finding {find:.0f} ms, judging {judge:.0f} ms. "
            f"Drawing each frame {draw:.0f} ms."
        )
        if len(seen.history) > 1:
            words = "Faces in view and frames per second over the last minute"
            output.draw(charts.history(seen.history), words, key="history")
        if crops and seen.reading:
            _crops(seen.reading.faces)

    look()


def in_view(tracks: Sequence[Tracked], rate: str, per_second: float) -> None:
    """How many faces are in view, a rate by its name, and the table of the faces."""
    with st.container(horizontal=True):
        output.metric("Faces in view", len(tracks))
        output.metric(rate, f"{per_second:.0f}")
    if tracks:
        words = "The faces in view with verdict, confidence and reasons"
        face_tables.of_tracks(tracks, words)


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
            origin = origin_of(seen.frame, "webcam", "webcam", file_sha256="")
            candidate = Candidate.of(seen.frame, track.face, info, origin)
            why, chance = track.verdict.reasons, track.verdict.chance_wrong
            if review_queue.submit([replace(candidate, reasons=why, chance_wrong=chance)]):
                st.toast("A face that stayed “?” is in the review queue.")


def _crops(faces: tuple[Face, ...]) -> None:
    """What the model sees of each face, and the face rebuilt from its eigenfaces."""
    space = face_space.load()
    for number, face in enumerate(faces[:4], 1):
        rebuilt = space.rebuilt(space.coordinates(face.grey[None]))[0]
        captions = [f"Face {number}", "Rebuilt"]
        st.image(
            [encode.to_address(scaled.enlarged(picture)) for picture in (face.crop, rebuilt)],
            captions,
            width=112,
            alt=[f"{caption}, the crop {number}" for caption in captions],
        )


def snapshot(live: Live) -> None:
    """A button that takes the frame of now, to keep."""
    if st.button("Snapshot", icon=":material/photo_camera:"):
        seen = live.look()
        if seen.frame is not None and seen.reading is not None:
            reading = replace(seen.reading, source=NAME)
            _SNAPSHOT.put((seen.frame, reading, live.options.settings))
        else:
            st.toast("The camera has sent no picture yet: try again in a moment.")


def keep(frame: RGB, reading: Reading, settings: Settings) -> None:
    """Take a picture that came from elsewhere for the newest snapshot."""
    _SNAPSHOT.put((frame, reading, settings))


def taken() -> None:
    """The snapshot taken last, with its table and files, whether the camera runs or not."""
    last = _SNAPSHOT.get()
    if last is None:
        return
    frame, reading, used = last
    picture = Picture(NAME, encode.to_png(frame), id(frame))
    st.subheader("Snapshot")
    results.show(picture, reading, used, "webcam")
    face_tables.of_readings([reading])
    results.downloads([(picture, reading)], used)


def single_pictures(settings: Settings) -> None:
    """The browser's own camera widget, with the same verdicts."""
    shots = camera("shot", "webcam.jpg")
    if not shots:
        return
    read = read_all(shots, settings)
    results.problems([reading for _, reading in read])
    good = [(p, r) for p, r in read if r.error is None]
    for p, r in good:
        st.success(results.summary([r]), icon=":material/check_circle:")
        results.show(p, r, settings, "webcam")
        face_tables.of_readings([r])
    review_queue.marked(good, "webcam")
    results.downloads(good, settings)
