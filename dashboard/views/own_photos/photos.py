"""The photos of a user's own test: which were left out, and which are predicted otherwise than
labelled."""

from __future__ import annotations

from functools import partial
from typing import Literal

import pandas as pd
import streamlit as st

from dashboard.widgets import output, results
from dashboard.widgets.picture_input import plain
from facespace.datasets.scoring import About, Outcome
from facespace.io import tables

#: Wrong readings shown at once; the download has all.
SHOWN = 200


def left_out(outcome: Outcome) -> None:
    """The photos that were left out, and why."""
    rows = outcome.left_out
    if not rows:
        return
    with st.expander(f"{len(rows):,} photos left out", icon=":material/visibility_off:"):
        frame = pd.DataFrame({"File": row["file"], "Why": row["error"]} for row in rows)
        output.table(frame, "Photos that were left out, and why", height=_height(frame))


def summary(about: About) -> str:
    """What was tested on, in a sentence."""
    return (
        f"**{plain(about.title)}**: {about.photos:,} photos, {about.faces:,} faces "
        f"measured, {about.female:,} labelled female and {about.male:,} male."
    )


def errors(outcome: Outcome, name: str) -> None:
    """The photos that a model predicts otherwise than labelled, and all files."""
    st.subheader("Predicted otherwise than labelled")
    rows = outcome.errors(name)
    frame = pd.DataFrame(rows, columns=["file", "label", "probability_female", "answered", "face"])
    if rows:
        output.table(
            frame.head(SHOWN),
            "Photos predicted otherwise than labelled, the surest first",
            {
                "file": st.column_config.TextColumn("File", width="medium"),
                "label": "Label",
                "probability_female": results.FEMALE,
                "answered": st.column_config.CheckboxColumn("Answered", help="Not “?”"),
                "face": st.column_config.NumberColumn("Face, px", format="%.0f"),
            },
            _height(frame),
        )
        faces = len(outcome.rows) - len(outcome.left_out)
        st.caption(
            f"{len(rows):,} of {faces:,} faces, the furthest from the threshold first. Look at the "
            "label too: it may be the one that is wrong."
        )
    else:
        st.success("Every face is predicted as labelled.", icon=":material/check_circle:")
    wrong = partial(tables.table_csv, list(frame), frame.to_dict("records"))
    output.downloads(
        (
            ("Errors (CSV)", wrong, f"errors-{name}.csv"),
            ("All photos (CSV)", outcome.to_csv, "own-test.csv"),
            ("All figures (JSON)", outcome.to_json, "own-test.json"),
        )
    )


def _height(frame: pd.DataFrame) -> Literal["content", "auto"]:
    """Short tables are shown whole, long ones scroll."""
    return "content" if len(frame) <= 20 else "auto"
