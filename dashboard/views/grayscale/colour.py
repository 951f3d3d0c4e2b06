"""From three numbers a pixel to one, and back by paint: channels, grey, colour maps."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import streamlit as st

from dashboard.app.choice import one_of
from dashboard.views.grayscale.subject import CHANNELS, Subject, crisp, download_png, draw
from facespace.charts import grayscale as charts
from facespace.explain import grayscale as grey
from facespace.explain.grayscale import Grey
from facespace.types import RGB


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
        column.image(crisp(shown), words, width="stretch", alt=f"The {name.lower()} channel")
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
    written = ("(R + G + B) / 3", "0.299 R + 0.587 G + 0.114 B", "(max + min) / 2")
    for column, (name, picture), formula in zip(st.columns(3), greys.items(), written, strict=True):
        words = f"{name}: {formula}"
        column.image(crisp(picture), words, width="stretch", alt=f"Grey by {words}")
    download_png(subject, greys["BT.601 luma"], "Grey PNG (luma)", "grey")

    st.subheader("Where they differ")
    _differences(subject, greys)
    st.subheader("Try a colour")
    picked = st.color_picker("Colour", "#ff0000", key="colour", bind="query-params")
    pixel = np.array([[[int(picked[i : i + 2], 16) for i in (1, 3, 5)]]], np.uint8)
    for column, (name, to_grey) in zip(st.columns(3), grey.FORMULAS.items(), strict=True):
        level = int(to_grey(pixel)[0, 0])
        column.metric(name, level)
        column.image(
            np.full((24, 240), level, np.uint8), width="stretch", alt=f"Grey of level {level}"
        )


def _differences(subject: Subject, greys: Mapping[str, Grey]) -> None:
    spread = grey.furthest(greys)
    if spread.levels_apart == 0:
        st.info("Nowhere: where R, G and B are equal, all agree.", icon=":material/info:")
        return
    colour = tuple(int(v) for v in subject.rgb[spread.y, spread.x])
    levels = ", ".join(f"{name.lower()} {level}" for name, level in spread.levels.items())
    st.write(
        f"They differ most at column {spread.x}, row {spread.y}, where the colour is {colour}: "
        f"{levels.replace('bt.', 'BT.')}. That is **{spread.levels_apart} levels** apart."
    )
    differences = ("Average − luma", "Lightness − luma")
    words = one_of("Difference", differences, "difference", differences[1])
    one, luma = greys[words.split(" ")[0]], greys["BT.601 luma"]
    draw(
        charts.difference(one, luma, words, (spread.x, spread.y)),
        f"{words} at every pixel, {grey.rms(one, luma):.1f} levels root mean square",
    )
    st.caption(
        "Orange: lighter than by luma. Purple: darker. The ring is where the three differ most."
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
    for cell, name in zip([*st.columns(2), *st.columns(2)], grey.MAPS, strict=True):
        cell.image(
            crisp(grey.painted(subject.grey, name)),
            width="stretch",
            alt=f"The grey picture in the colours of {name}",
        )
        cell.image(
            grey.painted(ramp, name),
            f"{name}: 0 to 255",
            width="stretch",
            alt=f"The colours of {name} from level 0 to 255",
        )
    st.subheader("An honest map gets lighter all the way")
    lumas = {name: grey.luma(grey.painted(ramp, name))[0] for name in grey.MAPS}
    falls = {name: int((np.diff(v.astype(int)) < 0).sum()) for name, v in lumas.items()}
    draw(
        charts.map_lightness(lumas),
        "How light each map's colour is, by level; "
        + ", ".join(f"{name} falls at {n} levels" for name, n in falls.items()),
    )
    st.caption(
        "Luma of each map’s colours. Viridis and Inferno can be printed in grey and still be "
        f"read; Jet gets darker again at {falls['Jet']} of its 255 steps."
    )
