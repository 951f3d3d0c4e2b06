"""Labelled photos of the user's own in; how well each model reads them out."""

import streamlit as st

from dashboard.app.page_artifacts import page_artifacts
from dashboard.app.settings import choose_model, detector_notice
from dashboard.views.own_photos import choose, photos, run
from dashboard.views.own_photos import figures as of_models
from dashboard.widgets.empty_state import empty

st.title("Bring your own test")
st.write("How often is it right on photos like yours? The figures of others may not hold for them.")
manifest = page_artifacts()
detector_notice()
choose.instructions()
brought = choose.source()
test = run.test(manifest, brought)
if test is None:
    with empty(
        "own_photos",
        "Add a ZIP of labelled photos",
        "Every model reads them. You see how often each is right, with intervals, at which "
        "threshold, and which photos it gets wrong.",
    ):
        st.page_link(
            "pages/evaluation.py",
            label="See the same on public test sets",
            icon=":material/analytics:",
        )
    st.stop()
outcome = run.outcome(test, brought)
figures = outcome.measured
if figures is None:
    st.warning(outcome.problem, icon=":material/warning:")
    photos.left_out(outcome)
    run.again()
    st.stop()
st.success(photos.summary(figures.data), icon=":material/check_circle:")
for remark in figures.remarks:
    st.info(remark, icon=":material/info:")
photos.left_out(outcome)
run.again()

st.header("All models")
of_models.models(figures)

name = choose_model(manifest)
st.header(manifest.models[name].title)
of_models.headline(figures.models[name])
of_models.ranking(figures, name)
of_models.calibration_and_groups(figures.models[name])
photos.errors(outcome, name)
