"""A film in; every face followed, with one verdict each, and a film that plays out."""

import streamlit as st

from dashboard.app.settings import hiding, leaning, sidebar
from dashboard.views.video import choose, results
from dashboard.views.video.job import JOB, ended, progress, start
from dashboard.widgets.empty_state import empty, show_the_example

st.title("Video")
st.write(
    "Every face is followed from its first frame to its last and gets one verdict, not a new one "
    "in each frame."
)
settings, every, way = sidebar(), choose.every(), hiding()
film = choose.film()
if film and st.button("Read the film", type="primary", icon=":material/play_arrow:"):
    start(*film, settings, every, way)
    st.rerun()
job = JOB.get()
if job and job.running:
    progress(job)
elif job:
    ended(job)
    if job.film:
        if (job.settings, job.every, job.way, job.leaning) != (settings, every, way, leaning()):
            st.info(
                "This film was read with other settings than those in the sidebar. "
                f"{'Read it' if film else 'Bring it'} again to use these.",
                icon=":material/tune:",
            )
        with st.container(width=860):
            results.show(job, job.film)
elif not film:
    with empty(
        "video",
        "Add a film",
        "It comes back with a box that follows every face, and a table of who is in view when.",
    ):
        show_the_example()
