"""Photos, one or many, in; every face with its verdict out."""

import streamlit as st

from dashboard.app.page_artifacts import sentences
from dashboard.app.settings import sidebar
from dashboard.views import photo
from dashboard.widgets import results, review_queue
from dashboard.widgets.empty_state import empty, show_the_example
from dashboard.widgets.example import CREDIT, example
from dashboard.widgets.picture_input import Picture, read_all
from facespace import limits
from facespace.io.images import SUFFIXES

st.title("Photo")
st.write("Every face is boxed and read as female or male, or marked “?” where a human should look.")
settings = sidebar()

origin = st.segmented_control(
    "Pictures from",
    ["Upload", "Camera", "Example"],
    default="Upload",
    required=True,
    key="from",
    bind="query-params",
)
files: list[Picture] = []
if origin == "Upload":
    uploads = st.file_uploader(
        "JPEG, PNG, WebP, BMP or HEIC", SUFFIXES, accept_multiple_files=True, key="uploads"
    )
    if len(uploads) > limits.MAX_FILES:
        st.info(f"At most {limits.MAX_FILES} pictures are read at once; these are the first.")
    files = [Picture(u.name, u.getvalue(), u.file_id) for u in uploads[: limits.MAX_FILES]]
elif origin == "Camera":
    shot = st.camera_input("Look into the camera")
    files = [Picture("camera.jpg", shot.getvalue(), shot.file_id)] if shot else []
else:
    with sentences():
        name, content = example()
    files = [Picture(name, content, name)]
    st.caption(CREDIT)

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
        results.show(*shown)
    with st.container(horizontal=True, vertical_alignment="center"):
        review_queue.marked(good, "photo")
        photo.dispute(*shown)
if read:
    st.header("All faces")
    results.table(readings)
    results.downloads(read)
