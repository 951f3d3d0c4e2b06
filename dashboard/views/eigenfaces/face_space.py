"""The parts of the Eigenfaces page that draw face space, and where a face lies in it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import streamlit as st

from dashboard.app.choice import select
from dashboard.app.markdown import plain
from dashboard.views.eigenfaces.chosen_face import SHOWN, Look, missing
from dashboard.widgets import output, scaled
from facespace.artifacts import coordinates as measured
from facespace.charts import space as charts
from facespace.metrics.groups import LEAST_GROUP
from facespace.types import FacespaceError

GRID_COLUMNS = 4

#: The attribute whose groups are the labels.
SEX = "sex"


def basis(look: Look) -> None:
    """The mean face, the eigenfaces, and how much they explain."""
    space, share = look.space, look.space.explained
    left, right = st.columns([1, 3])
    with left:
        st.subheader("Mean face")
        st.image(scaled.enlarged(space.mean_face), width=256, alt="The mean of all faces")
    with right:
        st.subheader("How much they explain")
        output.draw(
            charts.scree(share, space.components),
            f"The first eigenface explains {share[0]:.1%} of the variance, all "
            f"{space.components} that are kept {share.sum():.1%}",
        )
        st.caption(
            f"The model keeps {space.components}; the page Evaluation shows what fewer would cost."
        )
    st.subheader("The strongest eigenfaces")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        shown = st.slider(
            "How many", 4, min(48, space.components), 16, 4, key="eigenfaces", bind="query-params"
        )
        common = st.toggle(
            "One scale for all",
            help="Otherwise each has its own, so that faint ones can be seen too.",
            key="one_scale",
            bind="query-params",
        )
    output.draw(
        charts.eigenface_grid(space.effects[:shown], share[:shown], GRID_COLUMNS, common),
        f"The {shown} eigenfaces that explain the most, each with its share of the variance and "
        "the most grey levels that it adds",
    )
    st.caption(
        "What one standard deviation adds to the mean face: orange adds light, purple takes "
        "it away; white leaves a pixel as it is. Above each, its share of the variance and the "
        "strongest of its colours in grey levels. The sign of an eigenface is arbitrary."
    )
    number = np.arange(1, space.components + 1)
    table = pd.DataFrame(
        {"eigenface": number, "share_of_variance": share, "cumulative": np.cumsum(share)}
    )
    output.download("Variance (CSV)", table, "facespace-variance.csv")


@st.fragment
def rebuild(look: Look) -> None:
    """The face from a few of its numbers, what is lost, and how unlike a face it is."""
    space, crop = look.space, look.crop
    k = st.slider(
        "Eigenfaces used", 0, space.components, space.components, key="k", bind="query-params"
    )
    used = look.coordinates[None, :k]
    grey, standard = space.errors(crop)
    with st.container(horizontal=True):
        output.metric(
            "Left unexplained",
            f"{standard[k]:.3f}",
            help="Root mean square error, in standard deviations of a pixel",
        )
        output.metric(
            "In grey levels",
            f"{grey[k]:.1f}",
            help="Root mean square error of the rebuilt crop, of 255",
        )
    with st.container(horizontal=True):
        for picture, words in (
            (crop, "The grey crop"),
            (space.rebuilt(used)[0], f"From {k} numbers"),
        ):
            st.image(scaled.enlarged(picture), words, width=SHOWN, alt=words)
        with st.container(width=SHOWN):
            output.draw(
                charts.signed(crop - space.grey(used)[0], SHOWN + 20),
                f"What {k} numbers do not say of the face: {grey[k]:.1f} grey levels on average",
            )
            st.caption("What is missing, in grey levels")
    left, right = st.columns(2)
    with left:
        st.subheader("The more numbers, the closer")
        output.draw(
            charts.errors(grey, standard, k),
            f"Error by number of eigenfaces: {grey[0]:.1f} grey levels with none, "
            f"{grey[-1]:.1f} with all",
        )
    with right:
        st.subheader("How unlike a face")
        _distance(look, float(standard[-1]))
    table = pd.DataFrame(
        {
            "eigenface": np.arange(1, space.components + 1),
            "standard_deviations": look.coordinates / space.deviations,
            "error_grey_levels": grey[1:],
            "error_scaled": standard[1:],
        }
    )
    output.download("The face in numbers (CSV)", table, "facespace-face.csv")


def _distance(look: Look, distance: float) -> None:
    try:
        found = measured.load()
    except FacespaceError as error:
        st.info(plain(error), icon=":material/straighten:")
        st.metric("Distance from face space", f"{distance:.3f}")
        return
    name = _test_set(look, found, "Beside the training crops")
    nearer = found.nearer(distance)
    output.draw(
        charts.distances(
            found.edges,
            {look.title(key): found.counts[key] for key in (measured.TRAINING, name)},
            distance,
        ),
        f"Distance from face space of all training crops; this face’s is {distance:.3f}, more "
        f"than that of {nearer:.0%}",
    )
    st.caption(
        f"What all eigenfaces leave unexplained is the face’s **distance from face space**: "
        f"{distance:.3f}, more than that of {nearer:.0%} of the training crops. It is one of "
        "the measures by which a verdict becomes “?”."
    )


def _test_set(look: Look, found: measured.Measured, label: str) -> str:
    return select(label, found.tests, "set", look.title)


def test_faces(look: Look) -> None:
    """Where test faces lie, without names or pictures, and which label's mean face is nearest."""
    try:
        found = measured.load()
    except FacespaceError as error:
        st.info(plain(error), icon=":material/straighten:")
    else:
        _scatter(look, found)
    if look.face is None:
        missing(look)
        return
    st.subheader("The nearest mean face")
    try:
        means = measured.group_means(look.space)
    except FacespaceError as error:
        st.info(f"{plain(error)} Mean faces of groups cannot be compared.", icon=":material/group:")
        return
    if SEX in means:
        _nearest(look, means[SEX])


def _scatter(look: Look, found: measured.Measured) -> None:
    st.subheader("Every dot a test face")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = _test_set(look, found, "Test set")
        placed = found.tests[name]
        names = [f"PC{i + 1}" for i in range(placed.coordinates.shape[1])]
        axes = [
            select(words, names, key, index=i)
            for i, (words, key) in enumerate((("Across", "x"), ("Up", "y")))
        ]
        if st.toggle("Three dimensions", key="solid", bind="query-params"):
            axes.append(select("Deep", names, "z", index=2))
    face = None if look.face is None else look.coordinates / look.space.deviations
    women = int(placed.female.sum())
    output.draw(
        charts.scatter(placed.coordinates, placed.female, [names.index(a) for a in axes], face),
        f"{len(placed.female):,} test faces of {look.title(name)} by {' and '.join(axes)}, "
        f"{women:,} labelled female",
    )
    st.caption(
        f"These are {len(names)} of the {look.space.components} coordinates that the SVM judges "
        "by; look how far the classes overlap in any two of them. Names and pictures of these "
        "faces are not kept, and their order is drawn anew."
    )
    table = pd.DataFrame(placed.coordinates, columns=names)
    table.insert(0, "label", np.where(placed.female, "female", "male"))
    output.download("Coordinates (CSV)", table, f"facespace-{name}-coordinates.csv")


def _nearest(look: Look, groups: Mapping[str, measured.GroupMean]) -> None:
    """How far the face is from the mean face of either label.

    Not from those of races and ages: nothing here says either of anybody.
    """
    apart = {
        label: float(np.linalg.norm(look.coordinates - group.coordinates))
        for label, group in groups.items()
    }
    best = min(apart, key=apart.__getitem__)
    spread = max(apart.values()) - apart[best]
    output.draw(
        charts.nearest(
            apart,
            {label: group.faces for label, group in groups.items()},
            LEAST_GROUP,
            "distance between coordinates",
        ),
        "Distance to the mean face of each label: "
        + ", ".join(f"{label} {distance:.3f}" for label, distance in apart.items()),
    )
    st.caption(
        f"Nearest: **{best}** (in brackets the faces that a mean is of). Mean "
        f"faces lie close together: this one is {apart[best]:.2f} away, the farthest only "
        f"{spread:.2g} more, so the nearest says little of a single face. The way from pixels to "
        "coordinates is affine: the coordinates of a mean face are the mean of its faces’ "
        "coordinates."
    )
