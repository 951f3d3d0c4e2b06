"""How readings are shown and downloaded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial

import streamlit as st

from dashboard.app import settings
from dashboard.app.markdown import plain, said_of
from dashboard.widgets import boxes, face_actions, face_cards, hidden_faces, output, same
from dashboard.widgets.picture_input import Picture
from facespace import gate
from facespace.faces import annotate
from facespace.faces.analyze import Settings
from facespace.faces.anonymise import Way
from facespace.faces.wording import count, verdicts
from facespace.io import encode, tables
from facespace.io.names import written
from facespace.types import RGB, Face, Reading


def summary(readings: Sequence[Reading]) -> str:
    """All readings in a sentence: ``2 pictures, 5 faces: 3 female, 1 male, 1 “?”.``"""
    labels: Counter[str] = Counter(face.verdict.label for r in readings for face in r.faces)
    pictures = count(sum(r.error is None for r in readings), "picture")
    if not labels:
        return f"{pictures}, no face found."
    return f"{pictures}, {count(labels.total(), 'face')}: {verdicts(labels)}."


def brief(reading: Reading) -> str:
    """What was found in one picture, in a few words: ``2 female, 1 “?”``."""
    labels: Counter[str] = Counter(face.verdict.label for face in reading.faces)
    return verdicts(labels) or "no face"


def show(
    picture: Picture, reading: Reading, used: Settings, place: str, way: Way | None = None
) -> None:
    """The picture of one reading, annotated or with hidden faces, and a card for each face.

    Args:
        picture: what was read.
        reading: what came of it.
        used: by which settings.
        place: the page, as the review queue names it.
        way: how faces are made unrecognisable in the picture; they are boxed where None.
    """
    if way:
        hidden_faces.show(picture, reading, used, way)
    else:
        annotated(picture, reading)
    if reading.faces:
        st.header("Each face")
        face_cards.cards(
            dict(enumerate(reading.faces, 1)),
            lambda number, face: face_actions.actions(picture, reading, used, number, face, place),
        )


def annotated(picture: Picture, reading: Reading) -> None:
    """The picture of one reading with a box around every face, or a hint where there is none."""
    with gate.enter():
        rgb = picture.shown()
    size = reading.width or 1, reading.height or 1
    spoken = f"{written(reading.source)}: {summary([reading])}"
    boxes.show(rgb, size, reading.faces, spoken, settings.leaning())
    st.caption(
        f"{plain(reading.source)} · {reading.width} × {reading.height} pixels · "
        f"{reading.milliseconds:.0f} ms from picture to verdict"
    )
    if not reading.faces:
        st.info(
            "No face was found. Try a lower detection threshold, or a picture in which the face "
            "is larger.",
            icon=":material/search_off:",
        )


def downloads(
    results: Sequence[tuple[Picture, Reading]], used: Settings, way: Way | None = None
) -> None:
    """Buttons for the pictures (PNG, or a ZIP of them), CSV and JSON, named after them.

    Below them is how the same is done without a page, with the settings that were used. The
    pictures are annotated, or their faces hidden as ``way`` says.
    """
    readings = [reading for _, reading in results]
    stem = _stem([picture.name for picture, _ in results])
    good = [(picture, reading) for picture, reading in results if reading.error is None]
    files: list[tuple[str, output.Content, str]] = []
    kind, ending = ("Anonymous", "-anonymous") if way else ("Annotated", "")

    def made(picture: Picture, reading: Reading) -> bytes:
        if way:
            return encode.to_png(hidden_faces.hidden(picture, reading, way))
        return _annotated(picture, reading)

    def packed() -> bytes:
        return encode.to_zip([(f"{_stem([p.name])}{ending}.png", made(p, r)) for p, r in good])

    if len(good) == 1:
        name = f"{_stem([good[0][0].name])}{ending}.png"
        files = [(f"{kind} PNG", partial(made, *good[0]), name)]
    elif good:
        files = [(f"{kind} PNGs (ZIP)", packed, f"{stem}{ending}.zip")]
    files.append(("CSV", tables.to_csv(readings), f"{stem}.csv"))
    files.append(("JSON", tables.to_json(readings), f"{stem}.json"))
    output.downloads(files)
    same.same("photo", [picture.name for picture, _ in results], used, way=way)


def problems(readings: Sequence[Reading]) -> None:
    """A sentence for each picture that could not be read, or not wholly; the others are shown."""
    for reading in readings:
        if reading.error:
            st.warning(said_of(reading.source, reading.error), icon=":material/warning:")
        if reading.note:
            st.info(said_of(reading.source, reading.note), icon=":material/groups:")


def _stem(names: Sequence[str]) -> str:
    """How files are called that hold what came of these: ``holiday-faces``."""
    first = names[0].rsplit(".", 1)[0]
    return f"{first}-faces" if len(names) == 1 else f"{first}-and-{len(names) - 1}-more-faces"


def _annotated(picture: Picture, reading: Reading) -> bytes:
    with gate.enter():
        return encode.to_png(
            annotate.draw(picture.rgb(), reading.faces, leaning=settings.leaning())
        )


def marked(picture: Picture, width: int, faces: Sequence[Face]) -> RGB:
    """A picture of this width with its faces marked, as large as a page shows it."""
    with gate.enter():
        rgb = picture.shown()
        return annotate.draw(rgb, faces, scale=rgb.shape[1] / width, leaning=settings.leaning())
