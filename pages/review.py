"""Faces marked "?", one at a time: a human decides."""

import streamlit as st

from dashboard import keeping, review, review_results
from dashboard.artifacts import page_artifacts, sentences
from dashboard.empty import empty

st.title("Review")
st.write(
    "What the model leaves open, you decide: look at the face and its surroundings, and say what "
    "you see, or that you cannot tell."
)
page_artifacts()
keeping.switch()
with sentences():
    queue = keeping.queue()
    items = queue.items() if queue else []
review.messages()
view = st.segmented_control(
    "Show",
    list(review.VIEWS),
    format_func=review.VIEWS.__getitem__,
    default="one",
    required=True,
    key="view",
    bind="query-params",
)
if view == "files":
    review_results.files(queue, items)
    st.stop()
if queue is None or not items:
    with empty(
        "review",
        "Nobody waits here",
        ("Read" if keeping.keeping() else "Turn keeping on above, then read")
        + " pictures on the pages Photo, Folder, Video and Webcam: faces marked “?” come here.",
    ):
        for name, icon in (
            ("photo", "photo_camera"),
            ("folder", "folder_open"),
            ("video", "movie"),
            ("webcam", "videocam"),
        ):
            st.page_link(f"pages/{name}.py", label=name.title(), icon=f":material/{icon}:")
    st.stop()
with sentences():
    if view == "one":
        review.progress(items)
        review.one_at_a_time(queue, review.filtered(items, waiting=True), items)
        review_results.order()
    elif view == "many":
        review.progress(items)
        review.many(queue, review.filtered(items))
    else:
        review_results.statistics(items)
