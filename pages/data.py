"""What the model learned from and was tested on."""

import streamlit as st

from dashboard.app import access
from dashboard.app.choice import select
from dashboard.app.page_artifacts import page_artifacts, sentences
from dashboard.views.data import description, gallery, mean_faces
from dashboard.views.data.tables import View
from dashboard.widgets import output
from facespace.artifacts.dataset_description import NOT_SAID, load_described

PARTS = {
    "Who is in them": description.people,
    "Photo quality": description.quality,
    "Whose faces are found": description.detected,
    "Mean faces": mean_faces.mean_faces,
    "Excluded and duplicates": description.left_out,
}

st.title("Data")
st.write("Who is in the photos, and who is missing: a model reads best what it saw most.")
manifest = page_artifacts()
with sentences():
    datasets = load_described(manifest)

name = select("Data set", datasets, "dataset", lambda key: datasets[key].title)
view = View(manifest, name, datasets[name])
omitted, persons = sum(view.data.left_out.values()), view.data.persons
with output.cards(3 + (view.data.learned is not NOT_SAID), "photos"):
    output.metric("Photos used", f"{view.data.photos:,}")
    output.metric("Excluded", f"{omitted:,}")
    output.metric("Persons", f"{persons:,}" if persons else "not known")
    description.learned(view)
st.caption(f"Source: {view.data.source}. Licence: {view.data.licence}.")

output.tabs(
    PARTS | ({"Look at photos": lambda _: gallery.gallery()} if access.offered() else {}), view
)
