"""All detectors on one picture, the faults of the first app's, and what was measured."""

import streamlit as st

from dashboard.app.choice import one_of
from dashboard.app.page_artifacts import page_artifacts, sentences
from dashboard.views.detection.fault_pictures import eight
from dashboard.views.detection.faults import FAULTS, story, story_figures
from dashboard.views.detection.measured import FILE, measured
from dashboard.views.detection.side_by_side import downloads, side_by_side
from dashboard.widgets.example import CREDIT
from dashboard.widgets.picture_input import example_picture, upload

st.title("Detectors")
st.write("What is not found is not judged, and what is found need not be a face.")
manifest = page_artifacts()
figures = {}
if FILE in manifest.files:
    with sentences():
        figures = manifest.json(FILE)

st.header("Side by side")
pictures = st.container()
uploaded = upload("upload", "The same on a photo of your own")
example = example_picture()
with sentences():
    astronaut = example.rgb()
    rgb = uploaded[0].rgb() if uploaded else eight(astronaut)
with pictures:
    if not uploaded:
        st.caption(
            f"{CREDIT} Here plain, tilted, on the side and masked; with the eyes covered, out of "
            "focus, in the dark, and small."
        )
    looks = side_by_side(rgb, uploaded[0].identity if uploaded else "eight")
    downloads(uploaded[0].name if uploaded else "astronaut-eight.png", rgb, looks)

st.header("Five known faults of the first app")
fault = FAULTS[one_of("Fault", FAULTS, "fault")]
story(fault, astronaut)
if figures:
    story_figures(fault, figures)

st.header("What was measured")
if not figures:
    st.info(
        "Nothing was measured yet. Make the figures with: "
        "`python benchmarks/detectors.py --data FOLDER`",
        icon=":material/straighten:",
    )
    st.stop()
measured(figures)
