"""Labelled photos of the user's own in; how well each model reads them out."""

import streamlit as st

from dashboard.app.markdown import plain
from dashboard.app.navigation import link
from dashboard.app.page_artifacts import page_artifacts, sentences
from dashboard.app.settings import choose_model, detector_notice
from dashboard.views.own_photos import choose, photos, run
from dashboard.views.own_photos import figures as of_models
from dashboard.views.own_photos.job import JOB
from dashboard.widgets.empty_state import empty
from facespace.artifacts.report import load_report

st.title("Bring your own test")
st.write("How often is it right on photos like yours? The figures of others may not hold for them.")
manifest = page_artifacts()
detector_notice()
choose.instructions(folded=JOB.get() is not None)
brought = choose.source()
test = run.test(manifest, brought)
if test is None:
    with empty(
        "own_photos",
        "Add a ZIP of labelled photos",
        "Every model reads them. You see how often each is right, with intervals, at which "
        "threshold, and which photos it gets wrong.",
    ):
        link("evaluation", "See the same on public test sets")
    st.stop()
outcome = run.outcome(test, brought)
figures = outcome.measured
if figures is None:
    st.warning(plain(outcome.problem), icon=":material/warning:")
    photos.left_out(outcome)
    run.again()
    st.stop()
photos.summary(figures.data)
for remark in figures.remarks:
    st.info(plain(remark), icon=":material/info:")
photos.left_out(outcome)
run.again()

st.header("All models")
of_models.models(figures)

name = choose_model(manifest)
st.header(manifest.models[name].title)
of_models.headline(figures.models[name])
with sentences():
    report = load_report(manifest).models.get(name)
if report is not None:
    st.subheader("Yours beside ours")
    of_models.beside_ours(figures.models[name], report)
of_models.ranking(figures, name)
of_models.calibration_and_groups(figures.models[name])
photos.errors(outcome, name)
