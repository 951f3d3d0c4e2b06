"""The model card, the files behind the dashboard, and when a verdict is "?"."""

import streamlit as st

from dashboard.app.markdown import plain
from dashboard.app.page_artifacts import page_artifacts
from dashboard.app.settings import choose_model
from dashboard.views import model_card, unanswered

st.title("Model card")
st.write("What is it for, what is it not for, and is what runs here what was measured?")
manifest = page_artifacts()
verified = model_card.verified(manifest)
text = model_card.card(manifest)
sound = bool((verified["problem"] == "").all())
if sound:
    st.success(
        f"All {len(verified)} files that the manifest lists are as listed, verified "
        f"{verified['verified'].max():%Y-%m-%d %H:%M:%S %Z}.",
        icon=":material/verified:",
    )
else:
    for problem in verified["problem"][verified["problem"] != ""]:
        st.warning(plain(problem), icon=":material/build:")
model_card.downloads(manifest, text, sound)

name = choose_model(manifest)
card, files, rules = st.tabs(["The card", "Files and versions", "When it says “?”"])
with card:
    model_card.show(manifest, name, text)
with files:
    model_card.files(verified)
    model_card.versions(manifest)
with rules:
    unanswered.show(manifest, name)
