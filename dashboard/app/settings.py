"""The settings in the sidebar. They live in the address, so a setting can be shared as a link."""

from __future__ import annotations

import streamlit as st

from dashboard.app.page_artifacts import page_artifacts
from facespace.artifacts.manifest import Manifest
from facespace.faces import detectors
from facespace.faces.analyze import Settings


def sidebar() -> Settings:
    """Draw the widgets and return what they are set to.

    Stops the page with a sentence where there are no artifacts; says so on the page where another
    detector takes the place of the chosen one.
    """
    manifest = page_artifacts()
    with st.sidebar:
        model = _model(manifest)
        info = manifest.model(model)
        # A slider shows the model's own value rounded; left there, the value itself counts.
        own_certainty = min(round(info.certainty, 2), 0.99)
        own_smallest = round(info.smallest_face)
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
        used, sentence = detectors.working(detector)
        threshold = st.slider(
            "Detection threshold",
            *(0.0, 1.0, used.threshold, 0.05),
            help="How sure the detector must be that something is a face.",
            key=f"{used.name}_threshold",
            bind="query-params",
            persist_state="session",
        )
        small_faces = used.name == "yunet" and st.toggle(
            "Find small faces",
            help="Searches the picture once more, in tiles: for crowds in large photos. Slower.",
            key="small_faces",
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
            *(0, max(200, own_smallest), own_smallest, 2),
            help="Smaller faces are found, but marked “?”.",
            key=f"{model}_smallest_face",
            bind="query-params",
            persist_state="session",
        )
        st.caption("The address of this page carries these settings: copy it to share them.")
    _warn(sentence)
    return Settings(
        detector,
        model,
        threshold,
        None if certainty == own_certainty else certainty,
        None if smallest == own_smallest else smallest,
        small_faces,
    )


def detector_notice() -> None:
    """Say so on the page where the default detector's place is taken by another."""
    _warn(detectors.working()[1])


def _warn(sentence: str) -> None:
    if sentence:
        st.warning(sentence, icon=":material/build:")


def _model(manifest: Manifest) -> str:
    names = list(manifest.models)
    if len(names) == 1:
        return names[0]
    return choose_model(
        manifest,
        "What judges the faces. The page Evaluation shows how often each is right, and its price.",
    )


def choose_model(manifest: Manifest, hint: str | None = None) -> str:
    """Draw the choice of a model, which all pages share, and return its name."""
    names = list(manifest.models)
    return st.selectbox(
        "Model",
        names,
        index=names.index(manifest.default),
        format_func=lambda name: manifest.models[name].title.partition(":")[0],
        help=hint,
        key="model",
        bind="query-params",
        persist_state="session",
    )
