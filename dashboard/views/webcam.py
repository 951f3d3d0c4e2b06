"""The webcam page: the stream, the panel beside it, and what takes its place where it cannot be."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import av
import numpy as np
import pandas as pd
import streamlit as st
from aiortc.contrib.media import MediaRelay
from streamlit_webrtc import (
    Translations,
    VideoProcessorBase,
    WebRtcMode,
    WebRtcStreamerContext,
    webrtc_streamer,
)
from streamlit_webrtc.relay import get_global_relay

from dashboard.app import consent
from dashboard.app.access import at_this_machine
from dashboard.widgets import results, review_queue
from dashboard.widgets.picture_input import Picture, read_all
from facespace.artifacts import face_space
from facespace.artifacts.manifest import load_manifest
from facespace.charts import live as charts
from facespace.faces.analyze import Settings
from facespace.io import encode
from facespace.review.candidate import Candidate
from facespace.types import Face
from facespace.video.live import STAGES, Live, Look, Options
from facespace.video.relays import RELAYS

#: Seconds that a connection may take before the page offers single pictures.
PATIENCE = 8.0

#: Seconds between two looks of the panel.
EVERY = 0.5

#: Seconds for which a face must stay "?" to be kept for review.
STAYS = 3.0

#: What a camera is asked for; it may give less.
CAMERA: dict[str, Any] = {
    "video": {"width": {"ideal": 640}, "height": {"ideal": 480}, "frameRate": {"ideal": 30}},
    "audio": False,
}

SNAPSHOT = "snapshot.png"

WORDS: Translations = {
    "start": "Start the camera",
    "stop": "Stop",
    "select_device": "Choose a camera",
    "media_api_not_available": "This browser gives pages no camera. Over plain http it does so "
    "only for this computer itself; use https.",
    "device_ask_permission": "Allow the camera in the browser’s question.",
    "device_not_available": "No camera was found. Is it plugged in, and free?",
    "device_access_denied": "The camera was refused. Allow it beside the browser’s address, or "
    "take single pictures below.",
}


class Processor(VideoProcessorBase):
    """Stands between the stream and ``Live``; runs on the stream's own thread."""

    def __init__(self, options: Options) -> None:
        self.live = Live(options)

    def recv(self, frame: av.VideoFrame) -> av.VideoFrame:
        shown = self.live.show(np.asarray(frame.to_ndarray(format="rgb24"), np.uint8))
        return av.VideoFrame.from_ndarray(shown, format="rgb24")

    def on_ended(self) -> None:
        self.live.close()


def turn_server() -> str | None:
    """Which way to a TURN server is configured, if any."""
    return next((name for name, keys in RELAYS.items() if all(map(os.environ.get, keys))), None)


def rtc_configuration(here: bool) -> Mapping[str, Any] | None:
    """The servers that help browser and dashboard find each other; None lets the library choose.

    ``here``: both are on one computer; then none is needed and none is asked.
    """
    own = [os.environ.get(key) for key in RELAYS["a server of your own"]]
    if all(own):
        server, username, credential = own
        return {"iceServers": [{"urls": server, "username": username, "credential": credential}]}
    return {"iceServers": []} if here else None


def stream(options: Options) -> WebRtcStreamerContext[Processor, Any]:
    """The video with its buttons; the options count at once."""
    configuration = rtc_configuration(at_this_machine())
    context: WebRtcStreamerContext[Processor, Any] = webrtc_streamer(
        key="webcam",
        mode=WebRtcMode.SENDRECV,
        rtc_configuration=None if configuration is None else dict(configuration),
        media_stream_constraints=CAMERA,
        video_processor_factory=partial(_started, options),
        async_processing=False,  # drawing takes some milliseconds; a thread more takes a frame
        media_toggle_controls=False,
        translations=WORDS,
    )
    if context.video_processor:
        context.video_processor.live.options = options
    _watch(context)
    return context


def _started(options: Options) -> Processor:
    """What a stream that begins is read by; of its frames the newest alone is kept.

    The stream's relay would queue all of them where the machine is too slow for the camera: the
    picture would come later and later, and a megabyte for every two frames would stay.
    """
    relay = get_global_relay()
    relay.subscribe = partial(MediaRelay.subscribe, relay, buffered=False)  # type: ignore[method-assign]
    return Processor(options)


def _watch(context: WebRtcStreamerContext[Processor, Any]) -> None:
    """Keep in the session since when a connection is tried, and whether one ever stood."""
    state = context.state
    if state.playing:
        st.session_state["connection"] = {"played": True}
    elif state.signalling:
        st.session_state.setdefault("connection", {}).setdefault("since", time.monotonic())
    elif "since" in st.session_state.get("connection", {}):
        st.session_state["connection"] = {"failed": True}
    elif st.session_state.get("connection", {}).get("played"):
        st.session_state["connection"] = {}


def connecting() -> None:
    """Look every second whether the connection stands; say so where it takes too long."""

    @st.fragment(run_every=1.0)
    def look() -> None:
        since = st.session_state.get("connection", {}).get("since")
        if since is not None and time.monotonic() - since > PATIENCE:
            st.session_state["connection"] = {"failed": True}
            st.rerun()
        st.caption("Connecting …")

    look()


def failed() -> bool:
    """Whether a connection was tried and did not stand in time."""
    return bool(st.session_state.get("connection", {}).get("failed"))


def why_not() -> None:
    """Why there is no live picture, in plain words."""
    if at_this_machine():
        words = (
            "The browser and this computer could not connect, although they are one. A VPN, a "
            "firewall or a browser setting may forbid it."
        )
    elif turn_server() is None:
        words = (
            "Your browser could not reach this server for live video. Many networks allow it "
            "only through a relay (a TURN server), and none is configured here."
        )
    else:
        words = (
            "Your browser could not reach this server for live video, not through its relay "
            f"({turn_server()}) either. Its credentials may be out of date."
        )
    st.warning(
        f"{words} Single pictures work all the same: take them below.",
        icon=":material/videocam_off:",
    )


def single_pictures(settings: Settings) -> None:
    """The browser's own camera widget, with the same verdicts."""
    shot = st.camera_input("Look into the camera")
    if shot is None:
        return
    picture = Picture("webcam.jpg", shot.getvalue(), shot.file_id)
    read = read_all([picture], settings)
    results.problems([reading for _, reading in read])
    good = [(p, r) for p, r in read if r.error is None]
    for p, r in good:
        st.success(results.summary([r]), icon=":material/check_circle:")
        results.show(p, r)
        results.table([r])
    review_queue.marked(good, "webcam")
    results.downloads(good)


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
            st.plotly_chart(
                charts.history(seen.history),
                key="history",
                alt="Faces in view and frames a second over the last minute",
            )
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
    st.dataframe(
        pd.DataFrame(
            {
                "Face": [track.number for track in seen.tracks],
                "Verdict": [track.verdict.label for track in seen.tracks],
                "How sure": [track.certainty for track in seen.tracks],
                "Why “?”": [results.in_words(track.verdict.reasons) for track in seen.tracks],
            }
        ),
        hide_index=True,
        alt="The faces in view with verdict, certainty and reasons",
        column_config={
            "How sure": st.column_config.ProgressColumn(
                format="percent", min_value=0.5, max_value=1
            )
        },
    )


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


def snapshot(live: Live) -> None:
    """A button that takes the frame of now, to keep."""
    if st.button("Snapshot", icon=":material/photo_camera:"):
        seen = live.look()
        if seen.frame is not None and seen.reading is not None:
            reading = replace(seen.reading, source=SNAPSHOT)
            st.session_state["snapshot"] = seen.frame, reading
        else:
            st.toast("The camera has sent no picture yet: try again in a moment.")


def taken() -> None:
    """The snapshot taken last, with its table and files, whether the camera runs or not."""
    if "snapshot" not in st.session_state:
        return
    frame, reading = st.session_state["snapshot"]
    picture = Picture(SNAPSHOT, encode.to_png(frame), id(frame))
    st.subheader("Snapshot")
    results.show(picture, reading)
    results.table([reading])
    results.downloads([(picture, reading)], "snapshot")


def diagnosis(context: WebRtcStreamerContext[Processor, Any]) -> None:
    """What a user or an operator needs to know where the video does not come."""
    with st.expander("The picture does not come?"):
        st.markdown(
            f"- This page: {'this computer' if at_this_machine() else 'another computer'}\n"
            f"- Relay (TURN server): {turn_server() or 'none configured'}\n"
            f"- Stream: {'playing' if context.state.playing else 'not playing'}"
            f"{', connecting' if context.state.signalling else ''}\n"
            "- Operators: how to configure a relay stands in `.streamlit/secrets.toml.example`"
        )
