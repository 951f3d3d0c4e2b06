"""The parts of the Home page: the example, read on load; what was measured; where to go."""

from __future__ import annotations

import math
from collections.abc import Mapping

import streamlit as st

from dashboard.widgets import output, results
from dashboard.widgets.example import CREDIT
from dashboard.widgets.picture_input import example_picture
from dashboard.widgets.read_pictures import read_all
from facespace.artifacts.report import Tested
from facespace.faces.analyze import Settings
from facespace.metrics.intervals import Interval
from facespace.types import Reading

#: What a visitor can do, and where.
DO = {
    "photo": ("Read your own photos", "photo_camera"),
    "folder": ("Read hundreds into one table", "folder_open"),
    "video": ("Follow every face through a film", "movie"),
    "webcam": ("Look into the camera, live", "videocam"),
    "review": ("Decide what it leaves open", "rate_review"),
}

#: What a doubter can look at, and where.
BEHIND = {
    "data": ("What it learned from", "dataset"),
    "eigenfaces": ("What it sees in a face", "grid_view"),
    "fairness": ("Whom it serves worse", "balance"),
    "detectors": ("What finds the faces", "frame_inspect"),
    "own_photos": ("How right it is on photos like yours", "quiz"),
}


def alive() -> Reading:
    """The example, read while the page is drawn; draws it and returns what was read."""
    [(picture, reading)] = read_all([example_picture()], Settings())
    results.problems([reading])
    if reading.error is None:
        results.annotated(picture, reading)
    st.caption(CREDIT)
    return reading


def verdict(reading: Reading) -> None:
    """What the model saw of each face, and what it says."""
    if not reading.faces:
        return
    side = reading.faces[0].crop.shape[0]
    with st.container(horizontal=True, vertical_alignment="center"):
        results.crops(reading.faces)
        with st.container(width=200):
            st.markdown(
                f"**Read just now.** These {side} by {side} grey pixels are all that the model "
                "gets to see."
            )


#: What kind of test it is, in a sentence.
_KINDS = {
    "same data set": "of the data set it was trained on",
    "other data set": "of another data set than in training",
}


def _at_least(risk: Interval, answered: float) -> str:
    """The interval of those right; by the rule of three where nobody was read wrongly."""
    if math.isnan(risk.low):
        return ""
    if risk.low == risk.high:
        return f"Right: at least {max(0.0, 1 - 3 / max(1.0, answered)):.1%}."
    return f"Right: {1 - risk.high:.1%} to {1 - risk.low:.1%}."


def measured(tests: Mapping[str, Tested]) -> None:
    """How many faces of each test set are answered, and how many of the answers are right."""
    with output.cards(len(tests), "tests"):
        for test in tests.values():
            risk, coverage, area = (test.metrics[name] for name in ("risk", "coverage", "auc"))
            with st.container(border=True, gap="xsmall", height="stretch"):
                st.metric(
                    f"Right of those answered, {test.title}",
                    "–" if math.isnan(risk.value) else f"{1 - risk.value:.1%} right",
                    label_visibility="collapsed",
                )
                st.markdown(f"of the {coverage.value:.0%} answered on **{test.title}**")
                st.caption(
                    f"{test.photos:,} photos, {_KINDS.get(test.kind, test.kind)}. "
                    f"{_at_least(risk, test.photos * coverage.value)} AUC "
                    f"{area.value:.3f} ({area.low:.3f} to {area.high:.3f})"
                )
    st.caption(
        "“Right” means as people labelled the photos. Faces without an answer are marked “?”."
    )
    st.page_link(
        "pages/evaluation.py", label="All figures, at any threshold", icon=":material/analytics:"
    )


def links(pages: Mapping[str, tuple[str, str]]) -> None:
    """A link to each page, with what it is good for."""
    for page, (label, icon) in pages.items():
        st.page_link(f"pages/{page}.py", label=label, icon=f":material/{icon}:")
