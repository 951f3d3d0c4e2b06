"""Labelled photos of the user's own in; how well each model reads them out."""

import streamlit as st

from dashboard import own_test
from dashboard.artifacts import page_artifacts, sentences
from dashboard.empty import empty
from dashboard.settings import choose_model, detector_notice

st.title("Bring your own test")
st.write("How often is it right on photos like yours? The figures of others may not hold for them.")
manifest = page_artifacts()
detector_notice()
own_test.wanted()
brought = own_test.source()
place = st.empty()
outcome = None if brought else own_test.kept(manifest)
if not brought and outcome is None:
    with (
        place.container(),
        empty(
            "own_test",
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
        outcome = own_test.tested(manifest, place, *brought)
assert outcome

figures = outcome.figures
if figures is None:
    st.warning(outcome.problem, icon=":material/warning:")
    own_test.left_out(outcome)
    own_test.again()
    st.stop()
st.success(own_test.summary(figures), icon=":material/check_circle:")
for remark in figures["remarks"]:
    st.info(remark, icon=":material/info:")
own_test.left_out(outcome)
own_test.again()

st.header("All models")
own_test.models(figures)

name = choose_model(manifest)
st.header(manifest.models[name].title)
own_test.headline(figures["models"][name])
own_test.ranking(figures, name)
own_test.calibration_and_groups(figures["models"][name])
own_test.errors(outcome, name)
