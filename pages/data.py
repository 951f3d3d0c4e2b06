"""What the model learned from and was tested on."""

import streamlit as st

from dashboard.app import access
from dashboard.app.page_artifacts import page_artifacts, sentences
from dashboard.views.data import detected, gallery, left_out, mean_faces, people, quality
from dashboard.views.data.view import View
from dashboard.widgets import output
from facespace.artifacts.dataset_description import NOT_SAID, load_described

PARTS = {
    "Who is in them": people.people,
    "How they are": quality.quality,
    "Whose faces are found": detected.detected,
    "Mean faces": mean_faces.mean_faces,
    "Left out, and twice": left_out.left_out,
}

st.title("Data")
st.write("Who is in the photos, and who is missing: a model reads best what it saw most.")
manifest = page_artifacts()
with sentences():
    datasets = load_described(manifest)

name = st.selectbox(
    "Data set",
    list(datasets),
    format_func=lambda key: datasets[key].title,
    key="dataset",
    bind="query-params",
)
view = View(manifest, name, datasets[name])
omitted, persons = sum(view.data.left_out.values()), view.data.persons
with output.cards(3 + (view.data.learned is not NOT_SAID), "photos"):
    st.metric("Photos used", f"{view.data.photos:,}", border=True)
    st.metric("Left out", f"{omitted:,}", border=True)
    st.metric("Persons", f"{persons:,}" if persons else "not known", border=True)
    people.learned(view)
st.caption(f"Source: {view.data.source}. Licence: {view.data.licence}.")

output.tabs(
    PARTS | ({"Look at photos": lambda _: gallery.gallery()} if access.offered() else {}), view
)
