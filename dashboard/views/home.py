"""The parts of the Home page: the example, read on load; what was measured; where to go."""

from __future__ import annotations

import math
from functools import lru_cache

import streamlit as st

from dashboard.app.navigation import link
from dashboard.app.session import Remembered
from dashboard.widgets import face_cards, output, results, thumbnails
from dashboard.widgets.example import CREDIT, EXAMPLES
from dashboard.widgets.picture_input import example_pictures, hand_over, uploads
from dashboard.widgets.read_pictures import read_all
from facespace.artifacts.report import ModelReport
from facespace.faces import detectors
from facespace.faces.analyze import Settings
from facespace.metrics.intervals import Interval

#: What a visitor can do, and where.
DO = {
    "photo": "Read your own photos",
    "folder": "Read hundreds into one table",
    "video": "Follow every face through a film",
    "webcam": "Look into the camera, live",
    "review": "Decide what it leaves open",
}

#: What a doubter can look at, and where.
BEHIND = {
    "data": "What it learned from",
    "eigenfaces": "What it sees in a face",
    "fairness": "Whom it serves worse",
    "detectors": "What finds the faces",
    "own_photos": "How right it is on photos like yours",
}


#: The example that is shown, by its number.
_SHOWN = Remembered[int]("example shown")


def yours() -> None:
    """A field for the visitor's own pictures, and the button that has them read."""
    pictures = uploads("home")
    if st.button(
        "Find the faces",
        type="primary",
        icon=":material/play_arrow:",
        disabled=not pictures,
        width="stretch",
    ):
        hand_over(pictures, "home", "uploads")
        st.switch_page("pages/photo.py")


def alive() -> None:
    """The examples; the one that is chosen is read while the page is drawn."""
    pictures = example_pictures()
    chosen = _SHOWN.get()
    shown = len(pictures) - 1 if chosen is None else chosen  # at first all that can happen
    thumbnails.thumbnails(_thumbs(), shown, _SHOWN.put, "example")
    [(picture, reading)] = read_all([pictures[shown]], Settings())
    results.problems([reading])
    if reading.error is None:
        results.annotated(picture, reading)
    face_cards.cards(dict(enumerate(reading.faces, 1)))
    if reading.faces:
        crop = reading.faces[0].crop
        pixels = "grey pixels" if crop.ndim == 2 else "pixels in colour"
        st.caption(
            f"Analysed live. These {len(crop)} by {len(crop)} {pixels} of a face are all that the "
            f"model sees. {CREDIT}"
        )


@lru_cache(maxsize=1)
def _thumbs() -> list[tuple[str, str, str]]:
    """The thumbnails of the examples, made once for all visits."""
    return [
        (thumbnails.address(picture.rgb()), picture.name, EXAMPLES[picture.name])
        for picture in example_pictures()
    ]


#: What kind of test it is, in a sentence.
_KINDS = {
    "same data set": "of the data set it was trained on",
    "other data set": "of another data set than in training",
}


def _right(risk: Interval) -> str:
    """The interval of those right."""
    return "" if math.isnan(risk.low) else f"Right: {1 - risk.high:.1%} to {1 - risk.low:.1%}."


def measured(report: ModelReport) -> None:
    """How many photos of each test set are answered, and how many of the answers are right."""
    with output.cards(len(report.tests), "tests"):
        for name, test in report.tests.items():
            whole = report.end_to_end[name][detectors.DEFAULT]
            risk, coverage = whole.metrics["risk"], whole.metrics["coverage"]
            with st.container(border=True, gap="xsmall", height="stretch"):
                st.metric(
                    f"Right of those answered, {test.title}",
                    "–" if math.isnan(risk.value) else f"{1 - risk.value:.1%} right",
                    label_visibility="collapsed",
                )
                st.markdown(f"of the {coverage.value:.0%} answered on **{test.title}**")
                st.caption(
                    f"{whole.photos:,} photos, {_KINDS.get(test.kind, test.kind)}. "
                    f"{_right(risk)} "
                    f"“?” for {whole.metrics['unsure'].value:.1%}, no face found in "
                    f"{whole.metrics['missed'].value:.1%}."
                )
    st.caption(
        "Photo in, verdict out, as the app is set. “Right” means as people labelled the photos."
    )
    link("evaluation", "All figures, at any threshold")
