"""How readings are shown and downloaded."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pandas as pd
import streamlit as st

from dashboard.widgets import output
from dashboard.widgets.picture_input import Picture, plain
from facespace import gate
from facespace.faces import annotate
from facespace.io import encode, tables
from facespace.types import REASONS, RGB, Face, Reading
from facespace.video.tracker import Tracked

#: Columns of tables: the probability of female, and that of the likelier class.
FEMALE = st.column_config.ProgressColumn(
    "Predicted female", format="percent", min_value=0, max_value=1
)
SURE = st.column_config.ProgressColumn("How sure", format="percent", min_value=0.5, max_value=1)

#: Longer side in pixels of pictures sent to the page; downloads have them in full.
SHOWN_SIDE = 1400

#: Crops drawn at once; a crowd's remaining faces are in the table.
SHOWN_CROPS = 48


def summary(readings: Sequence[Reading]) -> str:
    """All readings in a sentence: ``2 pictures, 5 faces: 3 female, 1 male, 1 “?”.``"""
    verdicts: Counter[str] = Counter(
        face.verdict.label for reading in readings for face in reading.faces
    )
    pictures = count(sum(r.error is None for r in readings), "picture")
    if not verdicts:
        return f"{pictures}, no face found."
    parts = [f"{verdicts[label]} {word}" for label, word in WORDS.items() if verdicts[label]]
    return f"{pictures}, {count(verdicts.total(), 'face')}: {', '.join(parts)}."


def show(picture: Picture, reading: Reading) -> None:
    """The annotated picture of one reading, and the crops that the model saw."""
    annotated(picture, reading)
    if reading.faces:
        st.header("What the model saw")
        crops(reading.faces)


def annotated(picture: Picture, reading: Reading) -> None:
    """The picture of one reading with a box around every face, or a hint where there is none."""
    spoken = f"{reading.source}: {summary([reading])}"
    _hoverable(marked(picture, reading.faces), reading, spoken)
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


def _hoverable(rgb: RGB, reading: Reading, spoken: str) -> None:
    """An annotated picture whose faces tell verdict and reasons on hover and on keyboard focus."""
    spots = []
    for number, face in enumerate(reading.faces, 1):
        box, why = face.detection.box, in_words(face.verdict.reasons)
        words = html.escape(f"{number}: {annotate.certainty_text(face)}{why and f' ({why})'}")
        left, width = (100 * v / (reading.width or 1) for v in (box.x, box.width))
        top, height = (100 * v / (reading.height or 1) for v in (box.y, box.height))
        place = f"left:{left:.2f}%;top:{top:.2f}%;width:{width:.2f}%;height:{height:.2f}%"
        # A crowd would be as many stops of the tabulator: the table has the rest.
        reached = 'tabindex="0" ' if number <= SHOWN_CROPS else ""
        spots.append(
            f'<span role="img" {reached}aria-label="{words}" title="{words}" '
            f'style="position:absolute;{place}"></span>'
        )
    st.html(
        '<div style="position:relative;overflow:hidden">'
        f'<img alt="{html.escape(spoken)}" style="width:100%;display:block" '
        f'src="{encode.to_address(rgb)}">{"".join(spots)}</div>'
    )


def crops(faces: Sequence[Face], rest: str = "the table has them all") -> None:
    """The crops as the model got them, with number and verdict; ``rest`` is said of the others."""
    shown = faces[:SHOWN_CROPS]
    captions = [f"{i} · {annotate.certainty_text(face)}" for i, face in enumerate(shown, 1)]
    st.image(
        [enlarged(face.crop) for face in shown],
        caption=captions,
        width=112,
        alt=[f"Crop {caption}" for caption in captions],
    )
    if len(faces) > len(shown):
        st.caption(f"The first {len(shown)} of {len(faces)} faces; {rest}.")


def enlarged(crop: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """A crop, uint8 (side, side), four times as large, so that browsers need not blur it."""
    return np.asarray(cv2.resize(crop, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC))


def table(readings: Sequence[Reading]) -> None:
    """One row a face, with the reasons in words; files that could not be read have a row too."""
    rows = tables.rows(readings)
    frame = pd.DataFrame(
        [row | {"reasons": in_words((row["reasons"] or "").split())} for row in rows]
    )
    output.table(
        frame.drop(columns=["x", "y"] + (["error"] if frame["error"].isna().all() else [])),
        "All faces with verdict, probability, size and reasons",
        {
            "source": "Picture",
            "face": st.column_config.NumberColumn("Face", format="%d"),
            "label": "Verdict",
            "probability_female": FEMALE,
            "reasons": "Why “?”",
            "width": st.column_config.NumberColumn("Width, px", format="%.0f"),
            "height": st.column_config.NumberColumn("Height, px", format="%.0f"),
            "score": st.column_config.NumberColumn("Detection score", format="%.2f"),
            "distance": st.column_config.NumberColumn("Distance from face space", format="%.2f"),
            "error": "Problem",
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
            "Verdict": [track.verdict.label for track in tracks],
            "How sure": [track.certainty for track in tracks],
            "Why “?”": [in_words(track.verdict.reasons) for track in tracks],
            **(more or {}),
        }
    )
    output.table(frame, words, {"How sure": SURE, **(columns or {})}, "auto")


def downloads(results: Sequence[tuple[Picture, Reading]], stem: str = "facespace") -> None:
    """Buttons for the annotated pictures (PNG, or a ZIP of them), CSV and JSON.

    ``stem`` begins the names of files; where a page has buttons twice, it tells them apart.
    """
    readings = [reading for _, reading in results]
    good = [(picture, reading) for picture, reading in results if reading.error is None]
    files: list[tuple[str, output.Content, str]] = []
    if len(good) == 1:
        files = [("Annotated PNG", partial(_annotated, *good[0]), _png_name(good[0][0].name))]
    elif good:
        files = [("Annotated PNGs (ZIP)", partial(_all_annotated, good), f"{stem}.zip")]
    files.append(("CSV", tables.to_csv(readings), f"{stem}.csv"))
    files.append(("JSON", tables.to_json(readings), f"{stem}.json"))
    output.downloads(files)


def problems(readings: Sequence[Reading]) -> None:
    """A sentence for each picture that could not be read, or not wholly; the others are shown."""
    for reading in readings:
        if reading.error:
            st.warning(f"**{plain(reading.source)}**: {reading.error}", icon=":material/warning:")
        if reading.note:
            st.info(f"**{plain(reading.source)}**: {reading.note}", icon=":material/groups:")


#: A verdict in a sentence.
WORDS = {"female": "female", "male": "male", "?": "“?”"}


def count(number: int, word: str) -> str:
    """A number of things in words: ``1 face``, ``2 faces``."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def in_words(reasons: Iterable[str]) -> str:
    """Reasons for “?” as people read them, parted by semicolons."""
    return "; ".join(REASONS[reason] for reason in reasons)


def _png_name(name: str) -> str:
    return f"{name.rsplit('.', 1)[0]}-faces.png"


def _annotated(picture: Picture, reading: Reading) -> bytes:
    with gate.enter():
        return encode.to_png(annotate.draw(picture.rgb(), reading.faces))


def _all_annotated(results: Sequence[tuple[Picture, Reading]]) -> bytes:
    return encode.to_zip([(_png_name(p.name), _annotated(p, r)) for p, r in results])


def marked(picture: Picture, faces: Sequence[Face]) -> RGB:
    """A picture with its faces marked, as large as a page shows it."""
    with gate.enter():
        whole = picture.rgb()
        rgb = fitted(whole)
        return annotate.draw(rgb, faces, scale=rgb.shape[1] / whole.shape[1])


def fitted(rgb: RGB, longest: int = SHOWN_SIDE) -> RGB:
    """A picture, uint8 (H, W, 3), shrunk so that no side has more than ``longest`` pixels."""
    scale = longest / max(rgb.shape[:2])
    if scale >= 1:
        return rgb
    height, width = (max(1, round(side * scale)) for side in rgb.shape[:2])
    return np.asarray(cv2.resize(rgb, (width, height), interpolation=cv2.INTER_AREA))
