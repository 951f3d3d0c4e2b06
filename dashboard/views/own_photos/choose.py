"""What to bring to the page "Bring your own test", and what was brought."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import streamlit as st

from dashboard.app.access import may_name_a_path
from dashboard.widgets import output
from facespace import limits
from facespace.datasets.dataset import COLUMNS
from facespace.datasets.scoring import LABELS
from facespace.io.names import path as named

#: A table to fill in.
TEMPLATE = (
    f"{','.join(COLUMNS)}\n"
    "photos/one.jpg,female,34,,anna,\n"
    "photos/two.jpg,female,35,,anna,\n"
    "photos/three.jpg,male,,,,\n"
)

_MB = 2**20


@dataclass(frozen=True, slots=True)
class Brought:
    """Labelled photos that a user brought: a folder or a ZIP.

    ``identity`` tells them from others.
    """

    name: str
    source: Path | BinaryIO
    identity: Hashable


def instructions(folded: bool) -> None:
    """What to bring, before anything is asked for; folded where something was brought."""
    with st.expander("What to bring", expanded=not folded, icon=":material/quiz:"):
        _instructions()


def _instructions() -> None:
    left, right = st.columns(2)
    left.markdown(
        "**Two folders**\n\n```\nfemale/  one.jpg  two.jpg …\nmale/    three.jpg …\n```\n\n"
        "One person per photo, near its middle. The label is what a person looking at the photo "
        "would say."
    )
    right.markdown(
        f"**Or a table, {LABELS}**, beside the photos: the columns `file` and `gender`; if known "
        "`age`, `race`, `person` (whose photos belong together) and `split` (only the rows marked "
        "`test` are then tested). As spreadsheets save it; numbers for labels need a title such as "
        "`gender (0=male 1=female)`."
    )
    with right:
        output.download("Download template", TEMPLATE, LABELS)
    st.caption(
        f"At most {limits.MAX_ARCHIVE_BYTES / _MB:,.0f} MB, {limits.MAX_ARCHIVE_FILES:,} files, "
        f"{limits.MAX_BYTES / _MB:,.0f} MB a photo; ten or more of each class, better hundreds. "
        "Photos are read in memory one at a time and not kept; names and figures last as long "
        "as this visit."
    )


def source() -> Brought | None:
    """What the user brought, if it was anything."""
    most = limits.MAX_ARCHIVE_BYTES // _MB
    upload = st.file_uploader("A ZIP of labelled photos", "zip", key="zip", max_upload_size=most)
    path = ""
    if may_name_a_path():
        path = st.text_input(
            "Or the path of a folder or ZIP on this machine",
            key="path",
            placeholder="/photos",
            disabled=upload is not None,
        ).strip()
    if upload:
        return Brought(upload.name, upload, upload.file_id)
    return Brought(path, named(path).expanduser(), path) if path else None
