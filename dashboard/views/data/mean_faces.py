"""The mean faces of each sex, age and group, and how two of them differ."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import streamlit as st

from dashboard.app.choice import select
from dashboard.app.page_artifacts import sentences
from dashboard.views.data import tables
from dashboard.views.data.tables import ATTRIBUTES, View
from dashboard.widgets import output, scaled
from facespace.artifacts.mean_faces import load as load_mean_faces
from facespace.charts import data as charts
from facespace.types import Floats


def mean_faces(view: View) -> None:
    """The mean faces of each sex, age and group, and how two of them differ."""
    with sentences():
        by = load_mean_faces()
    trained_on = view.manifest.model().data["title"]
    st.write(
        f"The mean of the training crops of {trained_on}: what a group has in common, and the "
        "first thing that a model can learn."
    )
    for attribute, words in ATTRIBUTES.items():
        if attribute in by:
            st.subheader(f"By {words}")
            with st.container(horizontal=True):
                for value, mean in by[attribute].items():
                    caption = f"{value} · {mean.faces:,} faces"
                    picture = scaled.enlarged(_grey(mean.picture))
                    st.image(picture, caption, width=104, alt=f"Mean face of {caption}")
    everyone = {(key, value): by[key][value] for key in ATTRIBUTES for value in by.get(key, ())}
    if len(everyone) < 2:
        return
    st.subheader("How two of them differ")
    left, right = st.columns(2)
    chosen, minus = (
        select(words, everyone, key, lambda group: group[1], place, index, "-".join)
        for words, key, place, index in (
            ("This", "mean", left, 0),
            ("Minus this", "minus", right, 1),
        )
    )
    first, second = everyone[chosen], everyone[minus]
    one, other = chosen[1], minus[1]
    gap = first.picture - second.picture
    left, right = st.columns(2, vertical_alignment="center")
    with left, st.container(horizontal=True):
        for name, mean in ((one, first), (other, second)):
            picture = scaled.enlarged(_grey(mean.picture))
            st.image(picture, name, width=160, alt=f"Mean face of {name}")
    with right:
        words = f"{one} minus {other}: at most {np.abs(gap).max():.1f} of 255 grey levels"
        output.draw(charts.difference(gap, one, other), words)
    st.caption(
        f"Orange: {one} is lighter there; purple: darker. {words}, {np.abs(gap).mean():.1f} on "
        "average. The crops’ histograms are equalised: what shows is where in a face it is lighter "
        "than elsewhere, not how light the whole is."
    )
    output.download("Faces behind each mean (CSV)", tables.means(by), "facespace-means.csv")


def _grey(picture: Floats) -> npt.NDArray[np.uint8]:
    return np.asarray(np.clip(np.rint(picture), 0, 255), np.uint8)
