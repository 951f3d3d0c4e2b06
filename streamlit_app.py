"""Facespace's dashboard: ``streamlit run streamlit_app.py``."""

import streamlit as st

from dashboard.keeping import kept
from dashboard.navigation import navigation

st.set_page_config("Facespace", ":material/face:", layout="wide")

page = navigation()
with st.sidebar:
    st.caption(
        "Verdicts are a *perceived binary label from appearance*, nobody’s identity. " + kept()
    )
page.run()
