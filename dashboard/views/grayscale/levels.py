"""What becomes of a picture's levels: spread by equalisation, and lost by resizing."""

from __future__ import annotations

import numpy as np
import streamlit as st

from dashboard.views.grayscale.subject import Subject, crisp, download_png, draw
from dashboard.widgets.choice import one_of
from facespace.charts import grayscale as charts
from facespace.explain import grayscale as grey

#: Sides of which the error of resizing is measured.
SIDES = (4, 8, 16, 32, 64, 128, 256)


def equalisation(subject: Subject) -> None:
    """The histogram before and after equalisation."""
    st.header("Spread the light evenly")
    st.write(
        "A histogram counts the pixels of each level. **Equalisation** uses its cumulative curve "
        "as a table: a level that half of the pixels do not exceed becomes the middle grey. The "
        "curve is then as straight as it can be, and the lamp and the camera matter less. Every "
        "face goes through this before the model sees it."
    )
    before = subject.grey
    after = grey.equalised(before)
    for column, name, picture in zip(
        st.columns(2), ("Before", "After"), (before, after), strict=True
    ):
        counts = grey.histogram(picture)
        words = (
            f"{name}: {np.count_nonzero(counts)} levels used, mean {picture.mean():.0f}, "
            f"contrast {picture.std():.0f}"
        )
        with column:
            st.image(
                crisp(picture), words, width="stretch", alt=f"The grey picture, {name.lower()}"
            )
            draw(charts.levels(counts), f"Histogram. {words}", key=f"levels_{name}")
    if before.min() == before.max():
        st.info("With one level alone there is nothing to spread.", icon=":material/info:")
    st.caption("Contrast is the standard deviation of the levels.")
    download_png(subject, after, "Equalised PNG", "equalised")


def resizing(subject: Subject) -> None:
    """Shrunk and enlarged again in several ways, with the error of each."""
    st.header("What resizing costs")
    st.write(
        "Shrinking throws pixels away; enlarging guesses them. The error says how far, in grey "
        "levels, a pixel is from what it was (root mean square)."
    )
    picture = subject.grey
    left, right = st.columns([2, 1])
    side = left.select_slider(
        "Shrink the longer side to, pixels", SIDES, 32, key="side", bind="query-params"
    )
    with right:
        how = one_of(
            "Shrink by",
            grey.SHRUNK_BY,
            "shrink",
            "Area",
            help="Area takes the mean of the pixels that one replaces; Nearest keeps one of them.",
        )
    small = grey.shrunk(picture, side, how)
    if small.shape == picture.shape:
        st.info(
            f"The picture has only {max(picture.shape)} pixels a side: nothing is lost.",
            icon=":material/info:",
        )
    errors: dict[str, float] = {}
    names = list(grey.ENLARGED_BY)
    for row in (names[:2], names[2:]):
        for column, name in zip(st.columns(2), row, strict=True):
            again = grey.enlarged(small, picture.shape, name)
            errors[name] = grey.rms(again, picture)
            words = f"{name}: error {errors[name]:.1f} levels"
            column.image(crisp(again), words, width="stretch", alt=f"Enlarged again. {words}")
    best = min(errors, key=errors.__getitem__)
    if errors[best] > 0:
        st.write(
            f"From {small.shape[1]} × {small.shape[0]} pixels, **{best}** comes closest "
            f"here. Nearest shows the pixels as they are; the others look smoother, not sharper."
        )
    sides = [s for s in SIDES if s < max(picture.shape)]
    if sides:
        st.subheader("The fewer pixels, the larger the error")
        draw(
            charts.resizing(sides, grey.resizing_errors(picture, sides, how), side),
            f"The error of each way by size; at {side} pixels {best} has the least, "
            f"{errors[best]:.1f} levels",
        )
