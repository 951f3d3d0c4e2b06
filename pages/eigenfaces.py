"""The mean face, the eigenfaces, and a face rebuilt from a few numbers."""

import streamlit as st

from dashboard import results
from dashboard.artifacts import page_artifacts, sentences
from dashboard.example import CREDIT, example
from dashboard.settings import detector_notice
from facespace import analyze, eigenfaces
from facespace.charts import space as charts
from facespace.images import SUFFIXES

GRID_COLUMNS = 4

st.title("Eigenfaces")
st.write(
    "A face is the mean face plus a little of each eigenface. Those amounts, a few numbers in "
    "place of thousands of pixels, are all that the model judges by."
)
manifest = page_artifacts()
detector_notice()
with sentences():
    space = eigenfaces.load()

left, right = st.columns([1, 3])
with left:
    st.subheader("Mean face")
    st.image(results.enlarged(space.mean_face), width="stretch", alt="The mean of all faces")
with right:
    st.subheader("How much they explain")
    share = space.explained
    st.plotly_chart(
        charts.scree(share),
        alt=f"The first eigenface explains {share[0]:.1%} of the variance, all "
        f"{space.components} together {share.sum():.1%}",
    )

st.subheader("The strongest eigenfaces")
shown = st.slider(
    "How many", 4, min(48, space.components), 16, 4, key="eigenfaces", bind="query-params"
)
pictures = space.eigenfaces[:shown].reshape(-1, space.side, space.side)
st.plotly_chart(
    charts.eigenface_grid(pictures, share[:shown], GRID_COLUMNS),
    alt=f"The {shown} eigenfaces that explain the most, each with its share of the variance",
)
st.caption("Orange adds light, purple takes it away; the sign of an eigenface is arbitrary.")

st.subheader("Rebuild a face")
upload = st.file_uploader("A photo of your own, or the example", SUFFIXES)
with sentences():
    name, content = (upload.name, upload.getvalue()) if upload else example()
    reading = analyze(content, source=name)
if not upload:
    st.caption(CREDIT)
if not reading.faces:
    st.info("No face was found in this picture.", icon=":material/search_off:")
    st.stop()
number = 0
if len(reading.faces) > 1:
    number = st.selectbox("Face", range(len(reading.faces)), format_func=lambda i: f"{i + 1}")
crop = reading.faces[number].crop[None]
k = st.slider(
    "Eigenfaces used", 0, space.components, space.components, key="k", bind="query-params"
)
coordinates = space.coordinates(crop)
rebuilt = space.rebuilt(coordinates[:, :k])[0]
distance = float(space.distance(crop, coordinates[:, :k])[0])
columns = st.columns([1, 1, 2])
columns[0].image(results.enlarged(crop[0]), "What the model saw", width="stretch", alt="The crop")
columns[1].image(
    results.enlarged(rebuilt), f"From {k} numbers", width="stretch", alt=f"Rebuilt from {k} numbers"
)
columns[2].metric(
    "Left unexplained",
    f"{distance:.3f}",
    help="Root mean square, in standard deviations of a pixel",
)
columns[2].write(
    "With all eigenfaces, what is left is the face’s **distance from face space**: how little "
    "it looks like the faces that the model knows."
)
