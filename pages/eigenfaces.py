"""The mean face, the eigenfaces, and what the numbers of one face say."""

import streamlit as st

from dashboard.app.page_artifacts import page_artifacts, sentences
from dashboard.app.settings import detector_notice
from dashboard.views.eigenfaces import chosen_face, explain
from dashboard.views.eigenfaces import face_space as parts
from dashboard.widgets import output
from facespace.artifacts import face_space

PARTS = {
    "Eigenfaces": parts.basis,
    "Rebuild": parts.rebuild,
    "Walk": explain.walk,
    "Female or male": explain.direction,
    "All test faces": parts.test_faces,
    "What it looks at": explain.occlusion,
}
WITHOUT_FACE = ("Eigenfaces", "All test faces")

st.title("Eigenfaces")
st.write(
    "A face is the mean face plus a little of each eigenface. Look for what those amounts, a few "
    "numbers in place of thousands of pixels, keep of a face, and what they lose."
)
manifest = page_artifacts()
detector_notice()
with sentences():
    space = face_space.load()
chosen = chosen_face.choose(manifest, space)
output.tabs(
    {
        part: draw if chosen.face or part in WITHOUT_FACE else chosen_face.missing
        for part, draw in PARTS.items()
    },
    chosen,
)
