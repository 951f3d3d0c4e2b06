"""Single pictures of the camera: of the running stream, or in its place."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from dashboard.app.session import Remembered
from dashboard.widgets import results, review_queue
from dashboard.widgets.picture_input import Picture, camera
from dashboard.widgets.read_pictures import read_all
from facespace.faces.analyze import Settings
from facespace.io import encode
from facespace.types import RGB, Reading
from facespace.video.live import Live

#: What a snapshot is called.
NAME = "snapshot.png"

#: The snapshot that was taken last, and its reading.
_SNAPSHOT = Remembered[tuple[RGB, Reading]]("snapshot")


def snapshot(live: Live) -> None:
    """A button that takes the frame of now, to keep."""
    if st.button("Snapshot", icon=":material/photo_camera:"):
        seen = live.look()
        if seen.frame is not None and seen.reading is not None:
            reading = replace(seen.reading, source=NAME)
            _SNAPSHOT.put((seen.frame, reading))
        else:
            st.toast("The camera has sent no picture yet: try again in a moment.")


def taken() -> None:
    """The snapshot taken last, with its table and files, whether the camera runs or not."""
    last = _SNAPSHOT.get()
    if last is None:
        return
    frame, reading = last
    picture = Picture(NAME, encode.to_png(frame), id(frame))
    st.subheader("Snapshot")
    results.show(picture, reading)
    results.table([reading])
    results.downloads([(picture, reading)], "snapshot")


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
        results.show(p, r)
        results.table([r])
    review_queue.marked(good, "webcam")
    results.downloads(good)
