"""The camera, live: every face boxed and read while it moves."""

import streamlit as st

from dashboard.app import consent
from dashboard.app.settings import leaning, sidebar
from dashboard.views.webcam import in_browser, live_view, stream, watched, where
from dashboard.widgets import duties
from dashboard.widgets.empty_state import empty
from facespace.video.live import Options

st.title("Webcam")
st.write(
    "Move, turn away, come back: the box should stay with you, and the verdict should settle and "
    "stay, or be “?” with its reason."
)
settings, place = sidebar(), where.chosen()
if place == where.ANOTHER:
    watched.page(settings)
    st.stop()
with st.sidebar:
    mirror = st.toggle("Mirror", True, key="mirror", bind="query-params")
if place == where.BROWSER and in_browser.camera(settings, mirror):
    st.caption(
        "Frames are read by your own browser and do not leave it. “Snapshot” sends the one that "
        "you see to this dashboard."
    )
    live_view.taken()
    duties.sign()
    st.stop()
with st.sidebar:
    landmarks = st.toggle("Show landmarks", key="landmarks", bind="query-params")
    crops = st.toggle("Show what the model sees", key="crops", bind="query-params")
st.caption(
    "Frames are read in the memory of the computer that runs this dashboard and kept nowhere"
    + (", except faces that stay “?”: see Review." if consent.given() else ".")
)

left, right = st.columns([3, 2], gap="medium")
with left:
    context = stream.stream(Options(settings, mirror, landmarks, leaning()))
    live = context.video_processor.live if context.video_processor else None
    if live and context.state.playing:
        live_view.snapshot(live)
        live_view.taken()
with right:
    if live and context.state.playing:
        live_view.panel(live, crops)
    elif context.state.signalling and not stream.failed():
        stream.connecting()
    else:
        with empty(
            "webcam",
            "Press “Start the camera”",
            "Your browser asks whether this page may use it. What it sees then appears here.",
        ):
            st.caption("No camera? The switch below takes single pictures.")
if not (live and context.state.playing):
    live_view.taken()
if stream.failed():
    stream.why_not()
single = st.toggle("Take single pictures instead", stream.failed(), key="single")
if single or stream.failed():
    live_view.single_pictures(settings)
stream.diagnosis(context)
duties.sign()
