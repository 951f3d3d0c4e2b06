"""What Facespace is, alive on examples and on the visitor's own pictures, and what it is not."""

import streamlit as st

from dashboard.app.navigation import link
from dashboard.app.page_artifacts import page_artifacts, sentences
from dashboard.app.settings import detector_notice
from dashboard.views import home
from dashboard.widgets import duties
from facespace.artifacts.report import load_report

manifest = page_artifacts()
detector_notice()
with sentences():
    report = load_report(manifest).model(manifest.default)

st.title("Facespace")
st.markdown(
    "Facespace finds the faces in a picture, labels each **female** or **male** with a confidence, "
    "and says **“?”** where a human should look."
)
mine, seen = st.columns([2, 3], gap="large")
with mine:
    home.yours()
    for page, label in home.DO.items():
        link(page, label)
with seen:
    home.alive()
st.header("How often it is right")
home.measured(report)
st.header("What it will not do")
st.markdown(
    "A verdict is a *perceived binary label from appearance*: not identity, not a fact about a "
    "person, no ground for a decision about anybody. It does not say who somebody is. "
    "Children, and groups that the training photos show less often, are read less well."
)
duties.responsible_use()
st.header("How it works")
with st.container(horizontal=True):
    for page, label in home.BEHIND.items():
        link(page, label)
