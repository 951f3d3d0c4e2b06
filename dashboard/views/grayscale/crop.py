"""All that the model sees: the face that is found, and its numbers."""

from __future__ import annotations

from pathlib import PurePath

import streamlit as st

from dashboard.app.settings import detector_notice
from dashboard.views.grayscale.numbers import lens
from dashboard.views.grayscale.subject import Subject, crisp, download_png
from dashboard.widgets import output, results
from dashboard.widgets.read_pictures import read_all
from facespace.explain import grayscale as grey
from facespace.faces import annotate
from facespace.faces.analyze import Settings
from facespace.types import Face


def crop(subject: Subject) -> None:
    """The face that is found, and the numbers that the model gets of it."""
    st.header("All that the model sees")
    st.write(
        "The face is found, turned upright, cut to a small square, made grey and equalised. The "
        "numbers of that square are all that the model judges by."
    )
    detector_notice()
    read = read_all([subject.picture], Settings())
    if not read:
        return
    ((_, reading),) = read
    if reading.error:
        results.problems([reading])
        return
    if not reading.faces:
        st.info(
            "No face was found in this picture, so the model gets nothing. The other lessons "
            "work on any picture.",
            icon=":material/search_off:",
        )
        return
    number = 1
    if len(reading.faces) > 1:
        number = st.selectbox("Face", range(1, len(reading.faces) + 1), key="face")
    face = reading.faces[number - 1]
    _steps(subject, reading.faces, face)
    side = face.crop.shape[0]
    st.subheader(f"Its {face.crop.size:,} numbers")
    lens("crop_lens", face.crop, face.crop, (round(0.3 * side), round(0.33 * side)))
    with st.container(horizontal=True):
        stem = f"{PurePath(subject.picture.name).stem}-face-{number}"
        output.download("Crop CSV", grey.to_csv(face.crop), f"{stem}.csv")
        download_png(subject, face.crop, "Crop PNG", f"face-{number}")


def _steps(subject: Subject, faces: tuple[Face, ...], face: Face) -> None:
    whole, close = st.columns([2, 1])
    side = face.crop.shape[0]
    marked = results.marked(subject.picture, faces)
    whole.image(
        marked, "The faces that were found", width="stretch", alt=results.count(len(faces), "face")
    )
    close.image(
        crisp(face.crop),
        f"{side} × {side} pixels, upright and equalised",
        width="stretch",
        alt="The crop as the model gets it",
    )
    close.metric("The model’s verdict", annotate.certainty_text(face))
