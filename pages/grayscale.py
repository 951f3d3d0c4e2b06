"""What a picture is to a program: numbers, and what is done with them before a model sees them."""

import streamlit as st

from dashboard.app.page_artifacts import page_artifacts, sentences
from dashboard.views import grayscale
from dashboard.widgets.empty_state import empty, show_the_example
from dashboard.widgets.example import CREDIT, example
from dashboard.widgets.picture_input import Picture
from facespace.io.images import SUFFIXES

st.title("Grayscale")
st.write("To a program a picture is numbers. Follow them from the camera to what the model gets.")
page_artifacts()

origin = st.segmented_control(
    "Picture from",
    ["Example", "Upload", "Camera"],
    default="Example",
    required=True,
    key="from",
    bind="query-params",
)
start = None
if origin == "Example":
    with sentences():
        name, content = example()
    picture = Picture(name, content, name)
    start = grayscale.EYE
    st.caption(CREDIT)
else:
    file = (
        st.file_uploader("JPEG, PNG, WebP, BMP or HEIC", SUFFIXES, key="upload")
        if origin == "Upload"
        else st.camera_input("Look into the camera", key="camera")
    )
    if not file:
        with empty("photo", "Add a picture", "Any will do; one with a face shows the most."):
            show_the_example()
        st.stop()
    picture = Picture(
        file.name if origin == "Upload" else "camera.jpg", file.getvalue(), file.file_id
    )

subject = grayscale.opened(picture, start)
grayscale.about(subject)
# Only the lesson that is open is drawn; its name is in the address.
lessons = grayscale.PARTS
for tab, part in zip(
    st.tabs(list(lessons), key="lesson", bind="query-params"), lessons, strict=True
):
    if tab.open:
        with tab:
            lessons[part](subject)
