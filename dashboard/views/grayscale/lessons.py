"""The lessons of the page Grayscale by their tabs, each on one picture."""

from __future__ import annotations

from collections.abc import Callable

from dashboard.views.grayscale.colour import channels, formulas, maps
from dashboard.views.grayscale.crop import crop
from dashboard.views.grayscale.levels import equalisation, resizing
from dashboard.views.grayscale.numbers import numbers
from dashboard.views.grayscale.subject import Subject

LESSONS: dict[str, Callable[[Subject], None]] = {
    "Numbers": numbers,
    "Channels": channels,
    "Grey": formulas,
    "Colour maps": maps,
    "Histogram": equalisation,
    "Resizing": resizing,
    "The crop": crop,
}
