"""The parts of the page Folder: where photos come from, the run, and what came of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.app.access import at_this_machine
from dashboard.views.folder.job import Job
from dashboard.widgets import consent, results
from dashboard.widgets.output import buttons
from dashboard.widgets.picture_input import plain
from facespace import limits
from facespace.batch import output_pictures, run, writers
from facespace.batch.journal import THUMBS, Entry
from facespace.charts import folder as charts
from facespace.faces.analyze import Settings
from facespace.io import find_photos
from facespace.io.archive import Archive
from facespace.io.find_photos import Photo
from facespace.io.images import SUFFIXES
from facespace.review.queue import Queue
from facespace.types import Face, FacespaceError

#: Rows of the table sent to the page, each with a thumbnail of some kilobytes.
SHOWN = 400

#: Photos that could not be read, named at once.
NAMED = 10

#: What a row of the table may be, in the words of the filter.
NO_FACE, NOT_READ = "no face", "not read"
KINDS = ("female", "male", "?", NO_FACE, NOT_READ)

_MB = 2**20


@dataclass(frozen=True)
class Brought:
    """Photos that a user brought, what to call them, and what tells them from others."""

    name: str
    photos: Sequence[Photo]
    identity: Hashable


def source() -> Brought | None:
    """What the user brought, if it was anything.

    Raises:
        FacespaceError: it cannot be read, or has no picture.
    """
    kinds = ["Folder", "ZIP", *(["Path on this machine"] if at_this_machine() else [])]
    if st.session_state.get("from") not in kinds:
        st.session_state.pop("from", None)  # an address from another machine
    origin = st.segmented_control(
        "Photos from", kinds, default="Folder", required=True, key="from", bind="query-params"
    )
    most = limits.MAX_ARCHIVE_BYTES // _MB
    if origin == "ZIP":
        st.caption(f"At most {most:,} MB and {limits.MAX_ARCHIVE_FILES:,} files. {_lasts()}")
        packed = st.file_uploader("A ZIP of photos", "zip", key="zip", max_upload_size=most)
        return _zipped(packed.name, packed.getvalue(), packed.file_id) if packed else None
    if origin == "Folder":
        st.caption(f"At most {most:,} MB in all; for more, use the command line. {_lasts()}")
        uploads = st.file_uploader(
            "A folder of photos", SUFFIXES, accept_multiple_files="directory", key="directory"
        )
        return _uploaded(uploads) if uploads else None
    path = st.text_input(
        "Path of a folder, ZIP or photo, or a pattern", key="path", placeholder="/photos/**/*.jpg"
    ).strip()
    if not path:
        return None
    photos = find_photos.find([str(Path(path).expanduser())])
    if len(photos) == 1 and photos[0].problem:
        raise FacespaceError(photos[0].problem)
    return Brought(path, photos, (path, tuple(photo.name for photo in photos)))


def _lasts() -> str:
    return f"{consent.kept()} Names and results last as long as this visit."


def _zipped(name: str, content: bytes, identity: str) -> Brought:
    photos = find_photos.members(Archive(content))
    if not photos:
        raise FacespaceError("There is no picture in this ZIP.")
    return Brought(name, photos, identity)


def _uploaded(uploads: Sequence[Any]) -> Brought:
    photos: list[Photo] = []
    size = 0
    visible = [u for u in uploads if not any(p.startswith(".") for p in u.name.split("/"))]
    for upload in visible:
        size += upload.size
        if size > limits.MAX_ARCHIVE_BYTES or len(photos) == limits.MAX_ARCHIVE_FILES:
            break
        photos.append(Photo(upload.name, upload.getvalue()))
    if len(photos) < len(visible):
        st.info(f"These are too many at once; the first {len(photos):,} are taken.")
    if not photos:
        raise FacespaceError("There is no picture in this folder.")
    name = uploads[0].name.partition("/")[0] if "/" in uploads[0].name else "Photos"
    return Brought(name, photos, tuple(upload.file_id for upload in uploads))


def offer(brought: Brought, settings: Settings) -> None:
    """A button that reads these photos, by these settings."""
    key = brought.identity, settings
    words = f"Read {results.count(len(brought.photos), 'photo')}"
    if st.session_state.get("folder_key") == key:
        return  # these were read, or stopped, already
    if st.button(words, type="primary", icon=":material/play_arrow:", key="read"):
        made_by = run.made_by(settings)
        known = st.session_state.get("folder_known")
        if known is None or known[0] != made_by:
            known = made_by, {}
        # Photos that are read again, under whatever name, are known by their content.
        st.session_state["folder_known"] = known
        st.session_state["folder_key"] = key
        st.session_state["folder"] = Job(brought.name, brought.photos, settings, known[1], _queue())
        st.rerun()


def progress(job: Job) -> None:
    """How far it is and a way to stop; runs the page anew at the end."""

    @st.fragment(run_every=0.5)
    def look() -> None:
        if not job.running:
            st.rerun()
        st.progress(*_bar(job))
        st.button("Stop, and keep what is read", icon=":material/stop_circle:", on_click=job.stop)
        counts = Counter(face["label"] for entry in list(job.entries) for face in entry["faces"])
        st.caption(
            ", ".join(f"{counts[label]:,} {word}" for label, word in results.WORDS.items())
            + " so far. You may visit other pages meanwhile."
        )

    look()


def _bar(job: Job) -> tuple[float, str]:
    step = job.step
    if step is None:
        return 0.0, "Waiting for its turn …"
    words = f"{step.done:,} of {step.total:,} photos"
    if step.left is not None:
        words += f", {step.rate:.0f} a second, {step.left // 60:.0f}:{step.left % 60:02.0f} left"
    return step.done / step.total, f"{words}: {plain(step.photo.name)}"


def stopped(job: Job) -> None:
    """Say that it was stopped, with a button that goes on."""
    if job.complete:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.info(
            f"Stopped: {len(job.entries):,} of {len(job.photos):,} photos are read.",
            icon=":material/pause_circle:",
        )
        st.button("Go on", icon=":material/play_circle:", on_click=_go_on, args=(job,))


def _go_on(job: Job) -> None:
    try:
        st.session_state["folder"] = job.resumed(_queue())
    except FacespaceError as error:  # of the queue's file
        job.error = str(error)


def _queue() -> Queue | None:
    return consent.queue() if consent.keeping() else None


def show(job: Job) -> None:
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
    consent.folder(job, partial(_go_on, job))
    downloads(job)
    if faces:
        st.subheader("The whole")
        _charts(faces)
    st.subheader("Each face")
    _table(job.entries)


def summary(entries: Sequence[Entry]) -> str:
    """All entries in a sentence."""
    labels = Counter(face["label"] for entry in entries for face in entry["faces"])
    photos = results.count(sum(entry["error"] is None for entry in entries), "photo")
    if not labels:
        return f"{photos} read, no face found."
    empty = sum(not entry["faces"] and entry["error"] is None for entry in entries)
    parts = [f"{labels[label]:,} {word}" for label, word in results.WORDS.items() if labels[label]]
    without = f" No face was found in {results.count(empty, 'photo')}." if empty else ""
    found = results.count(labels.total(), "face")
    return f"{photos} read, {found}: {', '.join(parts)}.{without}"


def _charts(faces: Sequence[dict[str, Any]]) -> None:
    by = {label: [face for face in faces if face["label"] == label] for label in KINDS[:3]}
    sure = {label: [certainty(face) for face in mine] for label, mine in by.items()}
    sizes = {label: [min(face["box"][2:]) for face in mine] for label, mine in by.items()}
    counts = {label: len(mine) for label, mine in by.items()}
    middle = pd.Series([size for mine in sizes.values() for size in mine]).median()
    certain = pd.Series([value for mine in sure.values() for value in mine]).median()
    verdicts, certainties, side = st.columns(3)
    verdicts.plotly_chart(
        charts.verdicts(counts),
        alt="Faces by verdict: " + ", ".join(f"{n:,} {label}" for label, n in counts.items()),
    )
    certainties.plotly_chart(
        charts.certainty(sure), alt=f"How sure the model is; half of the faces above {certain:.0%}"
    )
    side.plotly_chart(
        charts.sizes(sizes), alt=f"How large the faces are; half of them above {middle:.0f} pixels"
    )


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
    st.dataframe(
        frame,
        hide_index=True,
        row_height=56,
        column_order=("thumb", "kind", "sure", "size", "source", "why"),
        alt="Faces with thumbnail, verdict, certainty, size, photo and reasons",
        column_config={
            "thumb": st.column_config.ImageColumn("Face", width="small", pinned=True),
            "kind": st.column_config.TextColumn("Verdict", width="small"),
            "sure": st.column_config.ProgressColumn(
                "How sure", format="percent", min_value=0.5, max_value=1
            ),
            "size": st.column_config.NumberColumn("Size, px", format="%.0f"),
            "source": "Photo",
            "why": "Why “?”, or what is wrong",
        },
    )
    if len(chosen) > SHOWN:
        st.caption(f"The first {SHOWN} of {len(chosen):,} rows; the downloads have them all.")


def downloads(job: Job) -> None:
    """Buttons for the tables, the pictures and the contact sheet."""
    stem = Path(job.name).stem or "faces"
    good = [
        (photo, [Face.from_dict(face) for face in entry["faces"]])
        for photo, entry in zip(job.photos, job.entries, strict=False)
        if not entry["error"]
    ]
    files: list[tuple[str, Any, str, str, str]] = [
        (label, lambda end=end: writers.to_bytes(end, job.entries), end, kind, icon)
        for label, end, kind, icon in (
            ("CSV", ".csv", "text/csv", "table"),
            ("JSON Lines", ".jsonl", "application/jsonl", "data_object"),
            ("Parquet", ".parquet", "application/vnd.apache.parquet", "table_chart"),
            ("Contact sheet", ".html", "text/html", "grid_on"),
        )
    ]
    zipped = "application/zip"
    if good:
        made = output_pictures.all_annotated
        annotated = lambda: output_pictures.packed(good, made)  # noqa: E731
        files.append(("Annotated", annotated, "-annotated.zip", zipped, "folder_zip"))
    if any(faces for _, faces in good):
        crops = lambda: output_pictures.packed(good, output_pictures.crops)  # noqa: E731
        files.append(("Crops", crops, "-crops.zip", zipped, "folder_zip"))
    buttons(stem, files)
    st.caption(
        "Crops come sorted into female/, male/ and unsure/: sort the last by hand, correct the "
        "others, and they are labelled photos that training reads."
    )
