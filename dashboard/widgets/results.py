"""How readings are shown and downloaded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.app import settings
from dashboard.app.markdown import plain, said_of
from dashboard.widgets import boxes, face_actions, face_cards, hidden_faces, output, same
from dashboard.widgets.picture_input import Picture
from facespace import gate
from facespace.faces import annotate
from facespace.faces.analyze import Settings
from facespace.faces.anonymise import Way
from facespace.faces.wording import count, in_words, likelier, percent, verdict_text, verdicts
from facespace.io import encode, tables
from facespace.io.names import written
from facespace.types import RGB, Face, Reading, Verdict
from facespace.video.tracker import Tracked

#: A column of tables: a model's probability of female.
FEMALE = st.column_config.ProgressColumn(
    "Predicted female", format="percent", min_value=0, max_value=1
)
#: Columns of ``verdict_columns``.
VERDICT = {
    "Verdict": st.column_config.TextColumn(width=100),
    "Confidence": st.column_config.ProgressColumn(
        help="The chance that the verdict is right: 1 minus the chance of being wrong.",
        format="%d%%",
        min_value=0,
        max_value=100,
        width=110,
    ),
    "Why “?”": st.column_config.TextColumn(width=250),
}


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


def verdict_columns(rows: Iterable[tuple[Verdict, float]]) -> dict[str, list[Any]]:
    """The columns of a table that say what the verdict on each face is, and why it is "?".

    Args:
        rows: verdict and probability of female, 0 to 1, of each face.

    Returns:
        ``Verdict``, ``Confidence`` (in whole per cents; None for "?"), ``Why “?”``; where a user
        wants to see which way "?" leans, its confidence as well, and ``Leaning``.
    """
    told, seen = settings.leaning(), list(rows)
    columns: dict[str, list[Any]] = {
        "Verdict": [v.label if v.label != "?" else verdict_text(v) for v, _ in seen],
        "Confidence": [percent(v.confidence) if told or v.label != "?" else None for v, _ in seen],
        "Why “?”": [in_words(v.reasons) for v, _ in seen],
    }
    if told:
        columns["Leaning"] = [likelier(female) if v.label == "?" else "" for v, female in seen]
    return columns


def table(readings: Sequence[Reading], chosen: Callable[[int], None] | None = None) -> None:
    """One row a face, with the reasons in words; files that could not be read have a row too.

    Where ``chosen`` is given, a click on a row calls it with the number of its reading, from 0.
    """
    numbers = [i for i, reading in enumerate(readings) for _ in reading.faces or (None,)]
    rows = tables.rows(readings)
    faces = [face for reading in readings for face in reading.faces or (None,)]
    judged = verdict_columns((f.verdict, f.score.probability_female) for f in faces if f)
    there = [i for i, face in enumerate(faces) if face]
    frame = pd.DataFrame([{"Picture": row["source"], "Face": row["face"]} for row in rows])
    for name, values in judged.items():
        frame[name] = pd.Series(values, there, dtype=object)
    if any(reading.error for reading in readings):
        frame["Problem"] = [row["error"] or "" for row in rows]
    frame["Confidence"] = frame["Confidence"].astype(float)
    whole = st.column_config.NumberColumn(format="%d", width=50)
    columns: dict[str, Any] = {"Face": whole} | VERDICT
    words = "All faces with verdict, confidence and reasons"
    more: dict[str, Any] = {}
    if chosen is not None:

        def selected() -> None:
            for row in st.session_state["rows"].selection.rows:
                chosen(numbers[row])

        more = {"key": "rows", "on_select": selected, "selection_mode": "single-row"}
    output.table(frame, words, columns, "auto", **more)
    if there:
        with st.expander("Details", icon=":material/straighten:"):
            _details(rows)


def _details(rows: Sequence[Mapping[str, Any]]) -> None:
    """The technical figures of each face."""
    names = {
        "source": "Picture",
        "face": "Face",
        "width": "Width, px",
        "height": "Height, px",
        "score": "Detection score",
        "distance": "Distance from face space",
    }
    frame = pd.DataFrame([{t: row[name] for name, t in names.items()} for row in rows])
    pixels, decimals = (st.column_config.NumberColumn(format=f) for f in ("%.0f", "%.2f"))
    output.table(
        frame,
        "All faces with size, detection score and distance from face space",
        {
            "Face": st.column_config.NumberColumn(format="%d"),
            **dict.fromkeys(("Width, px", "Height, px"), pixels),
            **dict.fromkeys(("Detection score", "Distance from face space"), decimals),
        },
        "auto",
    )


def tracks_table(
    tracks: Sequence[Tracked],
    words: str,
    more: Mapping[str, Sequence[float]] | None = None,
    columns: Mapping[str, Any] | None = None,
) -> None:
    """One row a face that is followed, with its verdict and the reasons.

    Args:
        tracks: the faces.
        words: what the table shows.
        more: other columns, a value a face; ``columns`` say how they are shown.
    """
    frame = pd.DataFrame(
        {
            "Face": [track.number for track in tracks],
            **verdict_columns((track.verdict, track.probability_female) for track in tracks),
            **(more or {}),
        }
    )
    output.table(frame, words, {**VERDICT, **(columns or {})}, "auto")


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
