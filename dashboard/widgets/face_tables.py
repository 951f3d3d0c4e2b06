"""Tables of verdicts: of the faces of photos, and of faces that are followed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.app import settings
from dashboard.widgets import output
from facespace.faces.wording import in_words, likelier, percent, verdict_text
from facespace.io import tables
from facespace.types import Reading, Verdict
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


def of_readings(readings: Sequence[Reading], chosen: Callable[[int], None] | None = None) -> None:
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


def of_tracks(
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
