"""Facespace's dashboard: ``streamlit run streamlit_app.py``."""

import streamlit as st

st.set_page_config("Facespace", ":material/face:", layout="wide")

PAGES = {
    "": [
        st.Page("pages/home.py", title="Home", icon=":material/home:", default=True),
        st.Page("pages/photo.py", title="Photo", icon=":material/photo_camera:"),
    ],
    "Behind it": [
        st.Page("pages/data.py", title="Data", icon=":material/dataset:"),
        st.Page("pages/eigenfaces.py", title="Eigenfaces", icon=":material/grid_view:"),
        st.Page("pages/evaluation.py", title="Evaluation", icon=":material/analytics:"),
    ],
}

page = st.navigation(PAGES)
with st.sidebar:
    st.caption(
        "Verdicts are a *perceived binary label from appearance*, nobody’s identity. "
        "Pictures are read in memory and not kept."
    )
page.run()
