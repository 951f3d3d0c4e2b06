"""Whose faces the detectors find."""

from __future__ import annotations

import streamlit as st

from dashboard.views.data import tables
from dashboard.views.data.tables import ATTRIBUTES, WAYS
from dashboard.views.data.view import View, part
from dashboard.widgets import output
from dashboard.widgets.choice import one_of
from facespace.charts import data as charts
from facespace.faces import detectors


def detected(view: View) -> None:
    """Whose faces the detectors find."""
    ways = part(view.data.detection, "whose faces the detectors find")
    known = {key: words for key, words in ATTRIBUTES.items() if ways["labelled"].get(key)}
    left, right = st.columns(2)
    kinds = {"each detector": list(detectors.NAMES), "something over the face": list(WAYS)}
    with left:
        kind = one_of("Look with", kinds, "look", persist_state="session")
    with right:
        by = one_of("Of each", known, "found_by", list(known)[-1], known, persist_state="session")
    table = {
        WAYS.get(way) or detectors.TITLES[way]: {**ways[way]["all"], **ways[way][by]}
        for way in kinds[kind]
        if way in ways
    }
    output.draw(
        charts.found(table),
        "; ".join(
            f"{way}: " + ", ".join(f"{g} {tables.rate(row)}" for g, row in rows.items())
            for way, rows in table.items()
        ),
    )
    st.caption(
        "Of the test photos, with 95 % intervals (Wilson); in brackets the photos of each group. "
        + (
            "The photos as they are, each detector at its own threshold."
            if kind == "each detector"
            else "Photos padded by up to a half, as they are trained on; then with a grey patch "
            "over a part of the face that was found."
        )
    )
    frame = tables.found(table, ATTRIBUTES[by])
    with st.expander("The same as a table"):
        output.table(
            frame,
            "Photos and faces found by detector and group",
            {"share": st.column_config.NumberColumn(format="percent")},
        )
    output.download("Found by group (CSV)", frame, f"facespace-{view.name}-found.csv")
