"""The lessons of the page Grayscale by their tabs, each on one picture; those on colour apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import PurePath

import numpy as np
import streamlit as st

from dashboard.app.choice import one_of
from dashboard.app.page_artifacts import sentences
from dashboard.app.settings import detector_notice
from dashboard.views.grayscale.colour import channels, formulas, maps
from dashboard.views.grayscale.subject import CHANNELS, Subject, crisp, download_png, draw
from dashboard.widgets import output, results
from dashboard.widgets.picture_input import read_with
from dashboard.widgets.read_pictures import read_all
from facespace.artifacts.manifest import load_manifest
from facespace.charts import grayscale as charts
from facespace.explain import grayscale as grey
from facespace.explain.grayscale import Grey
from facespace.faces import align
from facespace.faces.wording import count, face_text
from facespace.types import RGB

#: Sides of which the error of resizing is measured.
SIDES = (4, 8, 16, 32, 64, 128, 256)


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
    cells = [*st.columns(2), *st.columns(2)]
    for cell, name in zip(cells, grey.ENLARGED_BY, strict=True):
        again = grey.enlarged(small, picture.shape, name)
        errors[name] = grey.rms(again, picture)
        words = f"{name}: error {errors[name]:.1f} levels"
        cell.image(crisp(again), words, width="stretch", alt=f"Enlarged again. {words}")
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


def crop(subject: Subject) -> None:
    """The face that is found, and the numbers that a model gets of it."""
    st.header("All that the model sees")
    st.write(
        "The face is found, turned upright, cut to a small square, made grey and equalised. The "
        "numbers of that square are all that the model judges by."
    )
    detector_notice()
    with sentences():
        name = _eats_grey()
    [(_, reading)] = read_all([subject.picture], replace(read_with(subject.picture), model=name))
    if reading.error:
        results.problems([reading])
        return
    if not reading.faces:
        st.info(
            "No face was found in this picture, so the model gets nothing. The other lessons "
            "work on any picture.",
            icon=":material/search_off:",
        )
        return
    number = 1
    if len(reading.faces) > 1:
        number = st.selectbox("Face", range(1, len(reading.faces) + 1), key="face")
    face = reading.faces[number - 1]
    side = len(face.grey)
    whole, close = st.columns([2, 1])
    whole.image(
        results.marked(subject.picture, subject.width, reading.faces),
        "The faces that were found",
        width="stretch",
        alt=count(len(reading.faces), "face"),
    )
    close.image(
        crisp(face.grey),
        f"{side} × {side} pixels, upright and equalised",
        width="stretch",
        alt="The crop as the model gets it",
    )
    close.metric("The model’s verdict", face_text(face))
    st.subheader(f"Its {face.grey.size:,} numbers")
    lens("crop_lens", face.grey, face.grey, (round(0.3 * side), round(0.33 * side)))
    with st.container(horizontal=True):
        stem = f"{PurePath(subject.picture.name).stem}-face-{number}"
        output.download("Crop CSV", grey.to_csv(face.grey), f"{stem}.csv")
        download_png(subject, face.grey, "Crop PNG", f"face-{number}")


def _eats_grey() -> str | None:
    """The model that the lesson follows: the default where it eats the grey crop, else another.

    Where that is not the default, or there is none, a sentence says so.

    Raises:
        FacespaceError: there are no artifacts.
    """
    manifest = load_manifest()
    default = manifest.model()
    if default.template == align.TEMPLATE:
        return None
    grey_ones = [m for m in manifest.models.values() if m.template == align.TEMPLATE]
    own = f"{default.title} judges by a wider crop in colour."
    if not grey_ones:
        st.caption(f"{own} Only the second opinion sees this one.")
        return None
    st.caption(f"{own} This lesson follows {grey_ones[0].title}, which judges by the grey one.")
    return grey_ones[0].name


LESSONS: dict[str, Callable[[Subject], None]] = {
    "Numbers": numbers,
    "Channels": channels,
    "Grey": formulas,
    "Colour maps": maps,
    "Histogram": equalisation,
    "Resizing": resizing,
    "The crop": crop,
}
