"""The parts of the Grayscale page, each a short lesson on one picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath

import numpy as np
import streamlit as st

from dashboard.app.page_artifacts import sentences
from dashboard.app.settings import detector_notice
from dashboard.widgets import results
from dashboard.widgets.picture_input import Picture, plain, read_all
from facespace import gate
from facespace.charts import grayscale as charts
from facespace.explain import grayscale as grey
from facespace.explain.grayscale import Grey
from facespace.faces import annotate
from facespace.faces.analyze import Settings
from facespace.io import encode
from facespace.types import RGB, Face

#: Longer side of the picture that the lessons work on; the crop is cut from the picture in full.
SIDE = 512

#: Where the lens begins in the example: the astronaut's right eye.
EYE = (202, 105)

#: Sides of which the error of resizing is measured.
SIDES = (4, 8, 16, 32, 64, 128, 256)

CHANNELS = ("Red", "Green", "Blue")


@dataclass(frozen=True, slots=True)
class Subject:
    """The picture of the lessons: as it was brought, and shrunk to ``SIDE``.

    ``width`` and ``height`` are of the picture as it was brought; ``start`` is where the lens
    begins, in pixels of ``rgb``.
    """

    picture: Picture
    rgb: RGB
    width: int
    height: int
    start: tuple[int, int]

    @property
    def grey(self) -> Grey:
        """BT.601 luma, uint8 (H, W)."""
        return grey.luma(self.rgb)


def opened(picture: Picture, start: tuple[int, int] | None = None) -> Subject:
    """Open a picture, once for as long as it stays the same; stops the page with a sentence."""
    kept: Subject | None = st.session_state.get("grayscale_subject")
    if kept and kept.picture.identity == picture.identity:
        return kept
    with sentences(), gate.enter():
        full = picture.rgb()
        rgb = results.fitted(full, SIDE)
    height, width = rgb.shape[:2]
    subject = Subject(
        picture, rgb, full.shape[1], full.shape[0], start or (width // 2, height // 2)
    )
    st.session_state["grayscale_subject"] = subject
    return subject


def about(subject: Subject) -> None:
    """Name, size, and the count of numbers that the program has of it."""
    height, width = subject.rgb.shape[:2]
    words = f"{plain(subject.picture.name)} · {subject.width:,} × {subject.height:,} pixels"
    if (width, height) != (subject.width, subject.height):
        words += f", here {width} × {height}"
    st.caption(f"{words} · {width * height * 3:,} numbers: red, green and blue of every pixel.")


def numbers(subject: Subject) -> None:
    """The array of numbers under a lens."""
    st.header("A picture is a table of numbers")
    st.write(
        "Each pixel is a number from 0, black, to 255, white. Click on the picture, or move the "
        "sliders: the lens shows the numbers that are there. The program knows nothing else of it."
    )
    scale = st.segmented_control(
        "Numbers of",
        list(charts.SCALES),
        default="Grey",
        required=True,
        key="channel",
        bind="query-params",
    )
    chosen = scale or "Grey"
    levels = subject.grey if chosen == "Grey" else subject.rgb[..., CHANNELS.index(chosen)]
    _lens("lens", subject.rgb, levels, subject.start, chosen)


def _lens(
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
    whole.plotly_chart(
        charts.place(shown, levels, frame),
        key=where,
        on_select=follow,
        selection_mode="points",
        config={"displayModeBar": False},
        alt=f"The picture; a frame marks columns {left} to {right - 1}, rows {top} to {bottom - 1}",
    )
    close.plotly_chart(
        charts.numbers(part, left, top, scale),
        key=f"{name}_numbers",
        config={"displayModeBar": False},
        alt=f"{part.size} numbers, from {part.min()} to {part.max()}, their mean {part.mean():.0f}",
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


def channels(subject: Subject) -> None:
    """Red, green and blue, each as a picture."""
    st.header("Three tables, one for each colour")
    st.write(
        "A colour picture is three grey ones on top of each other. A thing that is red is light "
        "in the red channel and dark in the others; skin is lightest in red."
    )
    tinted = st.toggle("In their own colours", key="tinted", bind="query-params")
    for number, (column, name) in enumerate(zip(st.columns(3), CHANNELS, strict=True)):
        levels = subject.rgb[..., number]
        shown: Grey | RGB = levels
        if tinted:
            shown = np.zeros_like(subject.rgb)
            shown[..., number] = levels
        words = f"{name}: mean {levels.mean():.1f}"
        column.image(_crisp(shown), words, width="stretch", alt=f"The {name.lower()} channel")
    means = subject.rgb.reshape(-1, 3).mean(0)
    if not np.ptp(subject.rgb, axis=-1).any():
        st.info("All three channels are the same: this picture is grey.", icon=":material/info:")
    else:
        most, least = CHANNELS[int(means.argmax())], CHANNELS[int(means.argmin())]
        st.write(
            f"Here **{most.lower()}** is the lightest on average ({means.max():.1f}) and "
            f"**{least.lower()}** the darkest ({means.min():.1f})."
        )


def formulas(subject: Subject) -> None:
    """Three ways to make one number of three, and where they differ."""
    st.header("From three numbers to one")
    st.write(
        "Grey forgets colour, and there is more than one way to forget. **Average** treats the "
        "channels alike. **Luma** (BT.601) weighs them as the eye does, which sees green best. "
        "**Lightness** looks only at the strongest and the weakest channel."
    )
    greys = {name: formula(subject.rgb) for name, formula in grey.FORMULAS.items()}
    formula = {
        "Average": "(R + G + B) / 3",
        "BT.601 luma": "0.299 R + 0.587 G + 0.114 B",
        "Lightness": "(max + min) / 2",
    }
    for column, (name, picture) in zip(st.columns(3), greys.items(), strict=True):
        words = f"{name}: {formula[name]}"
        column.image(_crisp(picture), words, width="stretch", alt=f"Grey by {words}")
    _export(subject, greys["BT.601 luma"], "Grey PNG (luma)", "grey")

    st.subheader("Where they differ")
    spread = grey.furthest(greys)
    if spread.levels_apart == 0:
        st.info("Nowhere: where R, G and B are equal, all agree.", icon=":material/info:")
    else:
        colour = tuple(int(v) for v in subject.rgb[spread.y, spread.x])
        told = ", ".join(f"{name.lower()} {level}" for name, level in spread.levels.items())
        st.write(
            f"They differ most at column {spread.x}, row {spread.y}, where the colour is {colour}: "
            f"{told.replace('bt.', 'BT.')}. That is **{spread.levels_apart} levels** apart."
        )
        words = st.segmented_control(
            "Difference",
            [f"{name} − luma" for name in ("Average", "Lightness")],
            default="Lightness − luma",
            required=True,
            key="difference",
            bind="query-params",
        )
        one = greys[str(words).split(" ")[0]]
        st.plotly_chart(
            charts.difference(one, greys["BT.601 luma"], str(words), (spread.x, spread.y)),
            config={"displayModeBar": False},
            alt=f"{words} at every pixel, {grey.rms(one, greys['BT.601 luma']):.1f} levels "
            "root mean square",
        )
        st.caption(
            "Orange: lighter than by luma. Purple: darker. The ring is where the three differ most."
        )
    st.subheader("Try a colour")
    picked = st.color_picker("Colour", "#ff0000", key="colour", bind="query-params")
    pixel = np.array([[[int(picked[i : i + 2], 16) for i in (1, 3, 5)]]], np.uint8)
    for column, (name, made) in zip(st.columns(3), grey.FORMULAS.items(), strict=True):
        level = int(made(pixel)[0, 0])
        column.metric(name, level)
        column.image(
            np.full((24, 240), level, np.uint8), width="stretch", alt=f"Grey of level {level}"
        )


def maps(subject: Subject) -> None:
    """One grey picture through several tables of colours."""
    st.header("A colour map is only paint")
    st.write(
        "The numbers stay as they are; a table says which of 256 colours stands for each. No "
        "detail is added, and a bad table invents some: **jet** goes light, dark and light again, "
        "so the eye sees edges where the numbers have none."
    )
    ramp = np.tile(np.arange(256, dtype=np.uint8), (16, 1))
    for row in (list(grey.MAPS)[:2], list(grey.MAPS)[2:]):
        for column, name in zip(st.columns(2), row, strict=True):
            column.image(
                _crisp(grey.painted(subject.grey, name)),
                width="stretch",
                alt=f"The grey picture in the colours of {name}",
            )
            column.image(
                grey.painted(ramp, name),
                f"{name}: 0 to 255",
                width="stretch",
                alt=f"The colours of {name} from level 0 to 255",
            )
    st.subheader("An honest map gets lighter all the way")
    lumas = {name: grey.luma(grey.painted(ramp, name))[0] for name in grey.MAPS}
    falls = {name: int((np.diff(v.astype(int)) < 0).sum()) for name, v in lumas.items()}
    st.plotly_chart(
        charts.map_lightness(lumas),
        config={"displayModeBar": False},
        alt="How light each map's colour is, by level; "
        + ", ".join(f"{name} falls at {n} levels" for name, n in falls.items()),
    )
    st.caption(
        "Luma of each map’s colours. Viridis and Inferno can be printed in grey and still be "
        f"read; Jet gets darker again at {falls['Jet']} of its 255 steps."
    )


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
                _crisp(picture), words, width="stretch", alt=f"The grey picture, {name.lower()}"
            )
            st.plotly_chart(
                charts.levels(counts),
                key=f"levels_{name}",
                config={"displayModeBar": False},
                alt=f"Histogram. {words}",
            )
    if before.min() == before.max():
        st.info("With one level alone there is nothing to spread.", icon=":material/info:")
    st.caption("Contrast is the standard deviation of the levels.")
    _export(subject, after, "Equalised PNG", "equalised")


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
    how = right.segmented_control(
        "Shrink by",
        list(grey.SHRUNK_BY),
        default="Area",
        required=True,
        key="shrink",
        bind="query-params",
        help="Area takes the mean of the pixels that one replaces; Nearest keeps one of them.",
    )
    small = grey.shrunk(picture, side, str(how))
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
            column.image(_crisp(again), words, width="stretch", alt=f"Enlarged again. {words}")
    best = min(errors, key=errors.__getitem__)
    if errors[best] > 0:
        st.write(
            f"From {small.shape[1]} × {small.shape[0]} pixels, **{best}** comes closest "
            f"here. Nearest shows the pixels as they are; the others look smoother, not sharper."
        )
    sides = [s for s in SIDES if s < max(picture.shape)]
    if sides:
        st.subheader("The fewer pixels, the larger the error")
        st.plotly_chart(
            charts.resizing(sides, grey.resizing_errors(picture, sides, str(how)), side),
            config={"displayModeBar": False},
            alt=f"The error of each way by size; at {side} pixels {best} has the least, "
            f"{errors[best]:.1f} levels",
        )


def crop(subject: Subject) -> None:
    """The face that is found, and the numbers that the model gets of it."""
    st.header("All that the model sees")
    st.write(
        "The face is found, turned upright, cut to a small square, made grey and equalised. The "
        "numbers of that square are all that the model judges by."
    )
    detector_notice()
    read = read_all([subject.picture], Settings())
    if not read:
        return
    ((_, reading),) = read
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
    _steps(subject, reading.faces, face)
    side = face.crop.shape[0]
    st.subheader(f"Its {face.crop.size:,} numbers")
    _lens("crop_lens", face.crop, face.crop, (round(0.3 * side), round(0.33 * side)))
    with st.container(horizontal=True):
        stem = f"{PurePath(subject.picture.name).stem}-face-{number}"
        st.download_button(
            "Crop CSV",
            grey.to_csv(face.crop),
            f"{stem}.csv",
            "text/csv",
            on_click="ignore",
            icon=":material/table:",
        )
        _export(subject, face.crop, "Crop PNG", f"face-{number}")


def _steps(subject: Subject, faces: tuple[Face, ...], face: Face) -> None:
    whole, cut = st.columns([2, 1])
    drawn = results.marked(subject.picture, faces)
    side = face.crop.shape[0]
    whole.image(drawn, "Found", width="stretch", alt=results.count(len(faces), "face"))
    cut.image(
        _crisp(face.crop),
        f"{side} × {side} pixels, upright and equalised",
        width="stretch",
        alt="The crop as the model gets it",
    )
    cut.metric("What the model reads from it", annotate.certainty_text(face))


def _crisp(picture: Grey | RGB) -> Grey | RGB:
    """A small picture with every pixel repeated, so that browsers need not blur it."""
    factor = max(1, SIDE // max(picture.shape[:2]))
    return picture.repeat(factor, 0).repeat(factor, 1)


def _export(subject: Subject, picture: Grey, label: str, ending: str) -> None:
    st.download_button(
        label,
        encode.to_png(picture),
        f"{PurePath(subject.picture.name).stem}-{ending}.png",
        "image/png",
        on_click="ignore",
        icon=":material/image:",
    )


PARTS: dict[str, Callable[[Subject], None]] = {
    "Numbers": numbers,
    "Channels": channels,
    "Grey": formulas,
    "Colour maps": maps,
    "Histogram": equalisation,
    "Resizing": resizing,
    "The crop": crop,
}
