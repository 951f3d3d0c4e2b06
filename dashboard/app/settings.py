"""The settings in the sidebar. They live in the address, so a setting can be shared as a link."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboard.app.choice import select
from dashboard.app.markdown import plain
from dashboard.app.page_artifacts import page_artifacts
from facespace.artifacts.manifest import Manifest
from facespace.faces import detectors
from facespace.faces.analyze import Settings
from facespace.faces.anonymise import MEASURED, WAYS, Way

#: What puts a widget's value into the address, and lets all pages of the visit share it.
SHARED: Any = {"bind": "query-params", "persist_state": "session"}

_LEANING = "leaning"


def sidebar() -> Settings:
    """Draw the widgets and return what they are set to.

    Stops the page with a sentence where there are no artifacts; says so on the page where another
    detector takes the place of the chosen one.
    """
    manifest = page_artifacts()
    with st.sidebar:
        model = manifest.default
        if len(manifest.models) > 1:
            model = choose_model(
                manifest,
                "What judges the faces. The page Evaluation shows how often each is right, and its "
                "price.",
            )
        info = manifest.model(model)
        # The slider shows the model's own value rounded; left there, the value itself counts.
        own = min(max(round(100 * info.most_wrong), 1), 50)
        detector = select(
            "Detector",
            detectors.NAMES,
            "detector",
            detectors.TITLES.__getitem__,
            help="What finds the faces. YuNet also finds side faces and masked ones. Haar is the "
            "cascade of 2001, with fine steps, or with the coarse ones of the first app.",
        )
        used, sentence = detectors.working(detector)
        threshold = st.slider(
            "Detection threshold",
            *(0.0, 1.0, used.threshold, 0.05),
            help="How sure the detector must be that something is a face.",
            key=f"{used.name}_threshold",
            **SHARED,
        )
        small_faces = used.name == "yunet" and st.toggle(
            "Find small faces",
            help="Searches the picture once more, in tiles: for crowds in large photos. Slower.",
            key="small_faces",
            **SHARED,
        )
        percent = st.slider(
            "Answer while the chance of being wrong is at most",
            *(1, 50, own, 1),
            format="%d %%",
            help="Where the chance is larger the verdict is “?”: a human should look. It counts "
            "all that is known of a face: how sure the model is, its size, blur, pose, and what "
            "covers it.",
            key=f"{model}_most_wrong",
            **SHARED,
        )
        st.toggle(
            "Show which way “?” leans",
            help="A “?” tells why a human should look, and not what the model would guess: whoever "
            "reads a guess tends to believe it.",
            key=_LEANING,
            **SHARED,
        )
        st.caption("The address of this page carries these settings: copy it to share them.")
    _warn(sentence)
    return Settings(
        detector,
        model,
        threshold,
        None if percent == own else percent / 100,
        small_faces,
    )


def leaning() -> bool:
    """Whether a "?" says which class is likelier."""
    return bool(st.session_state.get(_LEANING))


def hiding() -> Way | None:
    """Draw the choice of what is done with faces in pictures that a page gives out; None: boxes."""
    with st.sidebar:
        chosen = select(
            "Make faces unrecognisable",
            ("no", *WAYS),
            "anonymise",
            str.capitalize,
            help="In the picture that is shown, and in the files of pictures and films, every face "
            "is hidden in place of boxed, doubtful finds too, and metadata such as the place are "
            f"left out. {MEASURED}",
        )
    return next((way for way in WAYS if way == chosen), None)


def detector_notice() -> None:
    """Say so on the page where the default detector's place is taken by another."""
    _warn(detectors.working()[1])


def _warn(sentence: str) -> None:
    if sentence:
        st.warning(plain(sentence), icon=":material/build:")


def choose_model(manifest: Manifest, hint: str | None = None) -> str:
    """Draw the choice of a model, which all pages share, and return its name."""
    names = list(manifest.models)
    return select(
        "Model",
        names,
        "model",
        lambda name: manifest.models[name].title.partition(":")[0],
        index=names.index(manifest.default),
        help=hint,
    )
