"""Many photos in; one table, one set of charts, and all files out."""

import streamlit as st

from dashboard.app.markdown import plain
from dashboard.app.navigation import link
from dashboard.app.page_artifacts import sentences
from dashboard.app.settings import hiding, sidebar
from dashboard.views.folder import choose, results
from dashboard.views.folder.job import JOB, offer, progress, stopped
from dashboard.widgets.empty_state import empty

st.title("Folder")
st.write(
    "Hundreds of photos are read in one go: look at what is marked “?”, and at faces too small to "
    "judge, before you use the table."
)
settings, way = sidebar(), hiding()
with sentences():
    brought = choose.source()

job = JOB.get()
if brought and (job is None or not job.running):
    offer(brought, settings)
if job is None:
    if not brought:
        with empty(
            "folder",
            "Add photos",
            "All their faces come back in one table, with charts, a contact sheet and files to "
            "keep. Nothing is read before you say so.",
        ):
            link("photo", "See it on one picture first", query_params={"from": "Example"})
    st.stop()
if job.running:
    progress(job)
    st.stop()
if job.settings != settings and job.entries:
    st.info(
        "These photos were read with other settings than those in the sidebar.",
        icon=":material/tune:",
    )
    if not brought:
        offer(job.brought, settings)
if job.error:
    st.warning(plain(job.error), icon=":material/warning:")
stopped(job)
if job.entries:
    results.show(job, way)
