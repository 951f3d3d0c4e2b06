"""Labelled photos of the user's own in; how well each model reads them out."""

import streamlit as st

from dashboard.app.page_artifacts import page_artifacts, sentences
from dashboard.app.settings import choose_model, detector_notice
from dashboard.views import own_photos
from dashboard.widgets.empty_state import empty

st.title("Bring your own test")
st.write("How often is it right on photos like yours? The figures of others may not hold for them.")
manifest = page_artifacts()
detector_notice()
own_photos.wanted()
brought = own_photos.source()
place = st.empty()
outcome = None if brought else own_photos.kept(manifest)
if not brought and outcome is None:
    with (
        place.container(),
        empty(
            "own_photos",
            "Add a ZIP of labelled photos",
            "Every model reads them. You see how often each is right, with intervals, at which "
            "threshold, and which photos it gets wrong.",
        ),
    ):
        st.page_link(
            "pages/evaluation.py",
            label="See the same on public test sets",
            icon=":material/analytics:",
        )
    st.stop()
if brought:
    with sentences():
        outcome = own_photos.tested(manifest, place, *brought)
assert outcome

figures = outcome.figures
if figures is None:
    st.warning(outcome.problem, icon=":material/warning:")
    own_photos.left_out(outcome)
    own_photos.again()
    st.stop()
st.success(own_photos.summary(figures), icon=":material/check_circle:")
for remark in figures["remarks"]:
    st.info(remark, icon=":material/info:")
own_photos.left_out(outcome)
own_photos.again()

st.header("All models")
own_photos.models(figures)

name = choose_model(manifest)
st.header(manifest.models[name].title)
own_photos.headline(figures["models"][name])
own_photos.ranking(figures, name)
own_photos.calibration_and_groups(figures["models"][name])
own_photos.errors(outcome, name)
