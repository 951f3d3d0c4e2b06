"""What came of a folder: a sentence, charts, the table of all faces, and the files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.app import consent
from dashboard.views.folder.job import FolderJob
from dashboard.views.folder.run import go_on
from dashboard.widgets import output, results, review_queue
from dashboard.widgets.picture_input import plain
from facespace.batch import output_pictures, writers
from facespace.batch.journal import QUEUED, THUMBS, Entry
from facespace.charts import folder as charts
from facespace.types import Face

#: Rows of the table sent to the page, each with a thumbnail of some kilobytes.
SHOWN = 400

#: Photos that could not be read, named at once.
NAMED = 10

#: What a row of the table may be, in the words of the filter.
NO_FACE, NOT_READ = "no face", "not read"
KINDS = ("female", "male", "?", NO_FACE, NOT_READ)


def show(job: FolderJob) -> None:
    """All that was read: in a sentence, in files, in charts, in a table."""
    faces = [face for entry in job.entries for face in entry["faces"]]
    failures = [entry for entry in job.entries if entry["error"]]
    st.success(f"**{plain(job.name)}**: {summary(job.entries)}", icon=":material/check_circle:")
    if failures:
        named = "\n".join(
            f"- {plain(entry['source'])}: {entry['error']}" for entry in failures[:NAMED]
        )
        more = f"\n- and {len(failures) - NAMED:,} more" if len(failures) > NAMED else ""
        title = f"{results.count(len(failures), 'photo')} could not be read"
        with st.expander(title, icon=":material/warning:"):
            st.markdown(named + more)
    _review(job)
    downloads(job)
    if faces:
        st.subheader("At a glance")
        _charts(faces)
    st.subheader("Each face")
    _table(job.entries)


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
            f"Keep {results.count(marked[False], 'face')} marked “?” for review",
            icon=":material/rate_review:",
            on_click=go_on,
            args=(job,),
            key="keep",
        )


def summary(entries: Sequence[Entry]) -> str:
    """All entries in a sentence."""
    labels = Counter(face["label"] for entry in entries for face in entry["faces"])
    photos = results.count(sum(entry["error"] is None for entry in entries), "photo")
    if not labels:
        return f"{photos} read, no face found."
    empty = sum(not entry["faces"] and entry["error"] is None for entry in entries)
    parts = [f"{labels[label]:,} {word}" for label, word in results.WORDS.items() if labels[label]]
    without = f" No face was found in {results.count(empty, 'photo')}." if empty else ""
    faces = results.count(labels.total(), "face")
    return f"{photos} read, {faces}: {', '.join(parts)}.{without}"


def _charts(faces: Sequence[dict[str, Any]]) -> None:
    by = {label: [face for face in faces if face["label"] == label] for label in KINDS[:3]}
    sure = {label: [certainty(face) for face in mine] for label, mine in by.items()}
    sizes = {label: [min(face["box"][2:]) for face in mine] for label, mine in by.items()}
    counts = {label: len(mine) for label, mine in by.items()}
    middle = pd.Series([size for mine in sizes.values() for size in mine]).median()
    certain = pd.Series([value for mine in sure.values() for value in mine]).median()
    by_verdict, by_certainty, by_size = st.columns(3)
    with by_verdict:
        spoken = ", ".join(f"{n:,} {label}" for label, n in counts.items())
        output.draw(charts.verdicts(counts), f"Faces by verdict: {spoken}")
    with by_certainty:
        words = f"How sure the model is; half of the faces above {certain:.0%}"
        output.draw(charts.certainty(sure), words)
    with by_size:
        words = f"How large the faces are; half of them above {middle:.0f} pixels"
        output.draw(charts.sizes(sizes), words)


def certainty(face: dict[str, Any]) -> float:
    """The probability of the likelier class."""
    female: float = face["probability_female"]
    return max(female, 1 - female)


def rows(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """A row a face, and a row for each photo without one, with what ``KINDS`` calls it."""
    table: list[dict[str, Any]] = []
    for entry in entries:
        row = {"thumb": None, "source": entry["source"], "sure": None, "size": None, "why": ""}
        if not entry["faces"]:
            kind = NOT_READ if entry["error"] else NO_FACE
            table.append(row | {"kind": kind, "why": entry["error"] or ""})
        for number, face in enumerate(entry["faces"]):
            shown = number < len(entry[THUMBS])
            table.append(
                row
                | {
                    "kind": face["label"],
                    "thumb": entry[THUMBS][number] if shown else None,
                    "sure": certainty(face),
                    "size": min(face["box"][2:]),
                    "why": results.in_words(face["reasons"]),
                }
            )
    return table


def _table(entries: Sequence[Entry]) -> None:
    table = rows(entries)
    present = [kind for kind in KINDS if any(row["kind"] == kind for row in table)]
    left, right = st.columns([2, 1], vertical_alignment="bottom")
    kinds = left.pills(
        "Show", KINDS, selection_mode="multi", default=KINDS, key="show", bind="query-params"
    )
    words = right.text_input("Name contains", key="words", bind="query-params").strip().casefold()
    chosen = [r for r in table if r["kind"] in kinds and words in r["source"].casefold()]
    if not chosen:
        st.info(
            f"Nothing is left of {results.count(len(table), 'row')}. There are rows of: "
            f"{', '.join(present)}.",
            icon=":material/filter_alt_off:",
        )
        return
    frame = pd.DataFrame(
        row | {"thumb": row["thumb"] and f"data:image/jpeg;base64,{row['thumb']}"}
        for row in chosen[:SHOWN]
    )
    output.table(
        frame,
        "Faces with thumbnail, verdict, certainty, size, photo and reasons",
        {
            "thumb": st.column_config.ImageColumn("Face", width="small", pinned=True),
            "kind": st.column_config.TextColumn("Verdict", width="small"),
            "sure": results.SURE,
            "size": st.column_config.NumberColumn("Size, px", format="%.0f"),
            "source": "Photo",
            "why": "Why “?”, or what is wrong",
        },
        "auto",
        row_height=56,
        column_order=("thumb", "kind", "sure", "size", "source", "why"),
    )
    if len(chosen) > SHOWN:
        st.caption(f"The first {SHOWN} of {len(chosen):,} rows; the downloads have them all.")


def downloads(job: FolderJob) -> None:
    """Buttons for the tables, the pictures and the contact sheet."""
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
            ("Contact sheet", ".html"),
        )
    ]
    if good:
        annotated = partial(output_pictures.packed, good, output_pictures.all_annotated)
        files.append(("Annotated", annotated, f"{stem}-annotated.zip"))
    if any(faces for _, faces in good):
        crops = partial(output_pictures.packed, good, output_pictures.crops)
        files.append(("Crops", crops, f"{stem}-crops.zip"))
    output.downloads(files)
    st.caption(
        "Crops come sorted into female/, male/ and unsure/: sort the last by hand, correct the "
        "others, and they are labelled photos that training reads."
    )
