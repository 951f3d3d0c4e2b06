"""What was left out of a data set and why, and what is there twice."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from dashboard.views.data import tables
from dashboard.views.data.view import View, part
from dashboard.widgets import output
from facespace.artifacts.dataset_description import load_described
from facespace.charts import data as charts

#: What a number of equal or similar photos means that are on both sides of the split.
ACROSS = "One of them is there to train on, the other to test on."


def left_out(view: View) -> None:
    """What was left out and why, and what is there twice."""
    data = view.data
    frame = tables.left_out(data)
    st.subheader("Left out")
    if len(frame):
        output.table(frame, "Photos left out, and why")
        output.download("Left out (CSV)", frame, f"facespace-{view.name}-left-out.csv")
    else:
        st.write("Nothing: every photo could be read and shows a face.")
    for problem in data.problems:
        st.write(f"- {problem}")
    twice = part(data.duplicates, "which photos are there twice")
    exact, near = twice.exact, twice.near
    st.subheader("There twice")
    known = (exact.across, near.across, near.with_training)
    with output.cards(2 + sum(number is not None for number in known), "twice"):
        st.metric("Equal files, left out", f"{exact.photos:,}", border=True)
        if exact.across is not None:
            st.metric("… across the split", f"{exact.across:,}", border=True, help=ACROSS)
        st.metric("Pairs nearly alike, kept", f"{near.pairs:,}", border=True)
        if near.across is not None:
            st.metric("… across the split", f"{near.across:,}", border=True, help=ACROSS)
        if near.with_training is not None:
            st.metric("Pairs with a training photo", f"{near.with_training:,}", border=True)
    _shared(view, twice.sets)
    cutoffs = {
        f"alike: up to {near.cut} bits": near.cut,
        f"or {near.doubtful} if the crops agree": near.doubtful,
    }
    output.draw(
        charts.nearest(near.nearest, cutoffs),
        f"{near.photos} of {data.photos} photos are nearly alike another one",
    )
    st.caption(
        f"A hash says of {near.bits} places whether it gets lighter to the right. The same "
        f"photo saved again or resized differs in few; nearly alike is up to {near.cut}, or "
        f"{near.doubtful} where the hashes of the crops differ in at most {near.crop}. Equal "
        "files are left out; those nearly alike in one data set are kept, and counted here."
    )
    output.download(
        "Duplicates (CSV)",
        tables.duplicates(twice),
        f"facespace-{view.name}-duplicates.csv",
    )


def _shared(view: View, pairs: Mapping[str, int]) -> None:
    """What other data sets have too."""
    if not pairs:
        return
    datasets = load_described(view.manifest)
    titles = {name: datasets[name].title if name in datasets else name for name in pairs}
    words = ", ".join(f"{titles[name]} {pairs[name]:,}" for name in pairs)
    st.write(
        f"**Pairs nearly alike with other data sets:** {words}. A training photo that is in "
        "the test of another data set is left out of the training, and counted above."
    )
