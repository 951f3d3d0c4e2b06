"""The settings in the sidebar. They live in the address, so a setting can be shared as a link."""

from __future__ import annotations

import streamlit as st

from dashboard.artifacts import page_artifacts, sentences
from facespace import artifacts, detectors
from facespace.analyze import Settings


def sidebar() -> Settings:
    """Draw the widgets and return what they are set to.

    Stops the page with a sentence where there are no artifacts, or no detector can be used.
    """
    manifest = page_artifacts()
    with st.sidebar:
        model = _model(manifest)
        info = manifest.model(model)
        # A slider shows the model's own value rounded; left there, the value itself counts.
        own_certainty, own_smallest = round(info.certainty, 2), round(info.smallest_face)
        detector = st.selectbox(
            "Detector",
            detectors.NAMES,
            format_func=detectors.TITLES.__getitem__,
            help="What finds the faces. YuNet also finds side faces and masked ones. Haar is the "
            "cascade of 2001, with fine steps, or with the coarse ones of the first app.",
            key="detector",
            bind="query-params",
            persist_state="session",
        )
        with sentences():
            own = detectors.get(detector).threshold
        threshold = st.slider(
            "Detection threshold",
            *(0.0, 1.0, own, 0.05),
            help="How sure the detector must be that something is a face.",
            key=f"{detector}_threshold",
            bind="query-params",
            persist_state="session",
        )
        certainty = st.slider(
            "Certainty needed for an answer",
            *(0.5, 0.99, own_certainty, 0.01),
            help="Below this probability the verdict is “?”: a human should look.",
            key=f"{model}_certainty",
            bind="query-params",
            persist_state="session",
        )
        smallest = st.slider(
            "Smallest face for an answer (pixels)",
            *(0, 200, own_smallest, 2),
            help="Smaller faces are found, but marked “?”.",
            key=f"{model}_smallest_face",
            bind="query-params",
            persist_state="session",
        )
        st.caption("The address of this page carries these settings: copy it to share them.")
    return Settings(
        detector,
        model,
        threshold,
        None if certainty == own_certainty else certainty,
        None if smallest == own_smallest else smallest,
    )


def _model(manifest: artifacts.Manifest) -> str:
    names = list(manifest.models)
    if len(names) == 1:
        return names[0]
    return st.selectbox(
        "Model",
        names,
        index=names.index(manifest.default),
        format_func=lambda name: manifest.models[name].title,
        help="What judges the faces. The page Evaluation shows how often each is right, and its "
        "price.",
        key="model",
        bind="query-params",
        persist_state="session",
    )
