"""Faces marked "?", one at a time: a human decides."""

import streamlit as st

from dashboard.app import consent
from dashboard.app.choice import one_of
from dashboard.app.navigation import link
from dashboard.app.page_artifacts import page_artifacts, sentences
from dashboard.views.review import decide, faces, files, statistics
from dashboard.widgets.empty_state import empty

st.title("Review")
st.write(
    "What the model leaves open, you decide: look at the face and its surroundings, and say what "
    "you see, or that you cannot tell."
)
page_artifacts()
consent.switch()
with sentences():
    queue = consent.queue()
    items = queue.items() if queue else []
decide.messages()
view = one_of("Show", faces.VIEWS, "view", titles=faces.VIEWS)
if view == "files":
    files.files(queue, items)
    st.stop()
if queue is None or not items:
    with empty(
        "review",
        "Nothing to review",
        ("Read" if consent.given() else "Turn keeping on above, then read")
        + " pictures on the pages Photo, Folder, Video and Webcam: faces marked “?” come here.",
    ):
        for name in faces.PLACES:
            link(name)
    st.stop()
with sentences():
    if view == "one":
        faces.progress(items)
        faces.one_at_a_time(queue, faces.filtered(items, waiting=True), items)
        statistics.order()
    elif view == "many":
        faces.progress(items)
        faces.many(queue, faces.filtered(items))
    else:
        statistics.statistics(items)
