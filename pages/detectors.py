"""All detectors on one picture, the faults of the first app's, and what was measured."""

import streamlit as st

from dashboard.app.page_artifacts import page_artifacts, sentences
from dashboard.views.detection.faults import FAULTS, story, story_figures
from dashboard.views.detection.measured import FILE, measured
from dashboard.views.detection.side_by_side import downloads, side_by_side
from dashboard.widgets.example import CREDIT, example
from facespace.io import images
from facespace.io.images import SUFFIXES

st.title("Find the faces")
st.write("What is not found is not judged, and what is found need not be a face.")
manifest = page_artifacts()
figures = {}
if FILE in manifest.files:
    with sentences():
        figures = manifest.json(FILE)

st.header("Side by side")
upload = st.file_uploader("A photo of your own, or the example", SUFFIXES, key="upload")
with sentences():
    name, content = example()
    astronaut = images.load(content)
    rgb = images.load(upload.getvalue()) if upload else astronaut
if upload:
    name = upload.name
else:
    st.caption(CREDIT)
looks = side_by_side(rgb, upload.file_id if upload else name)
downloads(name, rgb, looks)

st.header("Five known faults of the first app")
fault = st.segmented_control(
    "Fault",
    list(FAULTS),
    default=next(iter(FAULTS)),
    required=True,
    key="fault",
    bind="query-params",
)
story(FAULTS[fault], astronaut)
if figures:
    story_figures(FAULTS[fault], figures)

st.header("What was measured")
if not figures:
    st.info(
        "Nothing was measured yet. Make the figures with: "
        "`python benchmarks/detectors.py --data FOLDER`",
        icon=":material/straighten:",
    )
    st.stop()
measured(figures)
