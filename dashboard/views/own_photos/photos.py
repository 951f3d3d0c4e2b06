"""The photos of a user's own test: which were left out, and which are predicted otherwise than
labelled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import PurePath
from typing import Any, Literal

import pandas as pd
import streamlit as st

from dashboard.app.markdown import plain
from dashboard.widgets import face_tables, output
from dashboard.widgets.scaled import enlarged
from facespace.datasets.scoring import FEW, About, Outcome
from facespace.faces.wording import likelier, percent
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


def summary(about: About) -> None:
    """Say what was tested on, and where it is too little."""
    words = (
        f"**{plain(about.title)}**: {about.photos:,} photos, {about.faces:,} faces "
        f"measured, {about.female:,} labelled female and {about.male:,} male."
    )
    if min(about.female, about.male) < FEW:
        words += f" A test needs {FEW} of each or more: these figures are mostly chance."
        st.warning(words, icon=":material/warning:")
    else:
        st.success(words, icon=":material/check_circle:")


def errors(outcome: Outcome, name: str) -> None:
    """The photos that a model predicts otherwise than labelled, and all files."""
    st.subheader("Predicted otherwise than labelled")
    rows = outcome.errors(name)
    frame = pd.DataFrame(rows, columns=["file", "label", "probability_female", "answered", "face"])
    if rows:
        _gallery(outcome, name, rows)
        output.table(
            frame.head(SHOWN),
            "Photos predicted otherwise than labelled, the surest first",
            {
                "file": st.column_config.TextColumn("File", width="medium"),
                "label": "Label",
                "probability_female": face_tables.FEMALE,
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


def _gallery(outcome: Outcome, name: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """The crops of the surest errors, as the model saw them."""
    crops = outcome.crops.get(name, {})
    with st.container(horizontal=True, gap="small"):
        for row in rows:
            crop = crops.get(row["file"])
            if crop is None:
                continue
            female = row["probability_female"]
            said = f"{likelier(female)} {percent(max(female, 1 - female))}%"
            with st.container(width=132, gap="xsmall"):
                words = f"{row['file']}: labelled {row['label']}, predicted {said}"
                st.image(enlarged(crop), width="stretch", alt=words)
                answer = "" if row["answered"] else ", marked “?”"
                st.caption(
                    f"{plain(PurePath(row['file']).name)}: labelled {row['label']}, predicted "
                    f"**{said}**{answer}"
                )


def _height(frame: pd.DataFrame) -> Literal["content", "auto"]:
    """Short tables are shown whole, long ones scroll."""
    return "content" if len(frame) <= 20 else "auto"
