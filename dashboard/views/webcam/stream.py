"""The camera's stream: how it is connected, and what is said where it cannot be."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import av
import numpy as np
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

from dashboard.app.access import at_this_machine
from dashboard.app.session import Remembered
from facespace.video.live import Live, Options
from facespace.video.relays import RELAYS

#: Seconds that a connection may take before the page offers single pictures.
PATIENCE = 8.0

#: What a camera is asked for; it may give less.
CAMERA: dict[str, Any] = {
    "video": {"width": {"ideal": 640}, "height": {"ideal": 480}, "frameRate": {"ideal": 30}},
    "audio": False,
}

WORDS: Translations = {
    "start": "Start the camera",
    "stop": "Stop",
    "select_device": "Choose a camera",
    "media_api_not_available": "This browser gives pages no camera. Over plain http it does so "
    "only for this computer itself; use https.",
    "device_ask_permission": "Allow the camera in the browser’s question.",
    "device_not_available": "No camera was found. Is it plugged in, and free?",
    "device_access_denied": "The camera was refused. Allow it in the address bar, or "
    "take single pictures below.",
}


@dataclass(frozen=True, slots=True)
class Connection:
    """The visit's last: ``since`` when it is tried, in seconds of the monotonic clock.

    ``stood`` and ``failed`` say whether it did.
    """

    since: float | None = None
    stood: bool = False
    failed: bool = False


_CONNECTION = Remembered[Connection]("connection")


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


def rtc_configuration(here: bool) -> dict[str, Any] | None:
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
    context: WebRtcStreamerContext[Processor, Any] = webrtc_streamer(
        key="webcam",
        mode=WebRtcMode.SENDRECV,
        rtc_configuration=rtc_configuration(at_this_machine()),
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
    """Remember since when a connection is tried, and whether one ever stood."""
    state, last = context.state, _CONNECTION.get() or Connection()
    if state.playing:
        _CONNECTION.put(Connection(stood=True))
    elif state.signalling:
        since = time.monotonic() if last.since is None else last.since
        _CONNECTION.put(replace(last, since=since))
    elif last.since is not None:
        _CONNECTION.put(Connection(failed=True))
    elif last.stood:
        _CONNECTION.forget()


def connecting() -> None:
    """Look every second whether the connection stands; say so where it takes too long."""

    @st.fragment(run_every=1.0)
    def look() -> None:
        since = (_CONNECTION.get() or Connection()).since
        if since is not None and time.monotonic() - since > PATIENCE:
            _CONNECTION.put(Connection(failed=True))
            st.rerun()
        st.caption("Connecting …")

    look()


def failed() -> bool:
    """Whether a connection was tried and did not stand in time."""
    return (_CONNECTION.get() or Connection()).failed


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
        f"{words} Choose “In your browser” above, which needs no connection. Single pictures work "
        "all the same: take them below.",
        icon=":material/videocam_off:",
    )


def diagnosis(context: WebRtcStreamerContext[Processor, Any]) -> None:
    """What a user or an operator needs to know where the video does not come."""
    with st.expander("No video?"):
        st.markdown(
            f"- This page: {'this computer' if at_this_machine() else 'another computer'}\n"
            f"- Relay (TURN server): {turn_server() or 'none configured'}\n"
            f"- Stream: {'playing' if context.state.playing else 'not playing'}"
            f"{', connecting' if context.state.signalling else ''}\n"
            "- Operators: how to configure a relay stands in `.streamlit/secrets.toml.example`"
        )
