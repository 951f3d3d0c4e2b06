"""Pictures whose faces nobody can recognise, as pages show them and give them out."""

from __future__ import annotations

from collections.abc import Hashable

import streamlit as st

from dashboard.app.session import Remembered
from dashboard.widgets import boxes, scaled
from dashboard.widgets.picture_input import Picture
from facespace import gate
from facespace.faces.analyze import Settings
from facespace.faces.anonymise import Way, anonymised
from facespace.io.names import written
from facespace.types import RGB, Reading

#: The picture that was shown last, uint8 (H, W, 3), and what tells it from others.
_SHOWN = Remembered[tuple[Hashable, RGB]]("hidden faces")


def hidden(picture: Picture, reading: Reading, way: Way) -> RGB:
    """A picture, uint8 (H, W, 3), whose faces are hidden, those of its reading in any case."""
    found = [face.detection.box for face in reading.faces]
    with gate.enter():
        return anonymised(picture.rgb(), way, found)


def show(picture: Picture, reading: Reading, used: Settings, way: Way) -> None:
    """Draw such a picture, and what to see to before it is shown to others."""
    asked, last = (picture.identity, used, way), _SHOWN.get()
    if last is None or last[0] != asked:
        last = asked, scaled.fitted(hidden(picture, reading, way))
        _SHOWN.put(last)
    size = reading.width or 1, reading.height or 1
    boxes.show(last[1], size, (), f"{written(picture.name)}, every face found in it hidden")
    notice("picture")


def notice(what: str, more: str = "") -> None:
    """Say that something may be left to see in pictures or a film."""
    st.caption(
        f"What nothing finds stays visible: look the {what} over before others see it.{more} Faces "
        "elsewhere on this page are shown to you alone."
    )
