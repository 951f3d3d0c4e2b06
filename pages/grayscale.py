"""What a picture is to a program: numbers, and what is done with them before a model sees them."""

import streamlit as st

from dashboard.app.page_artifacts import page_artifacts
from dashboard.views.grayscale.lessons import LESSONS
from dashboard.views.grayscale.subject import about, opened
from dashboard.widgets import output
from dashboard.widgets.empty_state import empty, show_the_example
from dashboard.widgets.picture_input import choose

st.title("Grayscale")
st.write("To a program a picture is numbers. Follow them from the camera to what the model gets.")
page_artifacts()

pictures = choose("Picture from", ("Example", "Upload", "Camera"))
if not pictures:
    with empty("photo", "Add a picture", "Any will do; one with a face shows the most."):
        show_the_example()
    st.stop()

subject = opened(pictures[0])
about(subject)
output.tabs(LESSONS, subject, "lesson")
