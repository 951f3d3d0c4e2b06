"""A film in; every face followed, with one verdict each, and a film that plays out."""

import streamlit as st

from dashboard.app.page_artifacts import sentences
from dashboard.app.settings import sidebar
from dashboard.views.video import results, run
from dashboard.views.video.job import JOB
from dashboard.widgets.empty_state import empty, show_the_example
from dashboard.widgets.example import CREDIT
from dashboard.widgets.example_film import example_film
from facespace import limits

SUFFIXES = ("mp4", "mov", "mkv", "webm", "avi", "m4v", "mpg", "mpeg", "ts", "ogv", "flv", "wmv")
MEGABYTES = limits.MAX_FILM_BYTES // 2**20

st.title("Video")
st.write(
    "Every face is followed from its first frame to its last and gets one verdict, not a new one "
    "in each frame."
)
settings = sidebar()
with st.sidebar:
    every = st.select_slider(
        "Look at one frame in",
        ["auto", *range(1, 13)],
        help="How often faces are looked for; between, boxes are carried on. “auto” is about six "
        "times a second.",
        key="every",
        bind="query-params",
    )

origin = st.segmented_control(
    "Film from", ["Upload", "Example"], default="Upload", required=True, key="from",
    bind="query-params",
)  # fmt: skip
chosen: tuple[str, bytes] | None = None
if origin == "Upload":
    st.caption(
        f"Up to {MEGABYTES} MB and {limits.MAX_FILM_SECONDS // 60} minutes. The film is read in a "
        "temporary folder of this dashboard and deleted when it is done."
    )
    upload = st.file_uploader("A film", SUFFIXES, max_upload_size=MEGABYTES, key="film_upload")
    chosen = (upload.name, upload.getvalue()) if upload else None
else:
    with sentences():
        chosen = st.cache_data(example_film, show_spinner="Rendering the example …")()
    st.caption(f"{CREDIT} Moved about by code; for a moment a bar passes over the face.")

job = JOB.get()
looks = None if every == "auto" else int(every)
if chosen and st.button("Read the film", type="primary", icon=":material/play_arrow:"):
    run.start(*chosen, settings, looks)
    st.rerun()
if job is None:
    if not chosen:
        with empty(
            "video",
            "Add a film",
            "It comes back with every face boxed and followed, and a table of who is seen when.",
        ):
            show_the_example()
elif job.running:
    run.progress(job)
else:
    run.ended(job)
    if job.film:
        if (job.settings, job.every) != (settings, looks):
            st.info(
                "This film was read with other settings than those in the sidebar. "
                + ("Read it" if chosen else "Bring it")
                + " again to use these.",
                icon=":material/tune:",
            )
        with st.container(width=860):
            results.show(job, job.film)
