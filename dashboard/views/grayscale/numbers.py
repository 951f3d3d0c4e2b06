"""A picture is a table of numbers: the lesson, and the lens that shows them."""

from __future__ import annotations

import streamlit as st

from dashboard.views.grayscale.subject import CHANNELS, Subject, draw
from dashboard.widgets.choice import one_of
from facespace.charts import grayscale as charts
from facespace.explain import grayscale as grey
from facespace.explain.grayscale import Grey
from facespace.types import RGB


def numbers(subject: Subject) -> None:
    """The array of numbers under a lens."""
    st.header("A picture is a table of numbers")
    st.write(
        "Each pixel is a number from 0, black, to 255, white. Click on the picture, or move the "
        "sliders: the lens shows the numbers that are there. The program knows nothing else of it."
    )
    chosen = one_of("Numbers of", charts.SCALES, "channel", "Grey")
    levels = subject.grey if chosen == "Grey" else subject.rgb[..., CHANNELS.index(chosen)]
    lens("lens", subject.rgb, levels, subject.start, chosen)


def lens(
    name: str, shown: Grey | RGB, levels: Grey, start: tuple[int, int], scale: str = "Grey"
) -> None:
    """A picture to click on beside the numbers about the place that was chosen.

    ``name`` begins the names of the widgets; the place and the size live in the address.
    """
    height, width = levels.shape
    across, down, where = f"{name}_x", f"{name}_y", f"{name}_place"

    def follow() -> None:
        """Bring the sliders to the point that was clicked on."""
        points = st.session_state[where].selection.points
        if points:
            st.session_state[across] = int(points[0]["x"])
            st.session_state[down] = int(points[0]["y"])

    sliders = st.columns(3)
    with sliders[0]:
        x = _slider("Column", width, start[0], across)
    with sliders[1]:
        y = _slider("Row", height, start[1], down)
    with sliders[2]:
        size = st.slider("Lens, pixels a side", 8, 24, 12, 2, key=name, bind="query-params")
    left, top, right, bottom = frame = grey.window(levels.shape, x, y, size)
    part = levels[top:bottom, left:right]
    whole, close = st.columns(2)
    with whole:
        draw(
            charts.place(shown, levels, frame),
            f"The picture; a frame marks columns {left} to {right - 1}, rows {top} to {bottom - 1}",
            key=where,
            on_select=follow,
            selection_mode="points",
        )
    with close:
        draw(
            charts.numbers(part, left, top, scale),
            f"{part.size} numbers, from {part.min()} to {part.max()}, their mean {part.mean():.0f}",
            key=f"{name}_numbers",
        )
    st.caption(
        f"The pixel at column {x}, row {y} is **{levels[y, x]}**. Under the lens, levels run from "
        f"{part.min()} to {part.max()}. Drag over the numbers to zoom in, double-click to go back."
    )


def _slider(label: str, pixels: int, start: int, key: str) -> int:
    """Choose a column or row; there is nothing to choose where there is only one."""
    if pixels == 1:
        st.caption(f"{label}: there is only one.")
        return 0
    if st.session_state.get(key, 0) >= pixels:  # chosen in a larger picture
        st.session_state[key] = min(start, pixels - 1)
    return int(st.slider(label, 0, pixels - 1, start, key=key, bind="query-params"))
