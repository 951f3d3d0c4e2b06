"""The colours: told apart without one kind of cones, and legible on both pages."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from skimage import color

from facespace.charts.style import NEUTRAL
from facespace.palette import VERDICTS, contrast, ink
from tests.support.paths import ROOT

THEME = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))["theme"]

#: Linear RGB as people without one kind of cones see it: Machado, Oliveira and Fernandes (2009),
#: table 1, severity 1.0.
SEEN: dict[str, npt.ArrayLike] = {
    "all three cones": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


#: How far apart people see two colours of CIELAB.
difference: Callable[..., Any] = color.deltaE_ciede2000


def lab(colour: str, seen: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """A colour in CIELAB as it is seen."""
    srgb = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    linear = np.clip(np.asarray(seen) @ linear, 0, 1)
    back = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.asarray(color.rgb2lab(back))


@pytest.mark.parametrize("cones", SEEN)
@pytest.mark.parametrize("pair", list(combinations(VERDICTS, 2)), ids=" and ".join)
def test_verdicts_are_told_apart(pair: tuple[str, str], cones: str) -> None:
    one, other = (lab(VERDICTS[label], SEEN[cones]) for label in pair)
    assert difference(one, other) >= 18


def test_the_simulation_takes_away_what_it_should() -> None:
    """A red and a green of one lightness, far apart with all cones, near without one."""
    pair = "#c8523f", "#7c8a23"
    apart = {
        cones: float(difference(*(lab(colour, seen) for colour in pair)))
        for cones, seen in SEEN.items()
    }
    assert apart["all three cones"] > 40
    assert apart["deuteranopia"] < 15


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("label", VERDICTS)
def test_verdicts_stand_out_from_the_page(label: str, theme: str) -> None:
    """WCAG 2.2, 1.4.11: 3:1 for what must be seen to understand a figure."""
    assert contrast(VERDICTS[label], THEME[theme]["backgroundColor"]) >= 3


@pytest.mark.parametrize("ground", [*VERDICTS.values(), NEUTRAL])
def test_words_on_colours_are_legible(ground: str) -> None:
    """WCAG 2.2, 1.4.3: 4.5:1 for words."""
    assert contrast(ink(ground), ground) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("ground", ["backgroundColor", "secondaryBackgroundColor"])
def test_words_on_the_page_are_legible(theme: str, ground: str) -> None:
    colours = THEME[theme]
    page = colours[ground]
    assert contrast(colours["textColor"], page) >= 7
    assert contrast(colours["linkColor"], page) >= 4.5
    # Streamlit writes captions in the text's colour at 60 %.
    text, under = (
        np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)])
        for colour in (colours["textColor"], page)
    )
    caption = "#" + "".join(f"{round(v):02x}" for v in 0.6 * text + 0.4 * under)
    assert contrast(caption, page) >= 4.5


def test_known_contrasts() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
