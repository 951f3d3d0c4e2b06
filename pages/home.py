"""What Facespace is, alive on an example, and what it is not."""

import streamlit as st

from dashboard.app.page_artifacts import page_artifacts, sentences
from dashboard.app.settings import detector_notice
from dashboard.views import home
from facespace.artifacts.report import load_report

manifest = page_artifacts()
detector_notice()
with sentences():
    tests = load_report(manifest).model(manifest.default).tests

st.title("Facespace")
st.markdown(
    "**Finds the faces** in a photo, including side faces and masked ones. **Predicts for each** "
    "whether people would call it female or male, and how sure that is. **Says “?”** where a human "
    "should look."
)
seen, yours = st.columns([3, 2], gap="large")
with seen:
    reading = home.alive()
with yours:
    home.verdict(reading)
    st.header("Your turn")
    home.links(home.DO)
    st.header("What it will not do")
    st.markdown(
        "A verdict is a *perceived binary label from appearance*: not identity, not a fact about a "
        "person, no ground for a decision about anybody. It does not say who somebody is. "
        "Children, and groups that the training photos show less often, are read less well."
    )
st.header("How often it is right")
home.measured(tests)
st.header("Look behind it")
with st.container(horizontal=True):
    home.links(home.BEHIND)
