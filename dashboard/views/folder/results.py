"""What came of a folder: a sentence, charts, the table of all faces, and the files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.app import address, consent
from dashboard.app.markdown import plain
from dashboard.app.page_artifacts import sentences
from dashboard.app.settings import leaning
from dashboard.views.folder.job import FolderJob, go_on
from dashboard.widgets import face_tables, hidden_faces, output, results, review_queue, same
from dashboard.widgets.picture_input import Picture
from dashboard.widgets.read_pictures import read_all
from facespace.batch import output_pictures, writers
from facespace.batch.journal import QUEUED, THUMBS, Entry
from facespace.charts import folder as charts
from facespace.faces.anonymise import Way
from facespace.faces.wording import WORDS, count, verdicts
from facespace.io.names import written
from facespace.types import Face, Verdict

#: Rows of the table sent to the page, each with a thumbnail of some kilobytes.
SHOWN = 400

#: Photos that could not be read, named at once.
NAMED = 10

#: What a row of the table may be, in the words of the filter.
NO_FACE, NOT_READ = "no face", "not read"
KINDS = ("female", "male", "?", NO_FACE, NOT_READ)


def show(job: FolderJob, way: Way | None = None) -> None:
    """All that was read: in a sentence, in files, in charts, in a table; ``way`` hides faces."""
    table = rows(job.entries)
    failures = [entry for entry in job.entries if entry["error"]]
    words = f"**{plain(job.name)}**: {summary(job.entries)}"
    if len(failures) == len(job.entries):
        st.warning(words, icon=":material/warning:")
    else:
        st.success(words, icon=":material/check_circle:")
    if failures:
        named = "\n".join(
            f"- {plain(entry['source'])}: {plain(entry['error'])}" for entry in failures[:NAMED]
        )
        more = f"\n- and {len(failures) - NAMED:,} more" if len(failures) > NAMED else ""
        title = f"{count(len(failures), 'photo')} could not be read"
        with st.expander(title, icon=":material/warning:"):
            st.markdown(named + more)
    _review(job)
    downloads(job, way)
    if table["sure"].notna().any():
        st.subheader("At a glance")
        _charts(table)
    st.subheader("Each face")
    _table(job, table, way)


def _review(job: FolderJob) -> None:
    """Say where the faces marked "?" went, or how they would be kept."""
    marked = {True: 0, False: 0}
    for entry in job.entries:
        marked[QUEUED in entry] += sum(face["label"] == "?" for face in entry["faces"])
    if marked[True]:
        review_queue.link(marked[True], "marked “?”")
    if marked[False] and not consent.given():
        review_queue.offer(marked[False])
    elif marked[False]:
        st.button(
            f"Keep {count(marked[False], 'face')} marked “?” for review",
            icon=":material/rate_review:",
            on_click=go_on,
            args=(job,),
            key="keep",
        )


def summary(entries: Sequence[Entry]) -> str:
    """All entries in a sentence."""
    labels = Counter(face["label"] for entry in entries for face in entry["faces"])
    photos = count(sum(entry["error"] is None for entry in entries), "photo")
    if not any(entry["error"] is None for entry in entries):
        return f"none of {count(len(entries), 'photo')} could be read."
    if not labels:
        return f"{photos} read, no face found."
    empty = sum(not entry["faces"] and entry["error"] is None for entry in entries)
    without = f" No face was found in {count(empty, 'photo')}." if empty else ""
    faces = count(labels.total(), "face")
    return f"{photos} read, {faces}: {verdicts(labels)}.{without}"


def _charts(table: pd.DataFrame) -> None:
    by = {label: table[table["kind"] == label] for label in WORDS}
    counts = {label: len(faces) for label, faces in by.items()}
    sure, sizes = (
        {label: faces[column].tolist() for label, faces in by.items()}
        for column in ("sure", "size")
    )
    spoken = ", ".join(f"{n:,} {label}" for label, n in counts.items())
    certain, middle = table["sure"].median(), table["size"].median()
    drawn = (
        (charts.verdicts(counts), f"Faces by verdict: {spoken}"),
        (
            charts.confidence(sure),
            f"How sure the verdicts are; half of the faces above {certain:.0%}",
        ),
        (
            charts.sizes(sizes),
            f"How large the faces are; half of them above {middle:.0f} pixels",
        ),
    )
    for column, (figure, words) in zip(st.columns(3), drawn, strict=True):
        with column:
            output.draw(figure, words)


def rows(entries: Sequence[Entry]) -> pd.DataFrame:
    """A row a face, and a row for each photo without one, with what ``KINDS`` calls it.

    ``entry`` is the number of the photo's entry, from 0.
    """
    table: list[dict[str, Any]] = []
    for number, entry in enumerate(entries):
        source = {"entry": number, "source": written(entry["source"])}
        if not entry["faces"]:
            kind = NOT_READ if entry["error"] else NO_FACE
            table.append(source | {"kind": kind, "why": entry["error"] or ""})
        for face, thumb in zip_longest(entry["faces"], entry.get(THUMBS, ())):
            table.append(
                source
                | {
                    "thumb": thumb,
                    "kind": face["label"],
                    "judged": (Verdict.from_dict(face), face["probability_female"]),
                    "sure": 1 - face["chance_wrong"],
                    "size": min(face["box"][2:]),
                }
            )
    columns = ["thumb", "kind", "judged", "sure", "size", "source", "why", "entry"]
    return pd.DataFrame(table, columns=columns)


def _table(job: FolderJob, table: pd.DataFrame, way: Way | None) -> None:
    left, right = st.columns([2, 1], vertical_alignment="bottom")
    with left:
        address.known("Show", "show", KINDS)
    kinds = left.pills(
        "Show", KINDS, selection_mode="multi", default=KINDS, key="show", bind="query-params"
    )
    words = right.text_input("Name contains", key="words", bind="query-params").strip().casefold()
    named = table["source"].map(lambda source: words in source.casefold())
    chosen = table[table["kind"].isin(kinds) & named]
    if chosen.empty:
        present = set(table["kind"])
        st.info(
            f"Nothing is left of {count(len(table), 'row')}. There are rows of: "
            f"{', '.join(kind for kind in KINDS if kind in present)}.",
            icon=":material/filter_alt_off:",
        )
        return
    shown = chosen.head(SHOWN)
    pictures = shown["thumb"].map("data:image/jpeg;base64,{}".format, na_action="ignore")
    frame = pd.DataFrame({"Face": pictures, "Photo": shown["source"], "Verdict": shown["kind"]})
    faces = shown["judged"].dropna()
    for name, values in face_tables.verdict_columns(faces).items():
        frame.loc[faces.index, name] = pd.Series(values, faces.index, dtype=object)
    frame["Confidence"] = frame["Confidence"].astype(float)
    frame["Size, px"] = shown["size"]
    if shown["why"].notna().any():
        frame["Problem"] = shown["why"]
    event = output.table(
        frame,
        "Faces with thumbnail, verdict, confidence, size, photo and reasons",
        {
            "Face": st.column_config.ImageColumn(width="small", pinned=True),
            **face_tables.VERDICT,
            "Size, px": st.column_config.NumberColumn(format="%.0f"),
        },
        "auto",
        row_height=56,
        key="rows",
        on_select="rerun",
        selection_mode="single-row",
    )
    if len(chosen) > SHOWN:
        st.caption(f"The first {SHOWN} of {len(chosen):,} rows; the downloads have them all.")
    rows = [row for row in event.selection.rows if row < len(shown)]
    if rows:
        _photo(job, int(shown["entry"].iloc[rows[0]]), way)
    else:
        st.caption("A click on a row shows its photo; each face there can be put right.")


def _photo(job: FolderJob, number: int, way: Way | None) -> None:
    """A photo of the table with its faces boxed, or hidden, read once more."""
    photo = job.photos[number]
    with sentences():
        picture = Picture(photo.name, photo.content(), (id(job), number))
    [(_, reading)] = read_all([picture], job.settings)
    results.problems([reading])
    if reading.error is None:
        with st.container(width=760):
            results.show(picture, reading, job.settings, "folder", way)


def downloads(job: FolderJob, way: Way | None = None) -> None:
    """Buttons for the tables, the pictures and the contact sheet; no picture shows hidden faces."""
    stem = Path(job.name).stem or "faces"
    good = [
        (photo, [Face.from_dict(face) for face in entry["faces"]])
        for photo, entry in zip(job.photos, job.entries, strict=False)
        if not entry["error"]
    ]
    files: list[tuple[str, output.Content, str]] = [
        (label, partial(writers.to_bytes, end, job.entries), f"{stem}{end}")
        for label, end in (
            ("CSV", ".csv"),
            ("JSON Lines", ".jsonl"),
            ("Parquet", ".parquet"),
            *(() if way else (("Contact sheet", ".html"),)),
        )
    ]
    if good and way:
        anonymous = partial(
            output_pictures.packed, good, partial(output_pictures.anonymous, way=way)
        )
        files.append(("Anonymous", anonymous, f"{stem}-anonymous.zip"))
    elif good:
        annotated = partial(
            output_pictures.packed,
            good,
            partial(output_pictures.annotated, leaning=leaning()),
        )
        files.append(("Annotated", annotated, f"{stem}-annotated.zip"))
    if any(faces for _, faces in good) and not way:
        crops = partial(output_pictures.packed, good, output_pictures.crops)
        files.append(("Crops", crops, f"{stem}-crops.zip"))
    output.downloads(files)
    same.same("folder", [job.name], job.settings, way=way)
    if way:
        hidden_faces.notice("pictures", " Contact sheet and crops show faces, and are left out.")
        return
    st.caption(
        "Crops come sorted into female/, male/ and unsure/: sort the last by hand, correct the "
        "others, and they are labelled photos that training reads."
    )
