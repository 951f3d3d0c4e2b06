"""Reads the pictures a user brought, with progress and a way to stop, each one only once."""

from __future__ import annotations

import time
from collections.abc import Hashable, Sequence

import streamlit as st

from dashboard.app.markdown import plain
from dashboard.app.session import Remembered
from dashboard.widgets import output
from dashboard.widgets.picture_input import Picture
from facespace import limits
from facespace.faces.analyze import Settings, analyze, failed_reading
from facespace.types import FacespaceError, Reading

#: A picture's identity and the settings it was read with.
Key = tuple[Hashable, Settings]

#: Readings kept in a session, each some kilobytes a face.
KEPT = 4 * limits.MAX_FILES

_READINGS = Remembered[dict[Key, Reading]]("readings")

#: The pictures, with their settings, of which the user has stopped the reading.
_STOPPED = Remembered[frozenset[Key]]("stopped")


def read_all(pictures: Sequence[Picture], settings: Settings) -> list[tuple[Picture, Reading]]:
    """The readings of all pictures, in order; fewer if the user stopped.

    The newest ``KEPT`` readings are kept in the session, so that a change on the page, or a visit
    to another page, reads nothing twice. After ``limits.MAX_SECONDS`` it pauses as if the user had
    stopped it; at least one picture is read in each run. A picture that cannot be read gets a
    reading with an error.
    """
    requested = {(picture.identity, settings): picture for picture in pictures}
    readings = dict(list((_READINGS.get() or {}).items())[-KEPT:])
    _READINGS.put(readings)
    missing = [key for key in requested if key not in readings]
    this = frozenset(requested)
    if _STOPPED.get() != this:
        _STOPPED.forget()  # other pictures or settings: that stop is over
    elif missing:
        _offer_to_go_on(len(requested) - len(missing), len(requested))
        missing = []
    if missing:
        _read_missing(requested, readings, missing)
    return [(picture, readings[key]) for key, picture in requested.items() if key in readings]


def _read_missing(
    requested: dict[Key, Picture], readings: dict[Key, Reading], missing: Sequence[Key]
) -> None:
    """Read pictures into ``readings`` until all are there or the time is over."""
    total, ready = len(requested), len(requested) - len(missing)
    this = frozenset(requested)
    place = st.empty()
    with place.container(horizontal=True, vertical_alignment="center"):
        bar = st.progress(0.0, "Reading …")
        if len(missing) > 1:
            st.button("Stop", icon=":material/stop_circle:", on_click=_STOPPED.put, args=(this,))
    end = time.monotonic() + limits.MAX_SECONDS
    for done, key in enumerate(missing, ready):
        if time.monotonic() > end and done > ready:
            _STOPPED.put(this)
            place.empty()
            _offer_to_go_on(done, total, f" after {limits.MAX_SECONDS:,} seconds")
            return
        bar.progress(done / total, f"{done + 1} of {total}: {plain(requested[key].name)}")
        readings[key] = _read(requested[key], key[1])
    place.empty()


def _read(picture: Picture, settings: Settings) -> Reading:
    try:
        return analyze(picture.content, settings, picture.name)
    except FacespaceError as error:
        return failed_reading(picture.name, settings, error)


def _offer_to_go_on(done: int, total: int, after: str = "") -> None:
    words = f"Stopped{after}: {done} of {total} pictures are read."
    output.notice(words, "pause_circle", "Go on", _STOPPED.forget, "play_circle")
