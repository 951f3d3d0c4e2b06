"""Photos, one or many, in; every face with its verdict out."""

from functools import partial

import streamlit as st

from dashboard.app.settings import hiding, sidebar
from dashboard.views import photo
from dashboard.widgets import face_tables, results, review_queue
from dashboard.widgets.empty_state import empty, show_the_example
from dashboard.widgets.picture_input import choose
from dashboard.widgets.read_pictures import read_all

st.title("Photo")
st.write("Every face gets a box and a verdict: female, male, or “?” where a human should look.")
settings, way = sidebar(), hiding()

files = choose("Pictures from", ("Upload", "Camera", "Example"), several=True)
if not files:
    with empty(
        "photo",
        "Add a picture",
        "Every face in it comes back boxed, with its verdict and how sure that is. Several "
        "pictures at once make one table.",
    ):
        show_the_example()
    st.stop()

read = read_all(files, settings)
readings = [reading for _, reading in read]
results.problems(readings)
good = [(picture, reading) for picture, reading in read if reading.error is None]
if good:
    st.success(results.summary(readings), icon=":material/check_circle:")
    shown = photo.one_of(good)
    with st.container(width=760):
        results.show(*shown, settings, "photo", way)
    review_queue.marked(good, "photo")
if read:
    st.header("All faces")
    face_tables.of_readings(readings, partial(photo.show_reading, read) if len(good) > 1 else None)
    results.downloads(read, settings, way)
