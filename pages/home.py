"""What Facespace is, alive on an example, and what it is not."""

import streamlit as st

from dashboard import results
from dashboard.artifacts import page_artifacts, sentences
from dashboard.example import CREDIT, example
from dashboard.reader import Picture, read_all
from dashboard.settings import detector_notice
from facespace.analyze import Settings

manifest = page_artifacts()
detector_notice()
with sentences():
    report = manifest.json("report.json")["models"][manifest.default]
    name, content = example()

st.title("Facespace")
st.markdown(
    "**Finds the faces** in a photo, also side faces and masked ones.  \n"
    "**Says of each** whether it reads as female or male, and how sure that is.  \n"
    "**Says “?”** where the honest answer is: a human should look."
)

left, right = st.columns([3, 2], gap="large")
with left:
    [(picture, reading)] = read_all([Picture(name, content, name)], Settings())
    results.problems([reading])
    if reading.error is None:
        results.show(picture, reading)
    st.caption(CREDIT)
with right:
    st.subheader("Try it")
    st.page_link("pages/photo.py", label="Read your own photos", icon=":material/photo_camera:")
    st.subheader("Look behind it")
    st.page_link("pages/data.py", label="What it learned from", icon=":material/dataset:")
    st.page_link("pages/eigenfaces.py", label="What it sees in a face", icon=":material/grid_view:")
    st.page_link("pages/evaluation.py", label="How often it is right", icon=":material/analytics:")
    st.subheader("How far to trust it")
    for test in report["tests"].values():
        risk, coverage, area = test["risk"], test["coverage"], test["auc"]
        right = "none" if risk["value"] is None else f"{1 - risk['value']:.0%}"
        st.markdown(
            f"**{test['title']}** ({test['kind']}, {test['photos']:,} photos): "
            f"{coverage['value']:.0%} of the faces answered, of those "
            f"{right} as labelled; AUC {area['value']:.3f} "
            f"({area['low']:.3f} to {area['high']:.3f})."
        )
    st.subheader("What it is not")
    st.markdown(
        "A verdict is a *perceived binary label from appearance*. It is not identity, not a fact "
        "about a person, and no ground for a decision about anybody. Children, and groups that "
        "the training photos show less often, are read less well."
    )
