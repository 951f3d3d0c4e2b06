"""All detectors on one picture, the faults of the first app's, and what was measured."""

import streamlit as st

from dashboard.app.page_artifacts import page_artifacts, sentences
from dashboard.views.detection.faults import FAULTS, story, story_figures
from dashboard.views.detection.measured import FILE, measured
from dashboard.views.detection.side_by_side import downloads, side_by_side
from dashboard.widgets.choice import one_of
from dashboard.widgets.example import CREDIT
from dashboard.widgets.picture_input import example_picture, upload

st.title("Find the faces")
st.write("What is not found is not judged, and what is found need not be a face.")
manifest = page_artifacts()
figures = {}
if FILE in manifest.files:
    with sentences():
        figures = manifest.json(FILE)

st.header("Side by side")
uploaded = upload("upload", "A photo of your own, or the example")
example = example_picture()
picture = uploaded[0] if uploaded else example
with sentences():
    astronaut, rgb = example.rgb(), picture.rgb()
if not uploaded:
    st.caption(CREDIT)
looks = side_by_side(rgb, picture.identity)
downloads(picture.name, rgb, looks)

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
